"""NON_DETERMINISTIC: the same draw gives other pixels."""

from __future__ import annotations

import numpy as np

from augscore.auditing.audit import Estimate
from augscore.auditing.finding import Finding
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import fact, not_measured, told
from augscore.auditing.findings.words import counted, number

TOLERANCE = 1e-5
"""What summation in another order may change on a GPU."""

PAGE = Page(
    code="NON_DETERMINISTIC",
    group="exact",
    level="fail",
    title="the same draw gives other pixels",
    means=(
        "A draw made again with the same seed and parameters gives another picture: something in "
        "the pipeline draws from a generator that nobody seeds, or keeps state between calls. Runs "
        "cannot be repeated, and a view cannot be shown again."
    ),
    measured=(
        "Some views are made twice from one draw. The largest difference of a pixel counts; more "
        "than 0.00001 is a finding, which leaves room for sums in another order on a GPU. The feed "
        "of a training run must give the same views with its workers and without."
    ),
    remedy="Find the operation with a generator of its own, and seed it or hand it the parameters.",
)


def look(evidence: Evidence) -> Outcome:
    loader = _loader(evidence)
    replays = _replays(evidence)
    if not loader:
        return replays
    return fact(PAGE, [*loader, *replays.findings])


def _loader(evidence: Evidence) -> list[Finding]:
    loader = evidence.table.loader
    if loader is None or loader.replays:
        return []
    statement = (
        f"the loader gives other pixels with {counted(loader.workers, 'worker')} than without, for "
        "the same images in the same epoch"
    )
    return [told(PAGE, None, statement)]


def _replays(evidence: Evidence) -> Outcome:
    gaps = np.array(
        [np.nan if r.replayed is None else r.replayed for r in evidence.table.records], dtype=float
    )
    tried = int((~np.isnan(gaps)).sum())
    if not tried:
        return not_measured(PAGE, "no draw was made again")
    worst = float(np.nanmax(gaps))
    if worst <= TOLERANCE:
        return fact(PAGE, [])
    moved = int((gaps > TOLERANCE).sum())
    statement = (
        f"the same draw gives other pixels in {moved} of {counted(tried, 'image')}: they differ by "
        f"up to {number(worst)}"
    )
    finding = told(
        PAGE,
        None,
        statement,
        "largest difference of a pixel",
        estimate=Estimate(worst, None, None, tried),
        threshold=TOLERANCE,
        images=evidence.images(np.where(gaps > TOLERANCE, gaps, -np.inf)),
    )
    return fact(PAGE, [finding])
