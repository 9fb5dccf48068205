"""DESTRUCTIVE: views with nothing left to see."""

from __future__ import annotations

import numpy as np

from augscore.auditing.anatomy.part import Axis, Part
from augscore.auditing.audit import Estimate
from augscore.auditing.columns import Floats
from augscore.auditing.finding import Check, Finding
from augscore.auditing.findings.evidence import FEWEST_IMAGES, Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import not_measured, told
from augscore.auditing.findings.words import percent, ranged_share
from augscore.auditing.statistics.share import clustered_share_estimate

MOST_SHARE = 0.01

PAGE = Page(
    code="DESTRUCTIVE",
    group="size",
    level="fail",
    title="views with nothing left to see",
    means=(
        "Some views are black, white or of one colour: the image is gone, not only moved. A "
        "network that has to match such views learns to match nothing."
    ),
    measured=(
        "A view counts as destroyed when the sd of its values is below 0.1 of the original's, or "
        "0.95 of its values are one. Blank originals (sd below 0.02) are left out. The lower end "
        "of the share's interval lies above 0.01 (Wilson, views of an image together, Bonferroni "
        "over operations). An operation is named where its views have more of them than the "
        "others; levels that the policy does not name are only told."
    ),
    remedy="Shorten the range at the end that destroys, or lower its probability.",
)


def look(evidence: Evidence) -> Outcome:
    gone = evidence.columns.destroyed
    if (~np.isnan(gone)).any(axis=1).sum() < FEWEST_IMAGES:
        return not_measured(PAGE, "fewer than 50 images have anything to lose")
    level = 1 - evidence.alpha / max(1, len(evidence.lively))
    findings = []
    for place in evidence.lively:
        found = _in_views(evidence, place, level) or _along_axes(evidence, place, level)
        findings += [] if found is None else [found]
    whole = clustered_share_estimate(gone)
    assert whole is not None
    if _surely(whole) and not any(f.level == PAGE.level for f in findings):
        findings.insert(0, _of_policy(evidence, whole))
    if findings:
        return Outcome(Check(PAGE.code, "found"), tuple(findings))
    if whole.value > MOST_SHARE:
        why = f"{ranged_share(whole)} of the views are destroyed: too few images to be sure"
        return Outcome(Check(PAGE.code, "inconclusive", why))
    return Outcome(Check(PAGE.code, "clear"))


def _surely(estimate: Estimate | None) -> bool:
    return estimate is not None and estimate.low is not None and estimate.low > MOST_SHARE


def _of_policy(evidence: Evidence, whole: Estimate) -> Finding:
    statement = f"{ranged_share(whole)} of the views have nothing left to see"
    return _told(evidence, None, statement, whole, evidence.columns.destroyed)


def _in_views(evidence: Evidence, place: int, level: float) -> Finding | None:
    """Views with the part are destroyed, and more often than views without it."""
    gone, applied = evidence.columns.destroyed, evidence.columns.applied[:, :, place]
    own = np.where(applied == 1, gone, np.nan)
    others = clustered_share_estimate(np.where(applied == 0, gone, np.nan))
    share = clustered_share_estimate(own, level=level)
    if not _surely(share) or share is None or share.low is None or others is None:
        return None
    if others.high is not None and others.high >= share.low:
        return None
    part = evidence.parts[place]
    statement = f"{percent(share.value)} of the views with {part.path} have nothing left to see"
    return _told(evidence, part, statement, share, own)


def _along_axes(evidence: Evidence, place: int, level: float) -> Finding | None:
    """The level that the policy names destroys, or, of an operation that is seen in no view, one
    that it draws; what a drawn range does to views, the views themselves tell."""
    part = evidence.parts[place]
    for axis, curve in zip(part.axes, evidence.columns.curves[place], strict=True):
        number = _used(axis, part, curve.destroyed)
        if number is None:
            continue
        used = curve.destroyed[:, number : number + 1]
        share = clustered_share_estimate(used, level=level)
        if _surely(share) and share is not None:
            statement = (
                f"{part.path} alone destroys {percent(share.value)} of the images at "
                f"{axis.name} {axis.levels[number]:g}"
            )
            return _told(evidence, part, statement, share, used)
    return _elsewhere(evidence, part, place, level)


def _elsewhere(evidence: Evidence, part: Part, place: int, level: float) -> Finding | None:
    """At a level that the policy does not name, for information."""
    for axis, curve in zip(part.axes, evidence.columns.curves[place], strict=True):
        for k, value in enumerate(axis.levels):
            column = curve.destroyed[:, k : k + 1]
            share = clustered_share_estimate(column, level=level)
            if _surely(share) and share is not None:
                statement = (
                    f"{part.path} would destroy {percent(share.value)} of the images at "
                    f"{axis.name} {value:g}"
                )
                return _told(evidence, part, statement, share, column, informs=True)
    return None


def _used(axis: Axis, part: Part, destroyed: Floats) -> int | None:
    """The place of the named level, or of the worst one where no view is seen; else None."""
    set_to = axis.set_to
    if set_to is not None:
        return min(range(len(axis.levels)), key=lambda k: abs(axis.levels[k] - set_to))
    if part.is_observed or not np.isfinite(destroyed).any():
        return None
    return int(np.nanargmax(np.nan_to_num(destroyed, nan=0.0).mean(axis=0)))


def _told(
    evidence: Evidence,
    part: Part | None,
    statement: str,
    share: Estimate,
    gone: Floats,
    *,
    informs: bool = False,
) -> Finding:
    hits = np.nansum(gone, axis=1)
    return told(
        PAGE,
        part,
        statement,
        "share of views with nothing left to see",
        estimate=share,
        threshold=MOST_SHARE,
        images=evidence.images(np.where(hits > 0, hits, -np.inf)),
        level="info" if informs else None,
    )
