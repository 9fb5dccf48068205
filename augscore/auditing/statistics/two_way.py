"""Means of pipelines that draw once a call: images and calls are both resampled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from augscore.auditing.audit import Estimate
from augscore.auditing.statistics.mean import FEWEST_FOR_INTERVAL
from augscore.auditing.statistics.resampling import Floats, draws


def two_way_estimate(
    values: Floats, calls: npt.NDArray[np.int64], *, seed: int, level: float = 0.95
) -> Estimate | None:
    """(N, K) values, NaN for missing, and the number of the call that each was drawn in → their
    mean, with the percentile interval over images and calls.

    Where a library draws an operation for a whole batch, its images share it, and 1,000 images in 8
    calls are 8 draws. Both factors are resampled apart and a value counts by the product (the
    pigeonhole bootstrap: Owen 2007, a little too wide rather than too narrow). `n` counts the
    fewer of images and calls; no interval for fewer than five of either; None without a value.
    """
    known = ~np.isnan(values)
    if not known.any():
        return None
    images = np.unique(np.nonzero(known)[0], return_inverse=True)[1]
    places = np.unique(calls[known], return_inverse=True)[1]
    flat = values[known]
    rows, columns = int(images.max()) + 1, int(places.max()) + 1
    mean, n = float(flat.mean()), min(rows, columns)
    if n < FEWEST_FOR_INTERVAL:
        return Estimate(mean, None, None, n)
    sums, counts = np.zeros((rows, columns)), np.zeros((rows, columns))
    np.add.at(sums, (images, places), flat)
    np.add.at(counts, (images, places), 1.0)
    by_image = np.concatenate(list(draws(rows, seed=seed)))
    by_call = np.concatenate(list(draws(columns, seed=seed, purpose="call")))
    weights = np.einsum("bc,bc->b", by_image @ counts, by_call)
    means = np.einsum("bc,bc->b", by_image @ sums, by_call)[weights > 0] / weights[weights > 0]
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail]).tolist()
    return Estimate(mean, min(low, mean), max(high, mean), n)
