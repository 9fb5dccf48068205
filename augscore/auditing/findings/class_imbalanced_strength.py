"""CLASS_IMBALANCED_STRENGTH: the policy moves some classes much farther than others."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from augscore.auditing.columns import Floats
from augscore.auditing.findings.alone import per_image
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import fact, inconclusive, not_measured, told
from augscore.auditing.findings.words import number
from augscore.auditing.statistics.ranks import kruskal_wallis_p
from augscore.auditing.statistics.ratio import ratio_of_means

FEWEST_OF_CLASS = 30
MOST_RATIO = 1.5
SURE_OF = 1.2

PAGE = Page(
    code="CLASS_IMBALANCED_STRENGTH",
    group="opinion",
    level="info",
    title="classes get different strength",
    means=(
        "Images of some classes are moved much farther than those of others. Where classes differ "
        "in colour or texture that is natural; it may still explain why one class suffers."
    ),
    measured=(
        "Mean strength of an image over its views, by class (folder names), for classes of at "
        "least 30 images. The Kruskal-Wallis test finds a difference, and the ratio of the highest "
        "class mean to the lowest is above 1.5 and surely above 1.2 (bootstrap over images)."
    ),
    remedy="Compare the accuracy of these classes with and without the policy.",
)


def look(evidence: Evidence) -> Outcome:
    groups = _groups(evidence)
    if len(groups) < 2:
        why = f"it takes two classes of at least {FEWEST_OF_CLASS} images"
        return not_measured(PAGE, why)
    means = {label: float(values.mean()) for label, values in groups.items()}
    high, low = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    ratio = ratio_of_means(groups[high], groups[low], seed=evidence.seed)
    if ratio is None or ratio.value <= MOST_RATIO:
        return fact(PAGE, [])
    said = f"strength of {high} is {number(ratio.value)} times that of {low}"
    p = kruskal_wallis_p(list(groups.values()))
    if p > evidence.alpha or ratio.low is None or ratio.low <= SURE_OF:
        return inconclusive(PAGE, f"{said}: too few images to be sure")
    finding = told(
        PAGE,
        None,
        said,
        "ratio of the highest class mean to the lowest",
        estimate=ratio,
        threshold=MOST_RATIO,
    )
    return fact(PAGE, [finding])


def _groups(evidence: Evidence) -> dict[str, Floats]:
    """Mean strengths of the images of every class that has enough of them."""
    strength = evidence.columns.views.strength
    known = set(np.flatnonzero((~np.isnan(strength)).any(axis=1)).tolist())
    members: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(evidence.columns.labels):
        if label is not None and place in known:
            members[label].append(place)
    return {
        label: per_image(strength[np.array(places)])
        for label, places in sorted(members.items())
        if len(places) >= FEWEST_OF_CLASS
    }
