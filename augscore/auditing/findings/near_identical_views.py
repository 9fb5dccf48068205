"""NEAR_IDENTICAL_VIEWS: pairs of views that are one picture."""

from __future__ import annotations

import numpy as np

from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.shares import judge_share
from augscore.auditing.statistics.share import clustered_share_estimate

MOST_SHARE = 0.05

PAGE = Page(
    code="NEAR_IDENTICAL_VIEWS",
    group="size",
    level="warn",
    title="pairs of views are the same picture",
    means=(
        "Two views of an image often differ by no more than rounding. A contrastive method learns "
        "nothing from such a pair; in supervised training it means that the network sees the same "
        "picture again."
    ),
    measured=(
        "Pixel RMS between two views of an image is at or below the noise floor. The lower end of "
        "the share's interval lies above 0.05 (Wilson, pairs of an image together)."
    ),
    remedy="Raise the probabilities, or add an operation that every view has.",
)


def look(evidence: Evidence) -> Outcome:
    rms = evidence.columns.between.rms
    same = np.where(np.isnan(rms), np.nan, rms <= evidence.scale.floor_rms)
    return judge_share(
        PAGE,
        evidence,
        clustered_share_estimate(same),
        MOST_SHARE,
        "of the pairs of views are the same picture",
        np.nansum(same, axis=1),
    )
