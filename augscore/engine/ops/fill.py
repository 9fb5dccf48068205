"""What stands where an image has nothing: a grey level or a colour."""

from __future__ import annotations

import torch

from augscore.engine.ops.arguments import Colour

# In [0, 1]: a grey level, or red, green and blue.
Fill = float | tuple[float, float, float]

FILL = Colour("fill", 0.0)


def level_of(fill: Fill, images: torch.Tensor) -> float | torch.Tensor:
    """A grey level as it is; a colour as (3, 1, 1), in the dtype and on the device of images."""
    if not isinstance(fill, tuple):
        return fill
    colour = torch.tensor(fill).to(images.device, images.dtype, non_blocking=True)
    return colour.view(3, 1, 1)


def filled(images: torch.Tensor, height: int, width: int, fill: Fill) -> torch.Tensor:
    """(B, 3, height, width) of nothing but `fill`, as many as there are images."""
    shape = (*images.shape[:2], height, width)
    level = level_of(fill, images)
    if isinstance(level, torch.Tensor):
        return level.expand(shape).contiguous()
    return images.new_full(shape, level)
