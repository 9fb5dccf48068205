"""How much of a surface over two magnitudes simple shapes explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from augscore import keys
from augscore.strength.intervals import RESAMPLES
from augscore.studies.figures.rank_agreement import Floats

_SLOT = keys.slot("bootstrap", 0, "composition")


@dataclass(frozen=True)
class Share:
    """Of the variance over the grid, 0 to 1, with its 95 % interval by bootstrap over images."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Explained:
    """`plane`: a + b m1 + c m2; `curves`: any function of m1 plus any of m2, which leaves out only
    what the operations do to each other."""

    plane: Share
    curves: Share


def explained(surfaces: Floats, firsts: Floats, seconds: Floats, *, seed: int) -> Explained:
    """(N, L1, L2) of N images over (L1,) and (L2,) magnitudes → shares of their mean surface, by
    least squares; 1 for a surface that does not vary."""
    flat = surfaces.reshape(len(surfaces), -1)
    means = np.concatenate([flat.mean(axis=0)[None], _resampled(flat, seed)])
    first, second = np.meshgrid(firsts, seconds, indexing="ij")
    plane = np.stack([np.ones(first.size), first.ravel(), second.ravel()], axis=1)
    curves = np.concatenate(
        [_indicators(first.ravel(), firsts), _indicators(second.ravel(), seconds)], axis=1
    )
    return Explained(_share(means, plane), _share(means, curves))


def _resampled(flat: Floats, seed: int) -> Floats:
    """(RESAMPLES, P) means of images drawn with replacement."""
    count = len(flat)
    generator = keys.generator(_SLOT, seed=seed, step=0)
    drawn = torch.randint(count, (RESAMPLES, count), generator=generator).numpy()
    weights = np.stack([np.bincount(row, minlength=count) for row in drawn]) / count
    return np.asarray(weights @ flat, dtype=np.float64)


def _indicators(values: Floats, levels: Floats) -> Floats:
    return np.asarray(values[:, None] == levels[None], dtype=np.float64)


def _share(means: Floats, design: Floats) -> Share:
    """The first of the means is that of all images, the others those of the resamples."""
    basis, sizes, _ = np.linalg.svd(design, full_matrices=False)
    basis = basis[:, sizes > 1e-9 * sizes[0]]
    rest = means - (means @ basis) @ basis.T
    varied = ((means - means.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    left = (rest**2).sum(axis=1)
    shares = np.where(varied > 1e-12, 1 - left / np.maximum(varied, 1e-12), 1.0)
    low, high = np.quantile(shares[1:], [0.025, 0.975])
    return Share(float(shares[0]), float(low), float(high))
