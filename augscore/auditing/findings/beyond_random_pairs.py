"""BEYOND_RANDOM_PAIRS: two views of one image lie farther apart than two images."""

from __future__ import annotations

import numpy as np

from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import not_measured
from augscore.auditing.findings.shares import judge_share
from augscore.auditing.statistics.share import clustered_share_estimate

MOST_SHARE = 0.25

PAGE = Page(
    code="BEYOND_RANDOM_PAIRS",
    group="size",
    level="info",
    title="views lie farther apart than two images",
    means=(
        "Many pairs of views of one image differ more than the median pair of two different images "
        "of your data. That can be too strong, or your images are much alike: no reference exists "
        "without a training run."
    ),
    measured=(
        "The score reading between two views of an image, against its median between two unrelated "
        "images. The lower end of the share's interval lies above 0.25 (Wilson, pairs of an image "
        "together). Pixel differences are not used, as they punish mere displacement."
    ),
    remedy="Look at the strongest pairs in the report before you keep these ranges.",
)


def look(evidence: Evidence) -> Outcome:
    unrelated = evidence.scale.unrelated_strength
    if unrelated is None:
        return not_measured(PAGE, "there are no two different images to compare with")
    strength = evidence.columns.between.strength
    beyond = np.where(np.isnan(strength), np.nan, strength > unrelated)
    return judge_share(
        PAGE,
        evidence,
        clustered_share_estimate(beyond),
        MOST_SHARE,
        "of the pairs of views lie farther apart than two unrelated images",
        np.where(np.isnan(strength), -np.inf, strength).max(axis=1, initial=-np.inf),
    )
