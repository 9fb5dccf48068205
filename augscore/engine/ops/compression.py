"""What a codec leaves of an image."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image

from augscore.engine.ops.arguments import Range
from augscore.engine.ops.record import Knob, Magnitude, Op, draw_whole
from augscore.images.resize import to_float


def jpeg(images: torch.Tensor, qualities: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) at 8-bit levels, written as JPEG of a quality per image (1 to 100), and read.

    Pillow's codec with its defaults (4:2:0), on the CPU wherever the images are.
    """
    levels = images.mul(255).round_().to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu()
    read = [
        _written_and_read(pixels.numpy(), int(quality))
        for pixels, quality in zip(levels, qualities.tolist(), strict=True)
    ]
    batch = torch.from_numpy(np.stack(read)).permute(0, 3, 1, 2).contiguous()
    return to_float(batch).to(images.device, images.dtype)


def _written_and_read(
    pixels: np.typing.NDArray[np.uint8], quality: int
) -> np.typing.NDArray[np.uint8]:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.array(Image.open(file))


JPEG = Op(
    name="JPEG",
    magnitudes=(Magnitude("quality", "JPEG quality", 1, 100),),
    arguments=(Range("quality", 75, 1, 100, whole=True),),
    options=(),
    draw=draw_whole("quality"),
    source="torchvision v2 JPEG, by Pillow",
    torch_function=jpeg,
    differentiable=False,
    example=(("quality", (5, 50)),),
    knobs=(Knob("quality", "quality", 100.0, is_neutral=False),),
)
