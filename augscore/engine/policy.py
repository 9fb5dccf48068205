"""A policy as frozen data: views made of nodes. No pixels and no randomness live here."""

from __future__ import annotations

from dataclasses import dataclass

from augscore.engine.nodes import Node, require
from augscore.engine.normalize import Normalize


@dataclass(frozen=True)
class View:
    """The nodes of one view of an image, in order; `size` in px, or None for the policy's."""

    steps: tuple[Node, ...]
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
        require(bool(self.views), f"policy {self.name} has no views", "give it at least one view")


def _require_size(size: int | None, whose: str) -> None:
    fits = size is None or (isinstance(size, int) and size >= 1)
    hint = "a size is a whole number of pixels, 1 or more"
    require(fits, f"the size of {whose} is {size!r}", hint)
