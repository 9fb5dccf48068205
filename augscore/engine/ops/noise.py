"""Gaussian, shot and impulse noise, from a stored key per image."""

from __future__ import annotations

import math

import torch

from augscore import keys
from augscore.engine.ops.arguments import Range, Settings
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.record import Frame, Knob, Magnitude, Op, Sampler


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


def shot_noise(
    images: torch.Tensor, photons: torch.Tensor, field_keys: torch.Tensor
) -> torch.Tensor:
    """(B, 3, H, W) as counted photons: Poisson with mean x · `photons`, over `photons`, clamped.

    `photons` (1 to 80, one per image) is the mean count at white: fewer are noisier.
    """
    result = torch.empty_like(images, memory_format=torch.contiguous_format)
    shape = tuple(images.shape[1:])
    for row, (count, key) in enumerate(zip(photons.tolist(), field_keys.tolist(), strict=True)):
        field = keys.uniform_field(int(key), shape, images.device)
        result[row] = _poisson(images[row] * count, field, count).div_(count)
    return result.clamp_(0.0, 1.0)


def impulse_noise(
    images: torch.Tensor, amounts: torch.Tensor, field_keys: torch.Tensor
) -> torch.Tensor:
    """(B, 3, H, W) with a share `amounts` of each image's values gone, half to 0 and half to 1."""
    result = torch.empty_like(images, memory_format=torch.contiguous_format)
    shape = tuple(images.shape[1:])
    for row, (amount, key) in enumerate(zip(amounts.tolist(), field_keys.tolist(), strict=True)):
        field = keys.uniform_field(int(key), shape, images.device)
        # Masks as numbers: torch.where on a noisy mask costs many passes on the CPU.
        kept = torch.ge(field, amount, out=torch.empty_like(images[row]))
        white = torch.lt(field, amount / 2, out=field)
        result[row] = kept.mul_(images[row]).add_(white)
    return result


def _poisson(means: torch.Tensor, uniforms: torch.Tensor, largest: float) -> torch.Tensor:
    """Poisson numbers by inversion: how many partial sums of the probabilities u has reached.

    `largest` bounds the means; 87 and more underflow.
    """
    # Sums in float32 may end 4e-6 short of 1: no u may wait for more than they reach.
    u = uniforms.clamp(max=1 - 2.0**-16)
    probability = torch.exp(-means)
    total, reached = probability.clone(), torch.empty_like(means)
    counts = torch.zeros_like(means)
    for number in range(1, math.ceil(largest + 6 * math.sqrt(largest) + 10)):
        counts.add_(torch.ge(u, total, out=reached))
        total.add_(probability.mul_(means).div_(number))
    return counts


def _draw_with_key(name: str) -> Sampler:
    def draw(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
        return dice.between(name, *settings.span(name)), dice.field_keys("key")

    return draw


_KEY = Magnitude("key", "64-bit key of the field", -(2**63), 2**63 - 1)

GAUSSIAN_NOISE = Op(
    name="GaussianNoise",
    magnitudes=(
        Magnitude("sd", "[0, 1] pixel value", 0.0, math.inf, neutral=0.0),
        _KEY,
    ),
    arguments=(Range("sd", 0.1, 0.0, math.inf),),
    options=(),
    draw=_draw_with_key("sd"),
    source="white Gaussian noise, clamped as torchvision v2 GaussianNoise(clip=True) does",
    torch_function=gaussian_noise,
    ladder="sd",
    example=(("sd", (0.05, 0.2)),),
    knobs=(Knob("sd", "of pixel values", 0.0),),
)

SHOT_NOISE = Op(
    name="ShotNoise",
    magnitudes=(Magnitude("photons", "photons at white", 1.0, 80.0), _KEY),
    arguments=(Range("photons", 60.0, 1.0, 80.0),),
    options=(),
    draw=_draw_with_key("photons"),
    source="Hendrycks and Dietterich 2019, arXiv 1903.12261: shot noise, 60 to 3 photons",
    torch_function=shot_noise,
    differentiable=False,
    example=(("photons", (3.0, 60.0)),),
    knobs=(Knob("photons", "photons at white", 80.0, is_neutral=False),),
)

IMPULSE_NOISE = Op(
    name="ImpulseNoise",
    magnitudes=(Magnitude("amount", "share of the values", 0.0, 1.0, neutral=0.0), _KEY),
    arguments=(Range("amount", 0.03, 0.0, 1.0),),
    options=(),
    draw=_draw_with_key("amount"),
    source="Hendrycks and Dietterich 2019, arXiv 1903.12261: impulse noise, 0.03 to 0.27",
    torch_function=impulse_noise,
    ladder="amount",
    example=(("amount", (0.03, 0.27)),),
    knobs=(Knob("amount", "of the pixels", 0.0),),
)
