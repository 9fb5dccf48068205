"""What a foreign pipeline returned → pixels (3, h, w), float32 in [0, 1]."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image

from augscore.engine.normalize import Normalize
from augscore.errors import InputError
from augscore.images.resize import to_float

# Filters and noise leave [0, 1] by a little and are clamped; 0 to 255 in floats, or pixels that
# were normalised, leave it by far.
_LOWEST, _HIGHEST = -1.0, 2.0
_ROUNDING = 1e-6


def pixels_of(result: Any, whose: str, normalize: Normalize | None) -> torch.Tensor:
    """A PIL image, an array (h, w, 3) or a tensor (3, h, w), uint8 or float; grey is repeated.

    `normalize` is undone. Raises InputError (`op_none`, `op_shape`, `op_nan`, `op_range`) for what
    is no image.
    """
    pixels = _channels(_tensor(result, whose), whose)
    if normalize is not None:
        mean, std = (torch.tensor(part)[:, None, None] for part in (normalize.mean, normalize.std))
        pixels = _levels(pixels * std + mean)
    _check_range(pixels, whose)
    return pixels.clamp(0.0, 1.0)


def _tensor(result: Any, whose: str) -> torch.Tensor:
    if result is None:
        raise InputError(f"{whose} returned nothing", code="op_none", hint="It returns an image")
    if isinstance(result, Image.Image):
        result = np.asarray(result.convert("RGB"))
    if isinstance(result, np.ndarray):
        planes = result[..., None] if result.ndim == 2 else result
        result = torch.from_numpy(np.array(planes, order="C")).movedim(-1, 0)
    if not isinstance(result, torch.Tensor):
        hint = "It returns one image; bring the pipeline of each view on its own, in a list"
        kind = type(result).__name__
        raise InputError(f"{whose} returned a {kind}", code="op_shape", hint=hint)
    plain = result.as_subclass(torch.Tensor).detach().cpu()
    return plain[0] if plain.ndim == 4 and len(plain) == 1 else plain


def _channels(pixels: torch.Tensor, whose: str) -> torch.Tensor:
    if pixels.ndim != 3 or len(pixels) not in (1, 3) or 0 in pixels.shape:
        told = f"{whose} returned shape {tuple(pixels.shape)}"
        raise InputError(told, code="op_shape", hint="Wanted (3, H, W), or (H, W, 3) in an array")
    if pixels.dtype != torch.uint8 and not pixels.dtype.is_floating_point:
        told = f"{whose} returned {pixels.dtype}"
        raise InputError(told, code="op_shape", hint="Wanted uint8, or floats in [0, 1]")
    return to_float(pixels).expand(3, -1, -1)


def _levels(pixels: torch.Tensor) -> torch.Tensor:
    """8-bit levels where only rounding lies between: what was normalised and is left alone comes
    back as it was."""
    levels = (pixels * 255).round().div(255)
    return torch.where((pixels - levels).abs() < _ROUNDING, levels, pixels)


def _check_range(pixels: torch.Tensor, whose: str) -> None:
    if not bool(pixels.isfinite().all()):
        raise InputError(f"{whose} returned NaN or infinity", code="op_nan")
    low, high = (float(end) for end in pixels.aminmax())
    if low < _LOWEST or high > _HIGHEST:
        raise InputError(
            f"{whose} returned values from {low:g} to {high:g}",
            code="op_range",
            hint="Wanted [0, 1]: does a conversion to floats scale?",
        )
