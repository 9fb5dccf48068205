"""Resampling of images: the means of columns, and how sure each of them is, over many resamples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from augscore.keys import field_keys, slot, uniform_field

Floats = npt.NDArray[np.float64]

RESAMPLES = 1000
_CHUNK = 2_000_000
_NO_SPREAD = 1e-7
"""Under this share of the error of the whole, the error of a resample is rounding."""


@dataclass(frozen=True)
class Clusters:
    """What N images say of Q quantities: `sums` and `counts` (N, Q) of an image's values.

    No image has a count of 0 in all of them, so that every resample has values.
    """

    sums: Floats
    counts: Floats

    @property
    def images(self) -> int:
        return len(self.sums)


@dataclass(frozen=True)
class Resampled:
    """`mean` and its standard error `error` (Q,), and both again in each of B resamples (B, Q)."""

    mean: Floats
    error: Floats
    means: Floats
    errors: Floats

    def studentised(self) -> Floats:
        """(B, Q): (resampled mean − mean) / resampled error; ±inf in a resample without spread."""
        moved = self.means - self.mean
        flat = self.errors <= _NO_SPREAD * self.error
        limits = np.where(np.abs(moved) <= _NO_SPREAD * self.error, 0.0, np.copysign(np.inf, moved))
        return np.where(flat, limits, moved / np.where(flat, 1.0, self.errors))


def clusters_of(values: Floats) -> Clusters:
    """(N, K, Q) values with NaN for missing → sums and counts of each image."""
    known = ~np.isnan(values)
    sums = np.where(known, values, 0.0).sum(axis=1)
    return Clusters(sums, known.sum(axis=1).astype(np.float64))


def resample(clusters: Clusters, *, seed: int, resamples: int = RESAMPLES) -> Resampled:
    """Means as ratios of sums to counts, with the images of each resample drawn with replacement.

    All values of an image are drawn together (the cluster bootstrap: Davison & Hinkley 1997,
    section 3.8); errors are those of a ratio by linearisation, without a factor of n / (n − 1),
    which cancels wherever they are used. Equal seeds and numbers of images give the same resamples,
    whatever the values.
    """
    n = clusters.images
    total = clusters.counts.sum(axis=0)
    mean = clusters.sums.sum(axis=0) / total
    rest = clusters.sums - mean * clusters.counts
    error = np.sqrt((rest**2).sum(axis=0)) / total
    powers = np.concatenate(
        [rest, clusters.counts, rest**2, rest * clusters.counts, clusters.counts**2], axis=1
    )
    means, errors = [], []
    for drawn in draws(n, seed=seed, resamples=resamples):
        moved, weight, square, mixed, counts = np.split(drawn @ powers, 5, axis=1)
        step = moved / weight
        variance = square - 2 * step * mixed + step**2 * counts
        means.append(mean + step)
        errors.append(np.sqrt(np.maximum(variance, 0.0)) / weight)
    return Resampled(mean, error, np.concatenate(means), np.concatenate(errors))


def draws(
    images: int, *, seed: int, resamples: int = RESAMPLES, purpose: str = "image"
) -> Iterator[Floats]:
    """Blocks of rows (resamples, images): how often each image is in a resample."""
    per_block = max(1, _CHUNK // max(1, images))
    starts = range(0, resamples, per_block)
    keys = field_keys(torch.arange(len(starts)), slot("bootstrap", 0, purpose), seed=seed)
    for start, key in zip(starts, keys.tolist(), strict=True):
        rows = min(per_block, resamples - start)
        uniforms = uniform_field(key, (rows, images)).numpy().astype(np.float64)
        places = np.minimum((uniforms * images).astype(np.int64), images - 1)
        places += np.arange(rows)[:, None] * images
        counts = np.bincount(places.ravel(), minlength=rows * images)
        yield counts.reshape(rows, images).astype(np.float64)
