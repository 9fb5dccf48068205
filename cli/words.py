"""What is wrong with an option, in words for people where click's own are those of its code."""

from __future__ import annotations

import re

import click
from click.types import BoolParamType

from .names import shown
from .nearest import did_you_mean

_CLICKS = re.compile(
    r"(.*?) is not (?:a valid (?:integer|float|boolean)|in the range).*", re.DOTALL
)


def own_words(error: click.ClickException) -> str:
    """The message of an error of click, our own words in it."""
    if isinstance(error, click.NoSuchOption):
        return f"No such option '{shown(error.option_name)}'.{_nearest(error)}"
    found = _CLICKS.fullmatch(error.message)
    if found is None or not isinstance(error, click.BadParameter) or error.param is None:
        return error.format_message()
    message = f"{found[1]} is {_wanted(error.param.type)}."
    return click.BadParameter(message, error.ctx, error.param, error.param_hint).format_message()


def _nearest(error: click.NoSuchOption) -> str:
    """Compared without the dashes, which all of them share."""
    if error.ctx is None or not error.option_name.startswith("--"):
        return ""
    params = error.ctx.command.get_params(error.ctx)
    names = {name[2:] for param in params for name in param.opts if name.startswith("--")}
    return did_you_mean(error.option_name[2:], names, before="--")


def _wanted(kind: object) -> str:
    if isinstance(kind, click.IntRange | click.FloatRange):
        number = "whole number" if isinstance(kind, click.IntRange) else "number"
        return f"no {number}{_bounds(kind)}"
    return "neither true nor false" if isinstance(kind, BoolParamType) else "no number"


def _bounds(kind: click.IntRange | click.FloatRange) -> str:
    if kind.min is None:
        return "" if kind.max is None else f" up to {kind.max}"
    return f" from {kind.min} {'up' if kind.max is None else f'to {kind.max}'}"
