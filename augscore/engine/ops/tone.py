"""Tone curves without a look at the rest of the image: solarize, posterize, invert, gamma."""

from __future__ import annotations

import math

import torch

from augscore.engine.ops.arguments import Range
from augscore.engine.ops.record import (
    Knob,
    LevelMap,
    Magnitude,
    Op,
    draw_ranges,
    draw_whole,
    per_image,
)


def solarize(images: torch.Tensor, thresholds: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) with every value from its image's threshold (in [0, 1]) on inverted."""
    threshold = per_image(thresholds, images)
    # The mask as numbers: torch.where on a noisy mask costs many passes on the CPU. lerp is exact
    # at both of its ends.
    mask = torch.ge(images, threshold, out=torch.empty_like(images))
    return torch.lerp(images, 1 - images, mask)


def posterize(images: torch.Tensor, bits: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) at 8-bit levels of which each image keeps its highest 0 to 8 bits."""
    step = torch.exp2(8 - per_image(bits, images))
    # A power of two divides without rounding, so this is PIL's bit mask.
    return images.mul(255).round_().div_(step).floor_().mul_(step).div_(255)


def invert(images: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) as its negative, 1 − x."""
    return 1 - images


def adjust_gamma(images: torch.Tensor, gammas: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) raised to a power per image, 0 or more: above 1 darkens."""
    return images.pow(per_image(gammas, images))


def solarize_rows(images: torch.Tensor, rows: torch.Tensor, thresholds: torch.Tensor) -> None:
    """As `solarize`, in place for some rows of a batch, by a kernel."""
    from augscore.engine.kernels import pixels

    pixels.solarize_rows(images, rows, thresholds)


def kornia_solarize(images: torch.Tensor, thresholds: torch.Tensor) -> torch.Tensor:
    """As `solarize`, by kornia."""
    import kornia.enhance as enhance

    threshold = thresholds.to(images.device, images.dtype, non_blocking=True)
    result: torch.Tensor = enhance.solarize(images, threshold)
    return result


def kornia_posterize(images: torch.Tensor, bits: torch.Tensor) -> torch.Tensor:
    """As `posterize`, by kornia."""
    import kornia.enhance as enhance

    kept = bits.to(images.device, non_blocking=True)
    result: torch.Tensor = enhance.posterize(images, kept)
    return result


def kornia_gamma(images: torch.Tensor, gammas: torch.Tensor) -> torch.Tensor:
    """As `adjust_gamma`, by kornia."""
    import kornia.enhance as enhance

    gamma = gammas.to(images.device, images.dtype, non_blocking=True)
    result: torch.Tensor = enhance.adjust_gamma(images, gamma)
    return result


RANDOM_SOLARIZE = Op(
    name="RandomSolarize",
    magnitudes=(Magnitude("threshold", "[0, 1] pixel value", 0.0, 1.0),),
    arguments=(Range("threshold", 0.5, 0.0, 1.0, pixel=True),),
    options=(),
    draw=draw_ranges("threshold"),
    source="torchvision v2 RandomSolarize, on floats",
    torch_function=solarize,
    kornia_function=kornia_solarize,
    kernel=solarize_rows,
    example=(("threshold", (0.2, 0.8)),),
    chance=0.5,
    levels=(LevelMap("Solarize", "threshold", 1.0, 0.0, False, "threshold"),),
    knobs=(Knob("threshold", "pixel value", 1.0, is_neutral=False),),
)

RANDOM_POSTERIZE = Op(
    name="RandomPosterize",
    magnitudes=(Magnitude("bits", "bits kept of 8", 0, 8, neutral=8),),
    arguments=(Range("bits", 8, 0, 8, whole=True),),
    options=(),
    draw=draw_whole("bits"),
    source="PIL ImageOps.posterize; torchvision v2 RandomPosterize on uint8",
    torch_function=posterize,
    kornia_function=kornia_posterize,
    bound=0.001,
    differentiable=False,
    example=(("bits", (1, 4)),),
    chance=0.5,
    levels=(LevelMap("Posterize", "bits", 8.0, 4.0, False, "bits", rounding="nearest"),),
    knobs=(Knob("bits", "bits kept", 8.0),),
)

RANDOM_INVERT = Op(
    name="RandomInvert",
    magnitudes=(),
    arguments=(),
    options=(),
    draw=draw_ranges(),
    source="torchvision v2 RandomInvert, on floats",
    torch_function=invert,
    chance=0.5,
    levels=(LevelMap("Invert"),),
)

GAMMA = Op(
    name="Gamma",
    magnitudes=(Magnitude("gamma", "exponent", 0.0, math.inf, neutral=1.0, signed=True),),
    arguments=(Range("gamma", 1.0, 0.0, math.inf),),
    options=(),
    draw=draw_ranges("gamma"),
    source="torchvision v2 adjust_gamma, gain 1, on floats",
    torch_function=adjust_gamma,
    kornia_function=kornia_gamma,
    bound=0.01,
    ladder="gamma",
    example=(("gamma", (0.4, 0.7)),),
    knobs=(Knob("gamma", "exponent", 1.0),),
)
