"""The very output that was timed, against other libraries at the same drawn numbers."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore.benching.differences import Difference, difference
from augscore.benching.references.record import Bound, Reference
from augscore.benching.references.table import references_of
from augscore.engine.draw import Draw, StepDraw
from augscore.engine.ops.table import find_op
from augscore.images.resize import bring_to_size, to_float

IMAGES = 16
EXACT = Bound()
FUSED = Bound(
    most=1.0,
    share=1e-3,
    why="a GPU fuses products and sums, so that a tie of the resize of levels may go either way",
)
TIES = Bound(
    mean=0.2,
    most=1.0,
    share=0.03,
    why="half a level, as 1.27 times 50 is, goes either way where levels are counted or masked",
)


@dataclass(frozen=True)
class Parity:
    """Of the first `images` of a batch; `resized` says with which of torchvision's resizes."""

    images: int
    resized: str
    difference: Difference
    bound: Bound

    @property
    def passed(self) -> bool:
        return self.difference.within(self.bound)


def check_parity(images: torch.Tensor, draw: Draw, view: torch.Tensor, bound: Bound) -> Parity:
    """`images` uint8 and `view` in [0, 1], as the draw made it of them; any device.

    torchvision resizes uint8 images as whole levels; the nearer of that and of its resize of
    floats is what counts, since the engine may do either.
    """
    count = min(IMAGES, len(images))
    ours = view[:count].cpu()
    found = []
    for resized in ("as whole levels", "as floats"):
        theirs = torch.stack(
            [_by_references(images[row].cpu(), draw, row, resized) for row in range(count)]
        )
        found.append(Parity(count, resized, difference(ours, theirs, bound), bound))
    return min(found, key=lambda parity: parity.difference.mean)


def _by_references(image: torch.Tensor, draw: Draw, row: int, resized: str) -> torch.Tensor:
    if resized == "as floats":
        image = to_float(image)
    view = draw.views[0]
    steps = [step for step in view.steps if step.applied[row]]
    if not any(find_op(step.op).resizes for step in steps):
        image = to_float(bring_to_size(image, view.size))
    for step in steps:
        if not isinstance(step, StepDraw):
            raise TypeError("only operations are compared")
        image = _step(image, step, row, view.size)
    return to_float(image)


def _step(image: torch.Tensor, step: StepDraw, row: int, size: int) -> torch.Tensor:
    op = find_op(step.op)
    reference = _for(image, step)
    given = image
    if reference.takes_bytes != (image.dtype == torch.uint8):
        given = _levels(image) if reference.takes_bytes else to_float(image)
    numbers = [column[row] for _, column in step.magnitudes]
    options = [value for _, value in step.options]
    last = [size] if op.resizes else []
    result = reference.function(given, *numbers, *options, *last)
    return result if op.resizes and reference.takes_bytes else to_float(result)


def _for(image: torch.Tensor, step: StepDraw) -> Reference:
    """What the operation's result is held to; for a resize, the one of the image's own kind."""
    known = references_of(step.op)
    if not find_op(step.op).resizes:
        return known[0]
    return next(r for r in known if r.takes_bytes == (image.dtype == torch.uint8))


def _levels(image: torch.Tensor) -> torch.Tensor:
    return image.mul(255).round().to(torch.uint8)
