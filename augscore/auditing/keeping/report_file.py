"""report.json → the audit that it tells, as far as an audit reads it back."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from augscore.auditing.audit import SCHEMA, Audit
from augscore.auditing.keeping.plain import from_plain
from augscore.errors import UsageError
from augscore.images.find import nearest_sibling
from augscore.images.reasons import os_detail

MOST_BYTES = 64 * 2**20


def read_report(path: Path) -> Audit:
    """Raises UsageError: `not_found`, or `baseline_unreadable` for what is no report of an audit of
    schema `augscore.audit/1`."""
    text = _contents(path)
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _no_report(path, f"not JSON: {str(error) or 'nested too deep'}") from None
    try:
        return audit_from_json(document)
    except (TypeError, KeyError) as error:
        raise _no_report(path, str(error)) from None


def audit_from_json(document: object) -> Audit:
    """The audit of which `to_json` is the document; lists within steps of examples stay lists.

    Unknown keys are left out. Raises TypeError or KeyError for anything else.
    """
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        raise TypeError(f"schema is {schema!r:.60}, this augscore reads {SCHEMA}")
    return from_plain(Audit, document)


def _contents(path: Path) -> bytes:
    if not os.path.lexists(path):
        raise UsageError(f"cannot find {str(path)!r}", code="not_found", hint=nearest_sibling(path))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _no_report(path, "it is not a file")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _no_report(path, os_detail(error)) from error
    if len(data) > MOST_BYTES:
        raise _no_report(path, f"it has more than {MOST_BYTES // 2**20} MiB")
    return data


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _no_report(path: Path, why: str) -> UsageError:
    return UsageError(
        f"cannot read {str(path)!r} as the report of an audit: {why:.200}",
        code="baseline_unreadable",
        hint="Give the report.json of an earlier audit",
    )
