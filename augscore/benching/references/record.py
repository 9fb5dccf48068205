"""What is known of an operation's counterpart in another library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch

from augscore.engine.nodes import Value
from augscore.engine.ops.fill import Fill

Whose = Literal["torchvision float", "torchvision uint8", "PIL", "closed form"]


@dataclass(frozen=True)
class Bound:
    """How far results may lie apart, in grey levels: `mean` over all values, and `most`, which a
    `share` of the values may exceed. `why` is the reason of every bound but the usual one."""

    mean: float = 0.01
    most: float = 1.0
    share: float = 0.0
    why: str = ""


@dataclass(frozen=True)
class Reference:
    """How somebody else does an operation.

    `function` takes one image (3, H, W), then the op's magnitudes and options as numbers and
    words, and the size for an op that resizes; it returns an image of the same kind. The image is
    uint8 for `torchvision uint8` and `PIL`, else float32 in [0, 1]. `arguments` stand in for those
    of the op's example.
    """

    op: str
    whose: Whose
    function: Callable[..., torch.Tensor]
    bound: Bound = Bound()
    arguments: tuple[tuple[str, Value], ...] = ()

    @property
    def takes_bytes(self) -> bool:
        return self.whose in ("torchvision uint8", "PIL")


def as_fill(fill: Fill) -> float | list[float] | None:
    """A fill as torchvision takes it: black is none, for one that is given counts twice where it
    blends into the image."""
    if isinstance(fill, tuple):
        return list(fill)
    return fill or None
