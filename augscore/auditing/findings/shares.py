"""A share of pairs against the most that is allowed."""

from __future__ import annotations

import numpy as np

from augscore.auditing.audit import Estimate
from augscore.auditing.columns import Floats
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import fact, inconclusive, not_measured, told
from augscore.auditing.findings.words import ranged_share


def judge_share(
    page: Page,
    evidence: Evidence,
    share: Estimate | None,
    most: float,
    statement: str,
    worth: Floats,
) -> Outcome:
    """Found where the whole interval lies above `most`. `worth` (N,) ranks images as examples."""
    if share is None or share.low is None:
        return not_measured(page, "no image has two views")
    said = f"{ranged_share(share)} {statement}"
    if share.low > most:
        images = evidence.images(np.where(worth > 0, worth, -np.inf))
        finding = told(
            page, None, said, "share of pairs", estimate=share, threshold=most, images=images
        )
        return fact(page, [finding])
    if share.value > most:
        return inconclusive(page, f"{said}: too few images to be sure")
    return fact(page, [])
