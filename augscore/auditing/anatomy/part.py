"""An operation of a policy as the audit sees it, and the magnitudes that it is turned through."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """A magnitude of an operation: `levels` in its own `unit`, in the order of the policy's axis.

    `neutral` is the value at which the operation leaves an image alone, None if there is none or
    nothing is known. `set_to` is the level that the policy names, None where it draws one from a
    range. `weakest` is the value from which the operation is meant to grow stronger, either way;
    where it lies inside the range each side is judged by itself. None: at the first level. On an
    axis that is not ordered nobody says which levels are the stronger ones.
    """

    name: str
    unit: str
    levels: tuple[float, ...]
    neutral: float | None = None
    set_to: float | None = None
    weakest: float | None = None
    is_ordered: bool = True


@dataclass(frozen=True)
class Part:
    """One operation of one view.

    `path` names it within the policy and is unique, as in "RandAugment > Solarize"; `op` is the
    operation alone. `chance` is the declared one for a view to have it, None where nothing says.
    `neutral` tells why it does nothing by design ("8 bits"), and is empty for all others.
    `magnitude_free` marks an operation that has no magnitude by design, so that its flat curve
    is information and no mistake. `line` is that of the policy file, where it is from one. One that
    is not observed is inside another, which does not tell when it applies it: it has curves alone.
    """

    path: str
    op: str
    view: int
    chance: float | None
    axes: tuple[Axis, ...] = ()
    neutral: str = ""
    magnitude_free: bool = False
    line: int | None = None
    is_observed: bool = True
