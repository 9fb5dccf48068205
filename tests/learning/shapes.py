"""Labelled pictures of shapes whose pixels tell nothing: colours, place, size and turn are random.

Nearest neighbours in pixels share a background, not a shape, so they find the class no better than
chance; a network that learns what the views of a picture have in common finds it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

Uniform = Callable[..., torch.Tensor]
Shape = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

SIDE = 32
_FINE = 2 * SIDE
_NOISE = 0.05
_PERIOD = 2.5
_RADII = (0.28, 0.45)


def _disc(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return u.square() + v.square() < 1


def _ring(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    r = u.square() + v.square()
    return (r < 1) & (r > 0.36)


def _square(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return torch.maximum(u.abs(), v.abs()) < 0.85


def _triangle(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return (v < 0.7) & (v > 2 * u.abs() - 1)


def _cross(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return _square(u, v) & (torch.minimum(u.abs(), v.abs()) < 0.28)


def _bars(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return _square(u, v) & (torch.sin(v / 0.425 * math.pi) > 0)


def _chequers(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    return _square(u, v) & (torch.sin(u / 0.425 * math.pi) * torch.sin(v / 0.425 * math.pi) > 0)


def _dots(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    spread = torch.stack(
        [(u - x).square() + (v - y).square() for x in (-0.5, 0.5) for y in (-0.5, 0.5)]
    )
    return spread.amin(0) < 0.1


SHAPES: tuple[Shape, ...] = (_disc, _ring, _square, _triangle, _cross, _bars, _chequers, _dots)


@dataclass(frozen=True)
class Pictures:
    """`pixels` uint8 (N, 3, 32, 32); `labels` int64 (N,), which of `SHAPES`, each as often."""

    pixels: torch.Tensor
    labels: torch.Tensor


def shape_pictures(count: int, seed: int) -> Pictures:
    """The same for a seed, on every machine."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(count) % len(SHAPES)

    def uniform(low: float, high: float, *shape: int) -> torch.Tensor:
        return low + (high - low) * torch.rand((count, *shape), generator=generator)

    u, v = _places(uniform)
    masks = torch.stack([SHAPES[k](u[i], v[i]) for i, k in enumerate(labels.tolist())])
    mask = torch.nn.functional.avg_pool2d(masks[:, None].float(), 2)
    ground, ink = _colours(uniform)
    pixels = ground + mask * (ink - ground)
    noise = torch.randn(pixels.shape, generator=generator)
    levels = ((pixels + _NOISE * noise) * 255).round().clamp(0, 255)
    return Pictures(levels.to(torch.uint8), labels)


def _places(uniform: Uniform) -> tuple[torch.Tensor, torch.Tensor]:
    """(N, 64, 64) coordinates of every pixel in the frame of the nearest copy of its shape."""
    axis = (torch.arange(_FINE) + 0.5) / _FINE * 2 - 1
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    radius, turn = uniform(*_RADII, 1, 1), uniform(-0.35, 0.35, 1, 1)
    u = (x * turn.cos() - y * turn.sin()) / radius + uniform(0, _PERIOD, 1, 1)
    v = (x * turn.sin() + y * turn.cos()) / radius + uniform(0, _PERIOD, 1, 1)
    return u % _PERIOD - _PERIOD / 2, v % _PERIOD - _PERIOD / 2


def _colours(uniform: Uniform) -> tuple[torch.Tensor, torch.Tensor]:
    """The colour of the ground, and one that is lighter or darker in every channel."""
    contrast = uniform(0.25, 0.4, 3, 1, 1)
    dark = uniform(0, 1, 3, 1, 1) * (1 - contrast)
    lighter = uniform(0, 1, 1, 1, 1) < 0.5
    return torch.where(lighter, dark, dark + contrast), torch.where(lighter, dark + contrast, dark)
