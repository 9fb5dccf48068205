"""A policy as frozen data: views, steps, ranges. No pixels and no randomness live here."""

from __future__ import annotations

from dataclasses import dataclass

Value = float | int | str | tuple[float, float]


@dataclass(frozen=True)
class Step:
    """One operation of a view: its name in torchvision's vocabulary, its gate and its ranges.

    `arguments` are (name, value) pairs; a pair of numbers is a uniform range in the op's own unit.
    """

    op: str
    arguments: tuple[tuple[str, Value], ...] = ()
    p: float = 1.0


@dataclass(frozen=True)
class View:
    """The steps that make one view of an image, in order; `size` in px, or None for the policy's."""

    steps: tuple[Step, ...]
    size: int | None = None


@dataclass(frozen=True)
class Policy:
    """A named policy; `source` says which paper and section it is from."""

    name: str
    size: int
    views: tuple[View, ...]
    source: str = ""
