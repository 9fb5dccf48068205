"""RAISES: an operation breaks on some of its draws."""

from __future__ import annotations

from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.faults import told_faults
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import fact

PAGE = Page(
    code="RAISES",
    group="exact",
    level="fail",
    title="an operation breaks",
    means=(
        "On some draws an operation raises an error, returns nothing or another shape, hangs, "
        "changes its input, or draws from a global generator. In training the first of these stops "
        "the run, the others spoil it silently. Another shape is also one image in several sizes "
        "at the end of a pipeline: no batch can be made of those."
    ),
    measured=(
        "Every view and every level is applied; a picture that breaks is left out and counted, "
        "and the audit goes on. One is a finding. The share of uses has its Wilson interval; it is "
        "one of views where the pipeline does not tell when it uses an operation. Where only "
        "levels broke that no view drew, it is a warning."
    ),
    remedy="Repeat the draw that is named, and narrow the operation's range or mend its code.",
)


def look(evidence: Evidence) -> Outcome:
    return fact(PAGE, told_faults(PAGE, evidence, of_values=False))
