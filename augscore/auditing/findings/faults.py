"""What broke in views and at levels, told by operation and by what it did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from augscore.auditing.finding import Finding
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Page
from augscore.auditing.findings.settle import told
from augscore.auditing.findings.words import counted, percent
from augscore.auditing.statistics.share import share_estimate
from augscore.auditing.table import Fault
from augscore.keys import ImageId

OF_VALUES = frozenset(["op_nan", "op_range"])
"""Codes of what is wrong with the values of a picture, and with nothing else about it."""

_DID = {
    "op_raised": "raises an error",
    "op_none": "returns nothing",
    "op_shape": "returns another shape",
    "op_nan": "returns values that are no numbers in [0, 1]",
    "op_range": "returns values outside [0, 1]",
    "op_hang": "does not come back",
    "op_mutates": "changes the image that it was given",
    "op_global_rng": "draws from a global generator",
}
_SHOWN = 3


@dataclass(frozen=True)
class _Broken:
    image: ImageId
    fault: Fault
    level: str = ""


def told_faults(page: Page, evidence: Evidence, *, of_values: bool) -> list[Finding]:
    """A finding for each operation and code, in the order of the parts; of values, if those are
    asked for, one for each operation. Where only levels broke that no view drew, it is a warning.
    """
    views = _grouped(_in_views(evidence), of_values)
    levels = _grouped(_at_levels(evidence), of_values)
    findings = [_in_use(page, evidence, place, found) for (place, _), found in views.items()]
    findings += [
        _past_use(page, evidence, place, found)
        for (place, code), found in levels.items()
        if (place, code) not in views
    ]
    order = {part.path: place for place, part in enumerate(evidence.parts)}
    return sorted(findings, key=lambda finding: order.get(finding.part or "", -1))


def _in_use(page: Page, evidence: Evidence, place: int | None, found: list[_Broken]) -> Finding:
    part = None if place is None else evidence.parts[place]
    tries, noun = _tries(evidence, place)
    estimate = share_estimate(len(found), max(len(found), tries))
    assert estimate is not None
    name = "the policy" if part is None else part.path
    statement = (
        f"{name} {_did(found)} in {percent(estimate.value)} of {counted(estimate.n, noun)}"
        f"{_said(found[0].fault)}"
    )
    return told(
        page,
        part,
        statement,
        f"share of {noun}s",
        estimate=estimate,
        threshold=0.0,
        images=_ids(found),
    )


def _tries(evidence: Evidence, place: int | None) -> tuple[int, str]:
    """How often it was used; where nothing says when it is, of how many views it is a step: what
    left its image alone was perhaps used."""
    applied = evidence.columns.applied
    if place is None:
        return applied.shape[0] * applied.shape[1], "view"
    own = applied[:, :, place]
    if evidence.parts[place].chance is None:
        return int((~np.isnan(own)).sum()), "view"
    return int(np.nansum(own)), "use"


def _past_use(page: Page, evidence: Evidence, place: int | None, found: list[_Broken]) -> Finding:
    part = None if place is None else evidence.parts[place]
    levels = ", ".join(dict.fromkeys(one.level for one in found))
    name = "an operation" if part is None else part.path
    statement = (
        f"{name} {_did(found)} at {levels}, which no view drew ({counted(len(found), 'time')})"
        f"{_said(found[0].fault)}"
    )
    return told(page, part, statement, images=_ids(found), level="warn")


def _in_views(evidence: Evidence) -> Iterator[_Broken]:
    for record in evidence.table.records:
        for view in record.views:
            if view.fault is not None:
                yield _Broken(record.id, view.fault)


def _at_levels(evidence: Evidence) -> Iterator[_Broken]:
    for record in evidence.table.records:
        for level in record.levels:
            if level.fault is not None:
                axis = evidence.parts[level.part].axes[level.axis]
                told_as = f"{axis.name} {axis.levels[level.level]:g}"
                fault = level.fault
                if fault.part is None:
                    fault = Fault(fault.code, fault.message, level.part, fault.detail)
                yield _Broken(record.id, fault, told_as)


def _grouped(
    broken: Iterator[_Broken], of_values: bool
) -> dict[tuple[int | None, str], list[_Broken]]:
    found: dict[tuple[int | None, str], list[_Broken]] = defaultdict(list)
    for one in broken:
        if (one.fault.code in OF_VALUES) == of_values:
            found[one.fault.part, "" if of_values else one.fault.code].append(one)
    return found


def _did(found: list[_Broken]) -> str:
    code = found[0].fault.code
    return _DID.get(code, f"breaks ({code})")


def _said(fault: Fault) -> str:
    message = f": {fault.message}" if fault.message else ""
    return f"{message} [{fault.detail}]" if fault.detail else message


def _ids(found: list[_Broken]) -> tuple[ImageId, ...]:
    return tuple(dict.fromkeys(one.image for one in found))[:_SHOWN]
