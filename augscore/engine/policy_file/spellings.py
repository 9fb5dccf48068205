"""torchvision's names for what the table of operations calls otherwise, where both are the same."""

from __future__ import annotations

from dataclasses import dataclass

from augscore.engine.ops.arguments import Argument, Choice, Range, Whole
from augscore.engine.ops.fill import FILL


@dataclass(frozen=True)
class Spelling:
    """`arguments` are read under the other name, and become those of `op` that are called alike."""

    name: str
    op: str
    arguments: tuple[Argument, ...]


SPELLINGS: dict[str, Spelling] = {
    spelling.name: spelling
    for spelling in (
        Spelling(
            "RandomRotation",
            "Rotate",
            (
                Range("degrees", 0.0, -360.0, 360.0, lone="about_zero"),
                Choice("interpolation", "nearest", ("nearest", "bilinear")),
                FILL,
            ),
        ),
        # A view has three channels, whatever torchvision's own default is.
        Spelling("Grayscale", "RandomGrayscale", (Whole("num_output_channels", 3, 3, 3),)),
    )
}
