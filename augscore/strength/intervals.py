"""Bootstrap intervals over images: all views of an image are drawn together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

RESAMPLES = 1000
_CHUNK = 1_000_000


def median_interval(
    values: npt.NDArray[np.float64], *, seed: int, level: float = 0.95
) -> tuple[float, float]:
    """(N images, K views) → percentile interval of the median over all views.

    Efron 1979; images are resampled with replacement, 1,000 times, from a fixed seed.
    """
    medians = [
        np.median(values[rows].reshape(len(rows), -1), axis=1)
        for rows in _resamples(len(values), values.size, seed)
    ]
    low, high = np.quantile(np.concatenate(medians), _tails(level))
    return float(low), float(high)


def median_intervals(
    values: npt.NDArray[np.float64], sources: Sequence[int], *, seed: int, level: float = 0.95
) -> tuple[list[float], list[float]]:
    """(N, K conditions) → low and high ends of the median of each condition.

    Rows of one source are drawn together, as all views of an image are in `median_interval`, and
    the same sources for all conditions.
    """
    owner = np.asarray(sources)
    rows_of = [np.flatnonzero(owner == source) for source in np.unique(owner)]
    medians = [
        np.median(values[np.concatenate([rows_of[place] for place in places])], axis=0)
        for some in _resamples(len(rows_of), values.size, seed)
        for places in some
    ]
    lows, highs = np.quantile(np.stack(medians), _tails(level), axis=0).tolist()
    return lows, highs


def _resamples(count: int, size: int, seed: int) -> Iterator[npt.NDArray[np.int64]]:
    """Places of `count`, 1,000 times, in chunks (some resamples, count): so many that `size` values
    a resample do not fill the memory."""
    generator = np.random.default_rng(seed)
    per_chunk = max(1, _CHUNK // max(1, size))
    for start in range(0, RESAMPLES, per_chunk):
        yield generator.integers(0, count, size=(min(per_chunk, RESAMPLES - start), count))


def _tails(level: float) -> tuple[float, float]:
    tail = (1 - level) / 2
    return tail, 1 - tail
