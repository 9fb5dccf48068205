"""A policy as frozen data: views, steps, ranges. No pixels and no randomness live here."""

from __future__ import annotations

import math
from dataclasses import dataclass

from augscore.engine.normalize import Normalize
from augscore.errors import UsageError

Value = float | int | str | tuple[float, float]


@dataclass(frozen=True)
class Step:
    """One operation of a view: its name in torchvision's vocabulary, its gate and its ranges.

    `arguments` are (name, value) pairs; a pair of numbers is a uniform range in the op's own unit.
    `p` is the chance, per image, that the step is applied. Raises UsageError (`policy_value`) for
    a `p` outside [0, 1] and for an argument given twice; names and ranges are checked against the
    table of operations when the policy is drawn.
    """

    op: str
    arguments: tuple[tuple[str, Value], ...] = ()
    p: float = 1.0

    def __post_init__(self) -> None:
        _require(_is_chance(self.p), f"{self.op}: p is {self.p!r}", "p is a number from 0 to 1")
        names = [name for name, _ in self.arguments]
        twice = sorted({name for name in names if names.count(name) > 1})
        _require(not twice, f"{self.op}: {', '.join(twice)} given twice", "give it once")


@dataclass(frozen=True)
class View:
    """The steps of one view of an image, in order; `size` in px, or None for the policy's."""

    steps: tuple[Step, ...]
    size: int | None = None
    name: str = ""

    def __post_init__(self) -> None:
        _require_size(self.size, "a view")


@dataclass(frozen=True)
class Policy:
    """A named policy; `source` says which paper and section it is from.

    `views` are what one call returns: one view, the two of a contrastive pair, or several crops.
    `normalize` is what training does to them; no view and no measurement has it applied.
    """

    name: str
    size: int
    views: tuple[View, ...]
    source: str = ""
    normalize: Normalize | None = None

    def __post_init__(self) -> None:
        _require_size(self.size, f"policy {self.name}")
        _require(bool(self.views), f"policy {self.name} has no views", "give it at least one view")


def _require_size(size: int | None, whose: str) -> None:
    fits = size is None or (isinstance(size, int) and size >= 1)
    _require(
        fits, f"the size of {whose} is {size!r}", "a size is a whole number of pixels, 1 or more"
    )


def _require(fits: bool, message: str, hint: str) -> None:
    if not fits:
        raise UsageError(message, code="policy_value", hint=hint)


def _is_chance(p: object) -> bool:
    is_number = isinstance(p, int | float) and not isinstance(p, bool)
    return is_number and math.isfinite(p) and 0.0 <= p <= 1.0  # type: ignore[arg-type, operator]
