"""Section: every number of every operation."""

from __future__ import annotations

from collections.abc import Callable

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

Ops = tuple[OpResult, ...]


def full_table(audit: Audit) -> Markup:
    if not audit.ops:
        return NOTHING
    columns = [column for column in COLUMNS if column[2](audit.ops)]
    heads = [head for head, _, _ in columns]
    rows = ([cell(op) for _, cell, _ in columns] for op in audit.ops)
    return section("table", "All numbers", table("Every operation, 95 % intervals", heads, rows))


def _cell(found: Estimate | None) -> Markup:
    if found is None:
        return fill("{}", ABSENT)
    return fill("{}<br><small>{}</small>", measured(found.value), interval(found))


def _share(found: Estimate | None) -> Markup:
    if found is None:
        return fill("{}", ABSENT)
    return fill("{}<br><small>{}</small>", percent(found.value), percent_interval(found))


def _always(ops: Ops) -> bool:
    return True


def _several_views(ops: Ops) -> bool:
    return len({op.view for op in ops}) > 1


def _from_a_file(ops: Ops) -> bool:
    return any(op.line is not None for op in ops)


COLUMNS: tuple[tuple[str, Callable[[OpResult], object], Callable[[Ops], bool]], ...] = (
    ("Operation", lambda op: op.path, _always),
    ("View", lambda op: op.view + 1, _several_views),
    ("Line", lambda op: ABSENT if op.line is None else op.line, _from_a_file),
    ("Set", lambda op: percent(op.declared), _always),
    ("Seen", lambda op: _share(op.applied), _always),
    ("Strength where applied", lambda op: _cell(op.strength), _always),
    ("Over all views", lambda op: _cell(op.effective), _always),
    ("Policy loses without it", lambda op: _share(op.contribution), _always),
    ("Pixel RMS", lambda op: _cell(op.rms), _always),
    ("Findings", lambda op: ", ".join(op.findings) or ABSENT, _always),
)
"""Heading, cell, and whether the operations have anything to say there."""
