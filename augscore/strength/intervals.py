"""Bootstrap intervals over images: all views of an image are drawn together."""

from __future__ import annotations

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
    images = len(values)
    generator = np.random.default_rng(seed)
    per_chunk = max(1, _CHUNK // max(1, values.size))
    medians: list[npt.NDArray[np.float64]] = []
    for start in range(0, RESAMPLES, per_chunk):
        count = min(per_chunk, RESAMPLES - start)
        rows = generator.integers(0, images, size=(count, images))
        medians.append(np.median(values[rows].reshape(count, -1), axis=1))
    tail = (1 - level) / 2
    low, high = np.quantile(np.concatenate(medians), [tail, 1 - tail])
    return float(low), float(high)
