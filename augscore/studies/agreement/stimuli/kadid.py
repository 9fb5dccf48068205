"""The distortions of KADID-10k (Lin, Hosu, Saupe 2019), made again from their documented strengths.

Of the 25 types those that can be made again: not denoise (15), whose method is not documented.
Colour quantisation (6) uses a palette of our own, so its levels are nearest to the originals alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import kornia.color as kc
import torch
import torch.nn.functional as F

from augscore.studies.agreement.stimuli.codecs import few_colours, jpeg2000
from augscore.studies.agreement.stimuli.filters import (
    blurred,
    filtered,
    motion_kernel,
)

Distort = Callable[[torch.Tensor, float, torch.Generator], torch.Tensor]
"""Image (3, H, W) in [0, 1], strength, randomness → an image of the same shape, not yet clipped."""


@dataclass(frozen=True)
class Kind:
    """`number` and `name` as in the table of opinions; strengths of the levels 1 to 5."""

    number: int
    name: str
    strengths: tuple[float, ...]
    distort: Distort


def gaussian_blur(image: torch.Tensor, sd: float, chance: torch.Generator) -> torch.Tensor:
    return blurred(image, sd)


def motion_blur(image: torch.Tensor, length: float, chance: torch.Generator) -> torch.Tensor:
    degrees = 180 * float(torch.rand((), generator=chance))
    return filtered(image, motion_kernel(int(length), degrees))


def color_diffusion(image: torch.Tensor, amount: float, chance: torch.Generator) -> torch.Tensor:
    lab = kc.rgb_to_lab(image[None])[0]
    chroma = blurred(lab[1:], 1.5 * amount + 2) * amount
    return _from_lab(lab[:1], chroma)


def color_shift(image: torch.Tensor, amount: float, chance: torch.Generator) -> torch.Tensor:
    """Green moves a little, where there are edges."""
    way = torch.rand(2, generator=chance)
    down, right = (way / way.norm() * amount).round().long().tolist()
    edges = _edges(image)
    green = image[1]
    height, width = green.shape
    padded = F.pad(green[None, None], (right, 0, down, 0), mode="replicate")[0, 0]
    moved = padded[:height, :width]
    return torch.stack([image[0], moved * edges + green * (1 - edges), image[2]])


def color_quantization(
    image: torch.Tensor, colours: float, chance: torch.Generator
) -> torch.Tensor:
    return few_colours(image, int(colours), dithered=False)


def color_saturation_1(image: torch.Tensor, factor: float, chance: torch.Generator) -> torch.Tensor:
    """Saturation of HSV times a factor: value − factor · (value − channel)."""
    value = image.amax(dim=0, keepdim=True)
    return value - factor * (value - image)


def jpeg_2000(image: torch.Tensor, ratio: float, chance: torch.Generator) -> torch.Tensor:
    return jpeg2000(image, ratio)


def white_noise(image: torch.Tensor, variance: float, chance: torch.Generator) -> torch.Tensor:
    return image + math.sqrt(variance) * _normal(image, chance)


def white_noise_color(
    image: torch.Tensor, variance: float, chance: torch.Generator
) -> torch.Tensor:
    ycbcr = kc.rgb_to_ycbcr(image[None])[0]
    noisy = ycbcr + math.sqrt(variance) * _normal(image, chance)
    return kc.ycbcr_to_rgb(noisy[None])[0]


def multiplicative_noise(
    image: torch.Tensor, variance: float, chance: torch.Generator
) -> torch.Tensor:
    return image * (1 + math.sqrt(variance) * _normal(image, chance))


def brighten(image: torch.Tensor, amount: float, chance: torch.Generator) -> torch.Tensor:
    """A parabola through (½, ½ + amount/2), two parts on RGB and one on the lightness of Lab."""
    lab = kc.rgb_to_lab(image[None])[0]
    light = 100 * _lifted(lab[:1] / 100, amount)
    return (2 * _lifted(image, amount) + _from_lab(light, lab[1:]).clamp(0, 1)) / 3


def mean_shift(image: torch.Tensor, amount: float, chance: torch.Generator) -> torch.Tensor:
    return image + amount


def jitter(image: torch.Tensor, sd: float, chance: torch.Generator) -> torch.Tensor:
    """Each pixel is taken from near it, five times over."""
    height, width = image.shape[-2:]
    rows, columns = torch.meshgrid(
        torch.arange(height, dtype=torch.float32),
        torch.arange(width, dtype=torch.float32),
        indexing="ij",
    )
    moved = image
    for _ in range(5):
        away = sd * torch.randn(2, height, width, generator=chance)
        x = 2 * (columns - away[0]) / (width - 1) - 1
        y = 2 * (rows - away[1]) / (height - 1) - 1
        grid = torch.stack([x, y], dim=-1)[None]
        moved = F.grid_sample(moved[None], grid, padding_mode="border", align_corners=True)[0]
    return moved


def non_eccentricity_patch(
    image: torch.Tensor, count: float, chance: torch.Generator
) -> torch.Tensor:
    """Patches of 16 px copied to within 8 px of where they are."""
    side = 16
    changed = image.clone()
    height, width = image.shape[-2:]
    for _ in range(int(count)):
        a, b, c, d = torch.rand(4, generator=chance).tolist()
        top = side + round(a * (height - 3 * side))
        left = side + round(b * (width - 3 * side))
        to_top, to_left = top + round((c - 0.5) * side), left + round((d - 0.5) * side)
        patch = changed[:, top : top + side, left : left + side].clone()
        changed[:, to_top : to_top + side, to_left : to_left + side] = patch
    return changed


def quantization(image: torch.Tensor, levels: float, chance: torch.Generator) -> torch.Tensor:
    steps = (image * levels).floor().clamp(max=levels - 1)
    low, high = steps.amin(), steps.amax()
    return (steps - low) / (high - low).clamp_min(1)


def color_block(image: torch.Tensor, count: float, chance: torch.Generator) -> torch.Tensor:
    """Squares of 32 px in random colours."""
    side = 32
    changed = image.clone()
    height, width = image.shape[-2:]
    for _ in range(int(count)):
        down, right, *colour = torch.rand(5, generator=chance).tolist()
        top, left = int(down * (height - side)), int(right * (width - side))
        changed[:, top : top + side, left : left + side] = torch.tensor(colour)[:, None, None]
    return changed


def high_sharpen(image: torch.Tensor, amount: float, chance: torch.Generator) -> torch.Tensor:
    """Unsharp masking of the lightness."""
    lab = kc.rgb_to_lab(image[None])[0]
    smooth = blurred(lab[:1], 6.0, reach=6)
    return _from_lab(lab[:1] + amount * (lab[:1] - smooth), lab[1:])


KINDS = (
    Kind(1, "gaussian_blur", (0.1, 0.5, 1, 2, 5), gaussian_blur),
    Kind(3, "motion_blur", (1, 2, 4, 6, 10), motion_blur),
    Kind(4, "color_diffusion", (1, 3, 6, 8, 12), color_diffusion),
    Kind(5, "color_shift", (1, 3, 6, 8, 12), color_shift),
    Kind(6, "color_quantization", (64, 48, 32, 16, 8), color_quantization),
    Kind(7, "color_saturation_1", (0.4, 0.2, 0.1, 0, -0.4), color_saturation_1),
    Kind(9, "jpeg2000", (16, 32, 45, 120, 170), jpeg_2000),
    Kind(11, "white_noise", (0.001, 0.002, 0.003, 0.005, 0.01), white_noise),
    Kind(
        12,
        "white_noise_color_component",
        (0.0001, 0.0005, 0.001, 0.002, 0.003),
        white_noise_color,
    ),
    Kind(14, "multiplicative_noise", (0.001, 0.005, 0.01, 0.02, 0.05), multiplicative_noise),
    Kind(16, "brighten", (0.1, 0.2, 0.4, 0.7, 1.1), brighten),
    Kind(18, "mean_shift", (0, 0.08, -0.08, 0.15, -0.15), mean_shift),
    Kind(19, "jitter", (0.05, 0.1, 0.2, 0.5, 1), jitter),
    Kind(20, "non_eccentricity_patch", (20, 40, 60, 80, 100), non_eccentricity_patch),
    Kind(22, "quantization", (20, 16, 13, 10, 7), quantization),
    Kind(23, "color_block", (2, 4, 6, 8, 10), color_block),
    Kind(24, "high_sharpen", (1, 2, 3, 6, 12), high_sharpen),
)


def _normal(image: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    return torch.randn(image.shape, generator=chance)


def _lifted(x: torch.Tensor, amount: float) -> torch.Tensor:
    return (x + 2 * amount * x * (1 - x)).clamp(0, 1)


def _from_lab(light: torch.Tensor, chroma: torch.Tensor) -> torch.Tensor:
    return kc.lab_to_rgb(torch.cat([light, chroma])[None])[0]


def _edges(image: torch.Tensor) -> torch.Tensor:
    """(H, W): smoothed gradient energy between its 1 % and 99 % quantiles, 0 to 1."""
    grey = image.mean(dim=0)
    dy = F.pad(grey[2:] - grey[:-2], (0, 0, 1, 1)) / 2
    dx = F.pad(grey[:, 2:] - grey[:, :-2], (1, 1)) / 2
    energy = blurred((dx.square() + dy.square()).sqrt()[None], 4.0)[0]
    low, high = energy.amin(), energy.amax()
    energy = (energy - low) / (high - low).clamp_min(1e-9)
    levels = torch.quantile(energy.flatten(), torch.tensor([0.01, 0.99]))
    return energy.clamp(levels[0], levels[1])
