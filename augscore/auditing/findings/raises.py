"""RAISES: an operation breaks on some of its draws."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from augscore.auditing.finding import Finding
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import fact, told
from augscore.auditing.findings.words import counted, percent
from augscore.auditing.statistics.share import share_estimate
from augscore.auditing.table import Fault
from augscore.keys import ImageId

OUT_OF_RANGE = "op_range"

_DID = {
    "op_raised": "raises an error",
    "op_none": "returns nothing",
    "op_shape": "returns another shape",
    "op_nan": "returns values that are no numbers",
    "op_hang": "does not come back",
    "op_mutates": "changes the image that it was given",
    "op_global_rng": "draws from a global generator",
}
_SHOWN = 3

PAGE = Page(
    code="RAISES",
    group="exact",
    level="fail",
    title="an operation breaks",
    means=(
        "On some draws an operation raises an error, returns nothing, another shape or values that "
        "are no numbers, hangs, changes its input, or draws from a global generator. In training "
        "the first of these stops the run, the others spoil it silently. Another shape is also one "
        "image in several sizes at the end of a pipeline: no batch can be made of those."
    ),
    measured=(
        "Every view and every level is applied; a picture that breaks is left out and counted, "
        "and the audit goes on. One is a finding. The share of uses has its Wilson interval. Where "
        "only levels broke that no view drew, it is a warning."
    ),
    remedy="Repeat the draw that is named, and narrow the operation's range or mend its code.",
)


@dataclass(frozen=True)
class _Broken:
    image: ImageId
    fault: Fault
    level: str = ""


def look(evidence: Evidence) -> Outcome:
    views, levels = _grouped(_in_views(evidence)), _grouped(_at_levels(evidence))
    findings = [_in_use(evidence, place, code, found) for (place, code), found in views.items()]
    findings += [
        _past_use(evidence, place, code, found)
        for (place, code), found in levels.items()
        if (place, code) not in views
    ]
    order = {part.path: place for place, part in enumerate(evidence.parts)}
    return fact(PAGE, sorted(findings, key=lambda f: order.get(f.part or "", -1)))


def _in_use(evidence: Evidence, place: int | None, code: str, found: list[_Broken]) -> Finding:
    part = None if place is None else evidence.parts[place]
    applied = evidence.columns.applied
    uses = applied.shape[0] * applied.shape[1] if place is None else np.nansum(applied[:, :, place])
    estimate = share_estimate(len(found), max(len(found), int(uses)))
    assert estimate is not None
    name = "the policy" if part is None else part.path
    statement = (
        f"{name} {_did(code)} in {percent(estimate.value)} of {counted(estimate.n, 'use')}"
        f"{_said(found[0].fault)}"
    )
    return told(
        PAGE, part, statement, "share of uses", estimate=estimate, threshold=0.0, images=_ids(found)
    )


def _past_use(evidence: Evidence, place: int | None, code: str, found: list[_Broken]) -> Finding:
    part = None if place is None else evidence.parts[place]
    levels = ", ".join(dict.fromkeys(one.level for one in found))
    name = "an operation" if part is None else part.path
    statement = (
        f"{name} {_did(code)} at {levels}, which no view drew ({counted(len(found), 'time')})"
        f"{_said(found[0].fault)}"
    )
    return told(PAGE, part, statement, images=_ids(found), level="warn")


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


def _grouped(broken: Iterator[_Broken]) -> dict[tuple[int | None, str], list[_Broken]]:
    found: dict[tuple[int | None, str], list[_Broken]] = defaultdict(list)
    for one in broken:
        if one.fault.code != OUT_OF_RANGE:
            found[one.fault.part, one.fault.code].append(one)
    return found


def _did(code: str) -> str:
    return _DID.get(code, f"breaks ({code})")


def _said(fault: Fault) -> str:
    message = f": {fault.message}" if fault.message else ""
    return f"{message} [{fault.detail}]" if fault.detail else message


def _ids(found: list[_Broken]) -> tuple[ImageId, ...]:
    return tuple(dict.fromkeys(one.image for one in found))[:_SHOWN]
