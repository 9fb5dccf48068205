"""report.json read back, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from augscore.auditing.audit import Audit
from augscore.auditing.gating.verdict import judged
from augscore.auditing.keeping.report_file import audit_from_json, read_report
from augscore.errors import UsageError
from augscore.outputs import to_json, write_json
from tests.auditing.audits import audit, comparison, finding, hostile_audit, policy


def round_trip(made: Audit) -> Audit:
    return audit_from_json(json.loads(to_json(made.to_json())))


@pytest.mark.parametrize(
    "made",
    [
        judged(audit(findings=[finding(images=("a.jpg", 3), line=4)], comparison=comparison())),
        replace(judged(hostile_audit()), examples=()),
        audit(policy=policy(strength=None, histogram=None), complete=False, stopped_by="SIGINT"),
    ],
    ids=["whole", "hostile", "thin"],
)
def test_what_is_written_is_read(made: Audit) -> None:
    assert round_trip(made) == made


def test_steps_of_examples_come_back_too() -> None:
    made = hostile_audit()
    assert round_trip(made).examples == made.examples


def test_a_file(tmp_path: Path) -> None:
    made = judged(audit())
    write_json(tmp_path / "report.json", made.to_json())
    assert read_report(tmp_path / "report.json") == made


def test_what_later_versions_add_is_left_out() -> None:
    document: dict[str, Any] = json.loads(to_json(audit().to_json()))
    document["later"] = 1
    document["policy"]["later"] = {"a": 1}
    assert audit_from_json(document) == audit()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "schema is None"),
        ('{"schema": "augscore.audit/2"}', "'augscore.audit/2', this augscore reads augscore.au"),
        ('{"schema": "augscore.audit/1"}', ""),
        ('{"schema": "augscore.audit/1", "status": NaN}', "NaN is no number"),
        ('{"schema": "augscore.measure/1"}', "augscore.measure/1"),
    ],
    ids=["empty", "deep", "list", "later", "short", "nan", "other"],
)
def test_what_is_no_report(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "report.json"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        read_report(file)
    assert told in str(caught.value)
    assert (caught.value.code, caught.value.exit_code) == ("baseline_unreadable", 2)


def test_a_wrong_type_is_refused(tmp_path: Path) -> None:
    document: dict[str, Any] = json.loads(to_json(audit().to_json()))
    document["design"]["seed"] = "zero"
    (tmp_path / "report.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match="'zero' is no"):
        read_report(tmp_path / "report.json")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a file"):
        read_report(tmp_path)
    with pytest.raises(UsageError) as caught:
        read_report(tmp_path / "none.json")
    assert caught.value.code == "not_found"
