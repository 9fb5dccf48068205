"""Additive noise, from a stored key per image."""

from __future__ import annotations

import math

import torch

from augscore import keys
from augscore.engine.ops.arguments import Range, Settings
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.record import Frame, Magnitude, Op


def gaussian_noise(
    images: torch.Tensor, sds: torch.Tensor, field_keys: torch.Tensor
) -> torch.Tensor:
    """(B, 3, H, W) plus independent Gaussian noise of `sds` (in [0, 1] pixel units), clamped.

    The field of an image is `keys.normals` of its own int64 key.
    """
    result = torch.empty_like(images, memory_format=torch.contiguous_format)
    shape = tuple(images.shape[1:])
    for row, (sd, key) in enumerate(zip(sds.tolist(), field_keys.tolist(), strict=True)):
        noise = keys.normals(int(key), shape, images.device).to(images.dtype)
        result[row] = noise.mul_(sd).add_(images[row])
    return result.clamp_(0.0, 1.0)


def _draw(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    return dice.between("sd", *settings.span("sd")), dice.field_keys("key")


GAUSSIAN_NOISE = Op(
    name="GaussianNoise",
    magnitudes=(
        Magnitude("sd", "[0, 1] pixel value", 0.0, math.inf, neutral=0.0),
        Magnitude("key", "64-bit key of the field", -(2**63), 2**63 - 1),
    ),
    arguments=(Range("sd", 0.1, 0.0, math.inf),),
    options=(),
    draw=_draw,
    source="white Gaussian noise, clamped as torchvision v2 GaussianNoise(clip=True) does",
    torch_function=gaussian_noise,
    ladder="sd",
    example=(("sd", (0.05, 0.2)),),
)
