"""Rank correlation within each image: does more of an operation read as more?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from augscore.studies.spearman import spearman

Floats = npt.NDArray[np.float64]
Digests = npt.NDArray[np.int64]


def rank_agreement(readings: Floats, sizes: Floats) -> Floats:
    """(N, L) readings of N images at L levels of the (L,) sizes → (N,) Spearman's correlation.

    Equal values share the mean of their ranks (Spearman 1904). NaN for an image whose readings are
    all equal: the operation leaves it alone.
    """
    order = sizes.tolist()
    return np.array([spearman(row, order) for row in readings.tolist()])


def agreement_of_changes(readings: Floats, sizes: Floats, digests: Digests) -> Floats:
    """As `rank_agreement`, each image over the levels at which its view changes: one whose digest
    is that of the level before, since an operation moves by whole pixels or bits, is left out. NaN
    for an image that never changes."""
    changes = np.ones(digests.shape, dtype=bool)
    changes[:, 1:] = digests[:, 1:] != digests[:, :-1]
    found = [
        rank_agreement(row[None, kept], sizes[kept])[0]
        for row, kept in zip(readings, changes, strict=True)
    ]
    return np.array(found)
