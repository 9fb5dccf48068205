"""Along which axes does an operation stay as strong as it is? Equivalence of all levels."""

from __future__ import annotations

from augscore.auditing.findings.curve import Curve
from augscore.auditing.statistics.equivalence import equivalence_p

MARGIN = 0.02
"""Of the distance between two unrelated images: what no one sees."""


def flatness_p(curve: Curve, *, seed: int) -> float:
    """The p-value against "some level differs by 0.02 or more from the mean of all levels", in
    relative strength or in relative pixel RMS."""
    relative = curve.relative - curve.relative.mean(axis=1, keepdims=True)
    p = equivalence_p(relative, MARGIN, seed=seed)
    if p == 1.0:
        return p
    rms = curve.rms - curve.rms.mean(axis=1, keepdims=True)
    return max(p, equivalence_p(rms, MARGIN, seed=seed))
