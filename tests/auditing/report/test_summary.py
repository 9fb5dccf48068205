"""The summary of a job: behind what stands there, within what GitHub takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from augscore.auditing.gating.verdict import judged
from augscore.auditing.report.markdown import SUMMARY_BYTES, to_markdown
from augscore.auditing.report.summary import append_summary
from augscore.errors import AugscoreError
from tests.auditing.audits import audit, finding, op

MADE = judged(audit())


def test_it_begins_a_file_or_goes_on_behind_another(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    append_summary(file, MADE)
    assert file.read_text() == to_markdown(MADE)
    file.write_bytes(b"# Of another step, \xff")
    append_summary(file, MADE)
    assert file.read_bytes() == b"# Of another step, \xff\n" + to_markdown(MADE).encode()


def test_both_together_keep_within_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    ops = [op(f"R > {place}") for place in range(9000)]
    many = judged(audit(ops, [finding(part=one.path) for one in ops]))
    append_summary(file, many)
    assert 0.9 * SUMMARY_BYTES < file.stat().st_size <= SUMMARY_BYTES
    append_summary(file, many)
    assert file.stat().st_size <= SUMMARY_BYTES


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AugscoreError, match="cannot read") as caught:
        append_summary(tmp_path, MADE)
    assert caught.value.exit_code == 2
