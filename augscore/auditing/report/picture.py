"""A view as it is shown in reports: the original, the view and what differs, as small JPEGs."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass

import torch
from PIL import Image

from augscore.auditing.audit import Example
from augscore.auditing.finding import Finding
from augscore.images.resize import resize, to_float

SMALLEST, SIDE = 96, 128
QUALITY = 82
GAINS = (32, 16, 8, 4, 2, 1)


@dataclass(frozen=True)
class Picture:
    """JPEG bytes, at most `SIDE` px wide, for one example.

    `difference` is |view − original| times `gain`, where 1 is white. `finding` is what the picture
    is evidence of; without one it belongs to the gallery.
    """

    example: Example
    original: bytes
    view: bytes
    difference: bytes
    gain: int
    finding: Finding | None = None


def picture_of(
    example: Example,
    original: torch.Tensor,
    view: torch.Tensor,
    finding: Finding | None = None,
) -> Picture:
    """(3, S, S) uint8 or float in [0, 1], on any device → its picture.

    The gain is the largest of `GAINS` that leaves all but one value of a hundred below white.
    """
    before, after = (_pixels(image) for image in (original, view))
    difference = (after - before).abs()
    gain = gain_of(difference)
    return Picture(
        example,
        _jpeg(before),
        _jpeg(after),
        _jpeg((difference * gain).clamp(0, 1)),
        gain,
        finding,
    )


def gain_of(difference: torch.Tensor) -> int:
    """Of |view − original|, any shape."""
    values = difference.flatten()
    high = values.kthvalue(max(1, math.ceil(0.99 * values.numel()))).values.item()
    return next((gain for gain in GAINS if gain * high <= 1), 1)


def _pixels(image: torch.Tensor) -> torch.Tensor:
    """float32 on the CPU, in [0, 1]: values outside, or none at all, are not shown as such."""
    return to_float(image.detach().cpu()).nan_to_num(0.0).clamp(0, 1)


def _jpeg(pixels: torch.Tensor) -> bytes:
    side = pixels.shape[-1]
    if side > SIDE:
        pixels = resize(pixels, SIDE, SIDE)
    levels = (pixels * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
    image = Image.fromarray(levels)
    if side < SMALLEST:
        # Whole pixels stay whole pixels.
        factor = -(-SMALLEST // side)
        image = image.resize((side * factor, side * factor), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return buffer.getvalue()
