"""The image bent smoothly, by a displacement field from a stored key."""

from __future__ import annotations

import math

import torch

from augscore import keys
from augscore.engine.ops.arguments import Range, Settings
from augscore.engine.ops.blur import gaussian_blur
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.fill import FILL, Fill
from augscore.engine.ops.record import Frame, Knob, Magnitude, Op
from augscore.engine.ops.warp import look_up, places


def elastic_transform(
    images: torch.Tensor,
    alphas: torch.Tensor,
    sigmas: torch.Tensor,
    field_keys: torch.Tensor,
    fill: Fill = 0.0,
) -> torch.Tensor:
    """(B, 3, H, W) looked up, bilinearly, at displaced places; the outside is `fill`.

    An image's field is noise in [−1, 1) blurred by `sigmas` px, times half of `alphas`, in px.
    """
    dx, dy = displacements(images, alphas, sigmas, field_keys).unbind(1)
    x, y = places(images)
    return look_up(images, x + dx, y + dy, "bilinear", fill)


def displacements(
    images: torch.Tensor, alphas: torch.Tensor, sigmas: torch.Tensor, field_keys: torch.Tensor
) -> torch.Tensor:
    """(B, 2, H, W): px to the right and px downwards, for every pixel of the images."""
    shape = (2, *images.shape[-2:])
    fields = [keys.uniform_field(int(key), shape, images.device) for key in field_keys.tolist()]
    noise = gaussian_blur(torch.stack(fields), sigmas, 0).mul_(2).sub_(1)
    halves = (alphas / 2).to(images.device, images.dtype, non_blocking=True)
    return noise.mul_(halves.view(-1, 1, 1, 1))


def _draw(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    return (
        dice.between("alpha", *settings.span("alpha")),
        dice.between("sigma", *settings.span("sigma")),
        dice.field_keys("key"),
    )


ELASTIC_TRANSFORM = Op(
    name="ElasticTransform",
    magnitudes=(
        Magnitude("alpha", "twice the px that a noise of 1 displaces", 0.0, math.inf, neutral=0.0),
        Magnitude("sigma", "px", 0.0, math.inf),
        Magnitude("key", "64-bit key of the field", -(2**63), 2**63 - 1),
    ),
    arguments=(
        Range("alpha", 50.0, 0.0, math.inf),
        Range("sigma", 5.0, 0.0, math.inf),
        FILL,
    ),
    options=("fill",),
    draw=_draw,
    source="torchvision v2 ElasticTransform, bilinear",
    torch_function=elastic_transform,
    example=(("alpha", (50.0, 100.0)), ("sigma", (4.0, 6.0))),
    knobs=(Knob("alpha", "px", 0.0),),
)
