"""What every node of a view is drawn with: keys, sizes, and how often an operation has come up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from augscore import keys
from augscore.engine.draw import Drawn
from augscore.engine.nodes import Node
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.record import Frame


@dataclass
class Context:
    """`hashes` holds (N,) int64 from `keys.image_hashes`, `frame` the sizes that the next step
    finds; a step that resizes makes them `size`, in px."""

    hashes: torch.Tensor
    frame: Frame
    size: int
    seen: Counter[str] = field(default_factory=Counter)

    def dice(self, name: str) -> Dice:
        """Random numbers for the next node of that name."""
        dice = Dice(self.hashes, name, self.seen[name])
        self.seen[name] += 1
        return dice

    def resized(self) -> None:
        self.frame = frame_of(len(self.hashes), self.size, self.size)


@dataclass(frozen=True)
class Gate:
    """(N,) bool: whom the containers around let through; `stage` is what they are called."""

    open: torch.Tensor
    stage: str = ""

    def narrowed(self, to: torch.Tensor, stage: str = "") -> Gate:
        """The same for fewer images, inside a further container if it has a name."""
        inner = f"{self.stage} > {stage}" if self.stage and stage else self.stage or stage
        return Gate(self.open & to, inner)


# Draws nodes in their order for those whom the gate lets through.
DrawNodes = Callable[[Sequence[Node], Context, Gate], list[Drawn]]


def frame_of(count: int, height: int, width: int) -> Frame:
    """Images of one size, px."""
    return Frame(
        torch.full((count,), height, dtype=torch.int64),
        torch.full((count,), width, dtype=torch.int64),
    )


def first_context(
    images: torch.Tensor, frame: Frame, *, size: int, seed: int, view: int, epoch: int, step: int
) -> Context:
    """The context of a view's first node, for (N,) image keys."""
    hashes = keys.image_hashes(images, seed=seed, view=view, epoch=epoch, step=step)
    return Context(hashes, frame, size)
