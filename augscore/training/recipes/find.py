"""Recipes by name, and what a run does without one."""

from __future__ import annotations

from dataclasses import replace

from augscore.errors import UsageError
from augscore.methods.record import Constants, TargetConstants
from augscore.methods.table import find_method
from augscore.nearest import did_you_mean
from augscore.training.networks.stems import SMALL_BELOW
from augscore.training.recipes.cifar import CIFAR, CIFAR10
from augscore.training.recipes.defaults import Defaults
from augscore.training.recipes.imagenet100 import IMAGENET100
from augscore.training.recipes.imagenet100 import NAME as IMAGENET

RECIPES: dict[tuple[str, str], Defaults] = {
    (defaults.method, str(defaults.recipe)): defaults for defaults in (*CIFAR, *IMAGENET100)
}

OWN_EPOCHS, OWN_BATCH = 200, 256
OWN_QUEUE = 4096
"""Keys at most: a folder may hold a thousand images."""


def recipe_names(method: str) -> list[str]:
    """Those that there are for a method, in the order in which they are shown."""
    return [recipe for name, recipe in RECIPES if name == method]


def defaults_for(method: str, recipe: str | None, size: int | None) -> Defaults:
    """What a recipe holds for a method; `size`, in px, stands in for the recipe's.

    Without a recipe: 200 epochs in batches of 256, and else the numbers of CIFAR-10 for images
    below 64 px (or of unknown size), those of ImageNet-100 for larger ones.

    Raises UsageError (`unknown_method`, `recipe_unknown`) with the nearest name.
    """
    name = find_method(method).name
    if recipe is None:
        return _own(name, size)
    found = RECIPES.get((name, recipe.strip().lower()))
    if found is None:
        raise UsageError(
            f"{name} has no recipe named {recipe!r}",
            code="recipe_unknown",
            hint=did_you_mean(recipe, recipe_names(name)),
        )
    return found if size is None else replace(found, size=size)


def _own(method: str, size: int | None) -> Defaults:
    small = size is None or size < SMALL_BELOW
    base = RECIPES[method, CIFAR10 if small else IMAGENET]
    return replace(
        base,
        recipe=None,
        size=size or base.size,
        epochs=OWN_EPOCHS,
        batch_size=OWN_BATCH,
        constants=_with_small_queue(base.constants),
        source=f"where not set, {OWN_EPOCHS} epochs in batches of {OWN_BATCH}, else as the recipe "
        f"{base.recipe}: {base.source}",
    )


def _with_small_queue(constants: Constants) -> Constants:
    if isinstance(constants, TargetConstants):
        return replace(constants, queue_size=min(constants.queue_size, OWN_QUEUE))
    return constants
