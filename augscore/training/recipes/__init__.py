"""Published hyper-parameters by method and data set, each with its source."""

from augscore.training.recipes.defaults import Defaults
from augscore.training.recipes.find import defaults_for, recipe_names

__all__ = ["Defaults", "defaults_for", "recipe_names"]
