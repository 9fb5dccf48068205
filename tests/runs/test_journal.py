"""A journal keeps every whole line, whatever happens to the last."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore.errors import HostError
from augscore.runs.journal import Journal, read_journal


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    assert list(read_journal(path)) == []
    for start in (0, 3):
        with Journal(path) as journal:
            for i in range(start, start + 3):
                journal.append({"i": i, "name": "a\udcff\n"})
                assert list(read_journal(path))[-1]["i"] == i
    assert [entry["i"] for entry in read_journal(path)] == list(range(6))


@given(cut=st.integers(0, 60))
def test_a_cut_at_any_byte_costs_the_last_line_only(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "j.jsonl"
    with Journal(path) as journal:
        for i in range(5):
            journal.append({"i": i, "x": "é"})
    whole = path.read_bytes()
    path.write_bytes(whole[: max(0, len(whole) - cut)])
    kept = whole[: max(0, len(whole) - cut)].count(b"\n")
    with Journal(path) as journal:
        journal.append({"i": "new"})
    assert [entry["i"] for entry in read_journal(path)] == [*range(kept), "new"]


def test_bad_57_a_full_disk_keeps_the_lines_before(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            with Journal(path) as journal:
                for i in range(1000):
                    journal.append({"i": i})
        except HostError as error:
            os._exit(0 if error.code == "disk_full" else 2)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    entries = [entry["i"] for entry in read_journal(path)]
    assert entries == list(range(len(entries)))
    assert len(entries) > 50


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="cannot write"):
        Journal(tmp_path)


def test_it_knows_how_many_lines_it_found(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    for expected in (0, 2):
        with Journal(path) as journal:
            assert journal.found == expected
            journal.append({"i": 0})
            journal.append({"i": 1})
    path.write_bytes(path.read_bytes()[:-3])
    with Journal(path) as journal:
        assert journal.found == 3
