"""OUT_OF_RANGE: values leave [0, 1] or are no numbers, or an operation cuts those outside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from augscore.auditing.finding import Finding
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.faults import told_faults
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import fact, told
from augscore.auditing.findings.words import counted, number, percent
from augscore.auditing.statistics.share import share_estimate
from augscore.auditing.table import OutOfRange

TOLERANCE = 1e-3
"""Rounding of float32 arithmetic, far under one 8-bit step."""

PAGE = Page(
    code="OUT_OF_RANGE",
    group="exact",
    level="fail",
    title="values leave the range that they should keep",
    means=(
        "An operation returns values outside [0, 1] or such that are no numbers, or it stands "
        "behind a Normalize and cuts everything below 0 or above 1 from what it was given. Either "
        "way the network is trained on other pixels than was meant."
    ),
    measured=(
        "The lowest and the highest value of every view are kept; 0.001 past an end is a finding, "
        "and so is NaN or infinity. A view that was refused for its values has none. "
        "Stages behind a Normalize are traced on an image: the share of values outside [0, 1] "
        "before and after each."
    ),
    remedy="Put Normalize last, and give operations pixels in the range that they expect.",
)


def look(evidence: Evidence) -> Outcome:
    broken = {f.part: f for f in told_faults(PAGE, evidence, of_values=True)}
    findings = []
    for stage in evidence.table.out_of_range:
        path = _path(evidence, stage)
        if path is None or path not in broken:
            findings.append(_stage(evidence, stage))
        elif stage.after_op:
            # Once is enough: what broke in views says more.
            told_so = f"{broken[path].statement}; it stands behind {stage.after_op}"
            broken[path] = replace(broken[path], statement=told_so)
    views = _views(evidence)
    return fact(PAGE, [*findings, *broken.values(), *([] if views is None else [views])])


def _path(evidence: Evidence, stage: OutOfRange) -> str | None:
    """Of the operation that the transform is, or is a part of; None where several may be meant."""
    paths = [part.path for part in evidence.parts if stage.op in part.op.split(", ")]
    return paths[0] if len(paths) == 1 else None


def _stage(evidence: Evidence, stage: OutOfRange) -> Finding:
    after = f" after {stage.after_op}" if stage.after_op else ""
    if stage.after < stage.before:
        statement = (
            f"{stage.op}{after} cuts values: {percent(stage.before)} lay outside [0, 1] before it "
            f"and {percent(stage.after)} behind it"
        )
    else:
        statement = (
            f"{stage.op}{after} leaves the range: {percent(stage.after)} of the values lie outside "
            f"[0, 1], {percent(stage.before)} did before it"
        )
    return told(PAGE, evidence.named(stage.op), statement)


def _views(evidence: Evidence) -> Finding | None:
    ends = evidence.columns.ends
    past = np.fmax(-ends[:, :, 0], ends[:, :, 1] - 1)
    known = ~np.isnan(past)
    outside = np.where(known, past, 0.0) > TOLERANCE
    if not outside.any():
        return None
    estimate = share_estimate(int(outside.sum()), int(known.sum()))
    worst = np.where(known, past, 0.0).max(axis=1)
    low, high = float(np.nanmin(ends[:, :, 0])), float(np.nanmax(ends[:, :, 1]))
    statement = (
        f"{counted(int(outside.sum()), 'view')} leave [0, 1]: values reach from {number(low)} to "
        f"{number(high)}"
    )
    images = evidence.images(np.where(worst > TOLERANCE, worst, -np.inf))
    return told(
        PAGE, None, statement, "share of views", estimate=estimate, threshold=0.0, images=images
    )
