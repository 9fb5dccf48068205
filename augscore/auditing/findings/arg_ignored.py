"""ARG_IGNORED: the library took an argument's default instead of what was given."""

from __future__ import annotations

from augscore.auditing.finding import Finding
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import fact, told
from augscore.auditing.table import IgnoredArgument

PAGE = Page(
    code="ARG_IGNORED",
    group="exact",
    level="fail",
    title="an argument was ignored",
    means=(
        "The library does not know an argument that the policy gives. It warned, dropped it and "
        "took its own default, so the operation runs with another magnitude than the one written."
    ),
    measured=(
        "Warnings are recorded while the policy is built. No images and no statistics are needed: "
        "one dropped argument is a finding."
    ),
    remedy=(
        "Use the argument's name in the installed version of the library, or install the version "
        "that the policy was written for."
    ),
)


def look(evidence: Evidence) -> Outcome:
    return fact(PAGE, [_one(evidence, ignored) for ignored in evidence.table.ignored_arguments])


def _one(evidence: Evidence, ignored: IgnoredArgument) -> Finding:
    part = evidence.named(ignored.op)
    statement = f"{ignored.op} does not know {ignored.argument}, which was dropped"
    if ignored.message:
        statement = f"{statement}: {ignored.message}"
    return told(PAGE, part, statement, line=ignored.line)
