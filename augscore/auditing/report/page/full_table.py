"""Section: every number of every operation."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit, Estimate, OpResult
from augscore.auditing.report.page.markup import NOTHING, section, table
from augscore.auditing.report.page.numbers import ABSENT, percent, percent_interval, told

HEADS = (
    "Operation",
    "View",
    "Line",
    "Set",
    "Seen",
    "Strength where applied",
    "Over all views",
    "Lost without it",
    "Pixel RMS",
    "Findings",
)


def full_table(audit: Audit) -> Markup:
    if not audit.ops:
        return NOTHING
    return section(
        "table",
        "All numbers",
        table("Every operation, 95 % intervals", HEADS, map(_row, audit.ops)),
    )


def _row(op: OpResult) -> tuple[object, ...]:
    return (
        op.path,
        op.view,
        ABSENT if op.line is None else op.line,
        percent(op.declared),
        _percent_told(op.applied),
        told(op.strength),
        told(op.effective),
        told(op.contribution),
        told(op.rms),
        ", ".join(op.findings) or ABSENT,
    )


def _percent_told(share: Estimate | None) -> str:
    if share is None or share.low is None or share.high is None:
        return percent(share.value if share else None)
    return f"{percent(share.value)} ({percent_interval(share)})"
