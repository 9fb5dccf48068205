"""Colour, tone and sharpness."""

from __future__ import annotations

import itertools

import torch
import torchvision.transforms.v2.functional as tv

from augscore.benching.references.record import Bound, Reference

_ORDERS = list(itertools.permutations(range(4)))
_CHANNELS = list(itertools.permutations(range(3)))

_SAME = Bound(0.0, 0.0, why="values are moved, and not computed with")
_WHOLE = Bound(1.0, 2.0, why="torchvision rounds to whole levels, grey and smoothed ones too")
_CHAIN = Bound(3.0, 12.0, why="torchvision rounds to whole levels after each of four steps")
_HUE = Bound(0.6, 1.5, why="torchvision rounds to whole levels")


def color_jitter(
    image: torch.Tensor,
    brightness: float,
    contrast: float,
    saturation: float,
    hue: float,
    order: int,
) -> torch.Tensor:
    factors = (brightness, contrast, saturation, hue)
    adjustments = (tv.adjust_brightness, tv.adjust_contrast, tv.adjust_saturation, tv.adjust_hue)
    for which in _ORDERS[order]:
        image = adjustments[which](image, factors[which])
    return image


def grayscale(image: torch.Tensor) -> torch.Tensor:
    result: torch.Tensor = tv.rgb_to_grayscale(image, 3)
    return result


def permute_channels(image: torch.Tensor, permutation: int) -> torch.Tensor:
    result: torch.Tensor = tv.permute_channels(image, list(_CHANNELS[permutation]))
    return result


def drop_channel(image: torch.Tensor, channel: int) -> torch.Tensor:
    kept = torch.tensor([float(place != channel) for place in range(3)])
    return image * kept.view(3, 1, 1)


def posterize(image: torch.Tensor, bits: int) -> torch.Tensor:
    result: torch.Tensor = tv.posterize(image, bits)
    return result


def solarize_levels(image: torch.Tensor, threshold: float) -> torch.Tensor:
    result: torch.Tensor = tv.solarize(image, threshold * 255)
    return result


COLOURS = (
    Reference("ColorJitter", "torchvision float", color_jitter),
    Reference("ColorJitter", "torchvision uint8", color_jitter, _CHAIN),
    Reference("Brightness", "torchvision float", tv.adjust_brightness),
    Reference("Brightness", "torchvision uint8", tv.adjust_brightness, _WHOLE),
    Reference("Contrast", "torchvision float", tv.adjust_contrast),
    Reference("Contrast", "torchvision uint8", tv.adjust_contrast, _WHOLE),
    Reference("Saturation", "torchvision float", tv.adjust_saturation),
    Reference("Saturation", "torchvision uint8", tv.adjust_saturation, _WHOLE),
    Reference("Hue", "torchvision float", tv.adjust_hue),
    Reference("Hue", "torchvision uint8", tv.adjust_hue, _HUE),
    Reference("RandomGrayscale", "torchvision float", grayscale),
    Reference("RandomGrayscale", "torchvision uint8", grayscale, _WHOLE),
    Reference("RandomChannelPermutation", "torchvision float", permute_channels, _SAME),
    Reference("RandomChannelDrop", "closed form", drop_channel, _SAME),
    Reference("Gamma", "torchvision float", tv.adjust_gamma),
    Reference("RandomSolarize", "torchvision float", tv.solarize),
    Reference("RandomSolarize", "torchvision uint8", solarize_levels),
    Reference("RandomPosterize", "torchvision uint8", posterize),
    Reference("RandomInvert", "torchvision float", tv.invert),
    Reference("RandomInvert", "torchvision uint8", tv.invert),
    Reference("RandomEqualize", "torchvision float", tv.equalize),
    Reference("RandomEqualize", "torchvision uint8", tv.equalize),
    Reference("RandomAutocontrast", "torchvision float", tv.autocontrast),
    Reference("RandomAutocontrast", "torchvision uint8", tv.autocontrast, _WHOLE),
    Reference("RandomAdjustSharpness", "torchvision float", tv.adjust_sharpness),
    Reference("RandomAdjustSharpness", "torchvision uint8", tv.adjust_sharpness, _WHOLE),
)
