"""Shares with their Wilson interval, of independent draws and of views that come by images."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from augscore.auditing.audit import Estimate
from augscore.auditing.statistics.resampling import Floats


def share_estimate(hits: int, total: int, *, level: float = 0.95) -> Estimate | None:
    """`hits` of `total` independent draws (Wilson 1927); None of no draws."""
    if not total:
        return None
    low, high = wilson(hits / total, total, level=level)
    return Estimate(hits / total, low, high, total)


def clustered_share_estimate(hits: Floats, *, level: float = 0.95) -> Estimate | None:
    """(N,) or (N, K): 1 for a hit, 0 for none, NaN for missing → the share over all views.

    Wilson's interval of as many draws as would be as sure, were they independent (Korn & Graubard
    1998): the design effect is that of the images as clusters, at least 1; where every view says
    the same, an image counts once. `n` counts views. None without any.
    """
    views = hits[:, None] if hits.ndim == 1 else hits
    counts = (~np.isnan(views)).sum(axis=1)
    total, images = int(counts.sum()), int((counts > 0).sum())
    if not total:
        return None
    sums = np.nansum(views, axis=1)
    share = float(sums.sum()) / total
    rest = sums - share * counts
    variance = images / max(1, images - 1) * float((rest**2).sum()) / total**2
    worth = share * (1 - share) / variance if variance > 0 else images
    low, high = wilson(share, min(max(worth, images), total), level=level)
    return Estimate(share, low, high, total)


def wilson(share: float, total: float, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson 1927: the shares at which `share` of `total` draws lies within the normal `level`."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    reach = z * math.sqrt(share * (1 - share) / total + (z / (2 * total)) ** 2)
    reach /= 1 + z * z / total
    return min(share, max(0.0, middle - reach)), max(share, min(1.0, middle + reach))
