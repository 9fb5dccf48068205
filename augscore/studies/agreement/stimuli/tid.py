"""Distortions of TID2013 (Ponomarenko et al. 2015), made again by their five levels of PSNR.

Types 1, 7, 16 and 19 are nearest to the originals; of the others only the kind is documented.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

from augscore.studies.agreement.stimuli.codecs import few_colours, jpeg2000
from augscore.studies.agreement.stimuli.filters import blurred

LEVELS_DB = (33.0, 30.0, 27.0, 24.0, 21.0)
_HALVINGS = 14
_OF_CODECS = 9


@dataclass(frozen=True)
class Kind:
    """`distort(image, noise, t)`: t in (0, 1], more is stronger; `noise` is standard normal, of the
    image's shape; `halvings` of the range of t, until it is found."""

    number: int
    name: str
    distort: Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor]
    halvings: int = _HALVINGS


def additive(image: torch.Tensor, noise: torch.Tensor, t: float) -> torch.Tensor:
    return image + t * noise


def correlated(image: torch.Tensor, noise: torch.Tensor, t: float) -> torch.Tensor:
    smooth = blurred(noise, 1.0)
    return image + t * smooth / smooth.std()


def high_frequency(image: torch.Tensor, noise: torch.Tensor, t: float) -> torch.Tensor:
    sharp = noise - blurred(noise, 1.0)
    return image + t * sharp / sharp.std()


def quantized(image: torch.Tensor, noise: torch.Tensor, t: float) -> torch.Tensor:
    step = t
    return ((image / step).floor() + 0.5) * step


def blur(image: torch.Tensor, noise: torch.Tensor, t: float) -> torch.Tensor:
    return blurred(image, 20 * t)


def codec(image: torch.Tensor, noise: torch.Tensor, t: float) -> torch.Tensor:
    return jpeg2000(image, math.exp(6.9 * t))


def shifted(image: torch.Tensor, noise: torch.Tensor, t: float) -> torch.Tensor:
    return image + t


def desaturated(image: torch.Tensor, noise: torch.Tensor, t: float) -> torch.Tensor:
    grey = (image * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(dim=0, keepdim=True)
    return grey + (1 - t) * (image - grey)


def multiplied(image: torch.Tensor, noise: torch.Tensor, t: float) -> torch.Tensor:
    return image * (1 + 2 * t * noise)


def dithered(image: torch.Tensor, noise: torch.Tensor, t: float) -> torch.Tensor:
    return few_colours(image, max(2, round(math.exp(5.5 * (1 - t)))), dithered=True)


KINDS = (
    Kind(1, "additive_gaussian_noise", additive),
    Kind(3, "spatially_correlated_noise", correlated),
    Kind(5, "high_frequency_noise", high_frequency),
    Kind(7, "quantization_noise", quantized),
    Kind(8, "gaussian_blur", blur),
    Kind(11, "jpeg2000_compression", codec, _OF_CODECS),
    Kind(16, "mean_shift", shifted),
    Kind(18, "color_saturation_change", desaturated),
    Kind(19, "multiplicative_gaussian_noise", multiplied),
    Kind(22, "color_quantization_with_dither", dithered, _OF_CODECS),
)


def brought_to(
    kind: Kind, image: torch.Tensor, noise: torch.Tensor, decibels: float
) -> torch.Tensor:
    """(3, H, W), 8 bits: as strong as the PSNR asks, or as strong as the kind can be."""
    wanted = 10 ** (-decibels / 10)
    low, high = 0.0, 1.0
    for _ in range(kind.halvings):
        middle = (low + high) / 2
        made = _rounded(kind.distort(image, noise, middle))
        if float((made - image).square().mean()) < wanted:
            low = middle
        else:
            high = middle
    return _rounded(kind.distort(image, noise, high))


def _rounded(image: torch.Tensor) -> torch.Tensor:
    return (image.clamp(0, 1) * 255).round() / 255
