"""Section: every number of every operation."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit, Estimate, OpResult
from augscore.auditing.report.page.markup import NOTHING, fill, section, table
from augscore.auditing.report.page.numbers import (
    ABSENT,
    interval,
    measured,
    percent,
    percent_interval,
)

HEADS = (
    "Operation",
    "View",
    "Line",
    "Set",
    "Seen",
    "Strength where applied",
    "Over all views",
    "Policy loses without it",
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
        _share(op.applied),
        *(_cell(op.strength), _cell(op.effective), _share(op.contribution), _cell(op.rms)),
        ", ".join(op.findings) or ABSENT,
    )


def _cell(found: Estimate | None) -> Markup:
    if found is None:
        return fill("{}", ABSENT)
    return fill("{}<br><small>{}</small>", measured(found.value), interval(found))


def _share(found: Estimate | None) -> Markup:
    if found is None:
        return fill("{}", ABSENT)
    return fill("{}<br><small>{}</small>", percent(found.value), percent_interval(found))
