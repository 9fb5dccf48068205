"""An audit held against a second policy on the same images, or against an earlier report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from augscore.auditing.api import Audited
from augscore.auditing.audit import Audit
from augscore.auditing.gating.baseline import Setup, check_baseline, setup_of
from augscore.auditing.gating.compare import compare
from augscore.auditing.keeping.audit_folder import table_in
from augscore.auditing.keeping.report_file import read_report
from augscore.auditing.table import Table
from augscore.auditing.terms import Terms
from augscore.strength.readings import STRENGTH


@dataclass(frozen=True)
class Baseline:
    """An earlier audit; `table` is what it measured, None where that is not beside it."""

    file: str
    audit: Audit
    table: Table | None


def read_baseline(path: Path, terms: Terms) -> Baseline:
    """Raises UsageError for a file that is no report, and for one that differs from the terms in
    model, reading, seed, size, draws or number of images (`baseline_mismatch`)."""
    before = read_report(path)
    asked = Setup(
        model_sha256=terms.model.sha256,
        reading=STRENGTH,
        seed=terms.seed,
        size=terms.size,
        draws=terms.draws,
        images=min(terms.images, terms.data.found),
    )
    check_baseline(before, asked, str(path))
    return Baseline(str(path), before, table_in(path.parent))


def against_baseline(now: Audited, baseline: Baseline) -> Audited:
    """With the differences; paired where both tables are there. Raises UsageError
    (`baseline_mismatch`) for other images."""
    check_baseline(baseline.audit, setup_of(now.audit), baseline.file)
    tables = None if baseline.table is None else (now.table, baseline.table)
    return _with(now, baseline.audit, tables, is_baseline=True)


def against_policy(now: Audited, other: Audited) -> Audited:
    """With the differences from the second policy, paired over images and draws."""
    return _with(now, other.audit, (now.table, other.table), is_baseline=False)


def _with(
    now: Audited, before: Audit, tables: tuple[Table, Table] | None, *, is_baseline: bool
) -> Audited:
    found = compare(now.audit, before, what="baseline" if is_baseline else "compare", tables=tables)
    return replace(now, audit=replace(now.audit, comparison=found))
