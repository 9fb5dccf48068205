"""Turns, shears, perspectives and elastic fields."""

from __future__ import annotations

import math

import torch
import torchvision.transforms.v2.functional as tv
from torchvision.transforms.v2 import InterpolationMode

from augscore.benching.references.record import Bound, Reference, as_fill
from augscore.engine.ops import elastic
from augscore.engine.ops.fill import Fill

MODES = {"bilinear": InterpolationMode.BILINEAR, "nearest": InterpolationMode.NEAREST}

_TIES = Bound(0.2, 1.0, 2e-3, "a tie of two pixels is rounded either way")
NEAREST = (("interpolation", "nearest"),)
BILINEAR = (("interpolation", "bilinear"),)


def rotate(
    image: torch.Tensor, degrees: float, interpolation: str, fill: Fill = 0.0
) -> torch.Tensor:
    mode, outside = MODES[interpolation], as_fill(fill)
    result: torch.Tensor = tv.rotate(image, degrees, interpolation=mode, fill=outside)
    return result


def shear_x(
    image: torch.Tensor, slope: float, interpolation: str, fill: Fill = 0.0
) -> torch.Tensor:
    return _sheared(image, [_degrees(slope), 0.0], interpolation, fill)


def shear_y(
    image: torch.Tensor, slope: float, interpolation: str, fill: Fill = 0.0
) -> torch.Tensor:
    return _sheared(image, [0.0, _degrees(slope)], interpolation, fill)


def random_affine(
    image: torch.Tensor,
    degrees: float,
    dx: int,
    dy: int,
    scale: float,
    lean_x: float,
    lean_y: float,
    interpolation: str,
    fill: Fill = 0.0,
) -> torch.Tensor:
    mode, lean = MODES[interpolation], [lean_x, lean_y]
    result: torch.Tensor = tv.affine(
        image, degrees, [dx, dy], scale, lean, interpolation=mode, fill=as_fill(fill)
    )
    return result


def random_perspective(
    image: torch.Tensor,
    a: int,
    b: int,
    c: int,
    d: int,
    e: int,
    f: int,
    g: int,
    h: int,
    interpolation: str,
    fill: Fill = 0.0,
) -> torch.Tensor:
    right, bottom = image.shape[-1] - 1, image.shape[-2] - 1
    ends = [[a, b], [right - c, d], [right - e, bottom - f], [g, bottom - h]]
    starts = [[0, 0], [right, 0], [right, bottom], [0, bottom]]
    result: torch.Tensor = tv.perspective(
        image, starts, ends, interpolation=MODES[interpolation], fill=as_fill(fill)
    )
    return result


def elastic_transform(
    image: torch.Tensor, alpha: float, sigma: float, key: int, fill: Fill = 0.0
) -> torch.Tensor:
    """torchvision's look-up with our field: theirs would be of another generator."""
    alphas, sigmas = (torch.tensor([n], dtype=torch.float64) for n in (alpha, sigma))
    pixels = elastic.displacements(image[None], alphas, sigmas, torch.tensor([key]))
    sides = torch.tensor([image.shape[-1], image.shape[-2]])
    field = pixels.permute(0, 2, 3, 1) * 2 / sides
    result: torch.Tensor = tv.elastic(image, field, fill=as_fill(fill))
    return result


def _degrees(slope: float) -> float:
    return math.degrees(math.atan(slope))


def _sheared(
    image: torch.Tensor, degrees: list[float], interpolation: str, fill: Fill = 0.0
) -> torch.Tensor:
    mode = MODES[interpolation]
    result: torch.Tensor = tv.affine(
        image, 0.0, [0, 0], 1.0, degrees, interpolation=mode, center=[0, 0], fill=as_fill(fill)
    )
    return result


WARPS = (
    Reference("Rotate", "torchvision float", rotate, arguments=BILINEAR),
    Reference("Rotate", "torchvision float", rotate, _TIES, NEAREST),
    Reference("ShearX", "torchvision float", shear_x, arguments=BILINEAR),
    Reference("ShearX", "torchvision float", shear_x, _TIES, NEAREST),
    Reference("ShearY", "torchvision float", shear_y, arguments=BILINEAR),
    Reference("ShearY", "torchvision float", shear_y, _TIES, NEAREST),
    Reference("RandomAffine", "torchvision float", random_affine, arguments=BILINEAR),
    Reference("RandomAffine", "torchvision float", random_affine, _TIES, NEAREST),
    Reference("RandomPerspective", "torchvision float", random_perspective, arguments=BILINEAR),
    Reference("RandomPerspective", "torchvision float", random_perspective, _TIES, NEAREST),
    Reference("ElasticTransform", "torchvision float", elastic_transform),
)
