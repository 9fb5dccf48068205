"""Arguments that albumentations does not know: it warns, drops them and uses its defaults."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from augscore.engine.bring.albumentations import HOME, albumentations, all_in
from augscore.engine.bring.held import held_by
from augscore.engine.found import IgnoredArgument
from augscore.nearest import did_you_mean

_WARNING = re.compile(r"Argument\(s\) '(?P<names>[^']+)' are not valid for transform (?P<op>\w+)")

# What took the place of arguments of albumentations 1.x in 2.0.
_SUCCESSORS = {
    "always_apply": "p",
    "angle_lower": "angle_range",
    "angle_upper": "angle_range",
    "cval": "fill",
    "cval_mask": "fill_mask",
    "fill_value": "fill",
    "fog_coef_lower": "fog_coef_range",
    "fog_coef_upper": "fog_coef_range",
    "height": "size",
    "holes_number_x": "holes_number_xy",
    "holes_number_y": "holes_number_xy",
    "mask_fill_value": "fill_mask",
    "mask_value": "fill_mask",
    "max_height": "hole_height_range",
    "max_holes": "num_holes_range",
    "max_width": "hole_width_range",
    "min_height": "hole_height_range",
    "min_holes": "num_holes_range",
    "min_width": "hole_width_range",
    "num_shadows_lower": "num_shadows_limit",
    "num_shadows_upper": "num_shadows_limit",
    "pad_cval": "fill",
    "pad_cval_mask": "fill_mask",
    "pad_mode": "border_mode",
    "quality_lower": "quality_range",
    "quality_upper": "quality_range",
    "scale_max": "scale_range",
    "scale_min": "scale_range",
    "shift_x": "shift_xy",
    "shift_y": "shift_xy",
    "threshold": "threshold_range",
    "unit_size_max": "unit_size_range",
    "unit_size_min": "unit_size_range",
    "value": "fill",
    "var_limit": "std_range",
    "width": "size",
}


@contextmanager
def recorded() -> Iterator[list[warnings.WarningMessage]]:
    """Every warning inside goes to the list, and nowhere else."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def ignored_arguments(
    pipelines: Sequence[object], caught: Iterable[warnings.WarningMessage] = (), file: str = ""
) -> tuple[IgnoredArgument, ...]:
    """What the transforms of albumentations in the pipelines, or somewhere inside them, dropped
    when they were made, each once; warnings tell its line in `file`."""
    told = [one for warning in caught for one in _in_warning(warning, file)]
    lines = {(op, argument): line for op, argument, line in reversed(told)}
    transforms = (one for held in held_by(pipelines, _is_theirs) for one in all_in(held))
    dropped = [
        (type(transform).__name__, argument)
        for transform in transforms
        for argument in getattr(transform, "invalid_args", [])
    ]
    return tuple(_ignored(*one, lines.get(one)) for one in dict.fromkeys(dropped))


def is_of_an_argument(warning: warnings.WarningMessage) -> bool:
    """Whether a warning says what `ignored_arguments` does."""
    return _WARNING.match(str(warning.message)) is not None


def _in_warning(warning: warnings.WarningMessage, file: str) -> list[tuple[str, str, int | None]]:
    match = _WARNING.match(str(warning.message))
    if match is None:
        return []
    line = warning.lineno if warning.filename == file else None
    return [(match["op"], name, line) for name in match["names"].split(", ")]


def _is_theirs(pipeline: object) -> bool:
    return any(kind.__module__.startswith(f"{HOME}.") for kind in type(pipeline).__mro__)


def _ignored(op: str, argument: str, line: int | None) -> IgnoredArgument:
    told = f"{op} of albumentations has no argument {argument!r}, and uses its default"
    hint = _advice(op, argument)
    return IgnoredArgument(op, argument, f"{told}. {hint}" if hint else told, line)


def _advice(op: str, argument: str) -> str:
    kind = getattr(albumentations(), op, None)
    names = [] if kind is None else [*inspect.signature(kind.__init__).parameters][1:]
    successor = _SUCCESSORS.get(argument)
    if successor in names:
        return f"{successor} took its place"
    return did_you_mean(argument, names) if names else ""
