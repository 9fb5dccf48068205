"""An operation inside an automatic policy of another library, and the levels it is turned to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from augscore.engine.foreign_draw import Run

MOST_LEVELS = 11


@dataclass(frozen=True)
class Dial:
    """`at` makes the operation alone at one of `levels`, in `unit`, lowest first; its run draws
    signs and whatever else is drawn beside the level.

    `set_to` is the level that the policy names, None where it draws one; `chance` that of a view to
    have the operation, None where it cannot be said. `magnitude`: the levels are the policy's own
    scale, on which more is meant to be stronger, and no parameter of the operation. `free`: the
    operation has no magnitude by design.
    """

    name: str
    unit: str
    levels: tuple[float, ...]
    at: Callable[[float], Run]
    set_to: float | None = None
    chance: float | None = None
    magnitude: bool = True
    free: bool = False


def whole_levels(low: int, high: int) -> tuple[float, ...]:
    """At most eleven whole numbers from `low` to `high`, both among them."""
    steps = min(MOST_LEVELS - 1, high - low)
    return tuple(float(round(low + (high - low) * i / steps)) for i in range(steps + 1))


def even_levels(low: float, high: float) -> tuple[float, ...]:
    """Eleven numbers from `low` to `high`."""
    steps = MOST_LEVELS - 1
    return tuple(low + (high - low) * i / steps for i in range(steps + 1))


def once_in(turns: int, chance: float) -> float:
    """That something of this chance happens at least once in so many turns."""
    return 1 - (1 - chance) ** turns
