from __future__ import annotations

import csv
import errno
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore import outputs
from augscore.errors import HostError, UsageError
from augscore.outputs import (
    RowWriter,
    check_writable,
    prepare_folder,
    printable,
    write_bytes,
    write_json,
    write_text,
)


def child(code: str, *arguments: Path, nobody: bool = False) -> subprocess.CompletedProcess[str]:
    lead = "import os, sys, resource\nfrom pathlib import Path\nfrom augscore.errors import *\n"
    lead += "from augscore.outputs import *\n"
    if nobody:
        lead += "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
    command = [sys.executable, "-c", lead + code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_files_appear_whole_and_replace_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bytes(path, b"one")
    write_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    write_text(path, "é\r\n")
    assert path.read_bytes() == "é\r\n".encode()
    assert os.listdir(tmp_path) == ["a.bin"]


def test_nothing_is_seen_under_the_name_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_text("before")
    seen: list[tuple[str, list[str]]] = []
    fsync = os.fsync

    def spy(number: int) -> None:
        seen.append((path.read_text(), sorted(os.listdir(tmp_path))))
        fsync(number)

    monkeypatch.setattr(os, "fsync", spy)
    write_json(path, {})
    assert seen[0] == ("before", [f".a.json.tmp-{os.getpid()}", "a.json"])
    assert path.read_text() == "{}\n"


def test_the_folder_is_synced_once_the_name_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[bool, list[str]]] = []
    fsync = os.fsync

    def spy(number: int) -> None:
        synced.append((stat.S_ISDIR(os.fstat(number).st_mode), os.listdir(tmp_path)))
        fsync(number)

    monkeypatch.setattr(os, "fsync", spy)
    write_text(tmp_path / "a", "x")
    assert synced == [(False, [f".a.tmp-{os.getpid()}"]), (True, ["a"])]


def test_a_folder_that_cannot_be_synced_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def refuse(number: int) -> None:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, "no")
        fsync(number)

    monkeypatch.setattr(os, "fsync", refuse)
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    write_text(tmp_path / "a", "x")
    assert (tmp_path / "a").read_text() == "x"
    assert (len(os.listdir("/proc/self/fd")) if before else 0) == before


def test_new_folders_are_synced_into_their_parents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(outputs, "_sync_folder", synced.append)
    prepare_folder(tmp_path / "a" / "b")
    assert synced == [tmp_path / "a", tmp_path]


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(timeout=60)
    return process.pid


def test_only_temporary_files_of_ended_processes_are_removed(tmp_path: Path) -> None:
    dead, alive, own = ended_process(), os.getppid(), os.getpid()
    kept = {f".a.json.tmp-{alive}", f".b.json.tmp-{own}", ".c.tmp-x", f"d.tmp-{dead}", ".e.tmp-"}
    gone = {f".a.json.tmp-{dead}", f".é\n.tmp-{dead}", ".b.json.tmp-9999999999", f".old.tmp-{own}"}
    for name in kept | gone:
        (tmp_path / name).write_text("half")
    (tmp_path / f".folder.tmp-{dead}").mkdir()
    os.utime(tmp_path / f".old.tmp-{own}", (1, 1))
    outputs.remove_stale(tmp_path)
    assert set(os.listdir(tmp_path)) == kept | {f".folder.tmp-{dead}"}
    outputs.remove_stale(tmp_path / "missing")


def test_a_process_of_another_user_is_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    (tmp_path / ".a.tmp-1").write_text("half")
    outputs.remove_stale(tmp_path)
    assert os.listdir(tmp_path) == [".a.tmp-1"]


def test_json_is_sorted_ascii_and_free_of_nan(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(path, {"b": 0.1, "a": "é\udcff"}, indent=None)
    assert path.read_bytes() == b'{"a": "\\u00e9\\udcff", "b": 0.1}\n'
    write_json(path, {"b": 1, "a": 2}, indent=None, sort_keys=False)
    assert path.read_text() == '{"b": 1, "a": 2}\n'
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            write_json(path, [bad])
    assert path.read_text() == '{"b": 1, "a": 2}\n'
    assert os.listdir(tmp_path) == ["a.json"]


def test_a_link_is_written_through_and_a_stale_temporary_file_goes(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.txt").symlink_to("real/a.txt")
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / "real" / f".a.txt.tmp-{os.getpid()}").symlink_to(victim)
    write_text(tmp_path / "link.txt", "x")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real/a.txt").read_text() == "x"
    assert victim.read_text() == "mine"
    assert os.listdir(tmp_path / "real") == ["a.txt"]


def test_bad_53_the_longest_name_can_be_written(tmp_path: Path) -> None:
    write_text(tmp_path / ("n" * 250 + ".json"), "x")
    with pytest.raises(UsageError):
        write_text(tmp_path / ("n" * 300), "x")


def test_a_device_is_written_to_and_stays(tmp_path: Path) -> None:
    check_writable(Path(os.devnull))
    write_text(Path(os.devnull), "x")
    assert not Path(os.devnull).is_file()
    assert Path(os.devnull).exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux")
def test_bad_57_a_full_device() -> None:
    with pytest.raises(HostError, match="no space left") as caught:
        write_text(Path("/dev/full"), "x")
    assert caught.value.code == "disk_full"


@pytest.mark.parametrize(
    ("number", "words", "remedy"),
    [
        (errno.ENOSPC, r"no space left \(\d+\.\d\d GB free\)\.", "Free some space"),
        (errno.EDQUOT, r"the disk quota is used up\.", "larger quota"),
        (errno.EFBIG, r"the file would be larger than is allowed here\.", "ulimit"),
    ],
)
def test_each_way_to_have_no_room_has_its_words(
    number: int, words: str, remedy: str, tmp_path: Path
) -> None:
    told = outputs.refusal(tmp_path / "a.json", OSError(number, "as the system says it"))
    assert (told.code, told.exit_code) == ("disk_full", 4)
    assert re.search(words, str(told))
    assert remedy in told.hint


ROWS = "w = RowWriter(path)\nfor i in range(100): w.write({'i': i, 'x': 'y' * 500})\nw.close()"


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.json", "write_text(path, 'x' * 5000)"),
        ("a.jsonl", ROWS),
        ("a.csv", ROWS),
        ("a.csv", ROWS.replace("w.close()", "w.flush()").replace("100", "5")),
        ("a.json", "check_writable(path)"),
    ],
)
def test_bad_57_disk_full_leaves_the_earlier_output(tmp_path: Path, name: str, write: str) -> None:
    path = tmp_path / name
    path.write_text("before")
    code = (
        "path = Path(sys.argv[1])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        f"try:\n    {write.replace(chr(10), chr(10) + '    ')}\n"
        "except HostError as error: print(error.code, error.exit_code, error)"
    )
    result = child(code, path)
    assert result.stdout.startswith("disk_full 4 cannot write"), result.stderr
    assert str(path) in result.stdout
    assert "the file would be larger than is allowed here. Raise the limit" in result.stdout
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == [name]


def test_bad_58_wrong_paths_are_found_before_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "a.json", "does not exist"),
        (tmp_path / "file" / "a.json", "is not a folder"),
    ):
        with pytest.raises(UsageError, match=words) as caught:
            check_writable(path)
        assert caught.value.code == "output_unwritable"
    for path in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(UsageError, match="a file is in its place"):
            prepare_folder(path)
    for path in (tmp_path / "no" / "a.json", tmp_path / "file" / "a.json"):
        with pytest.raises(UsageError):
            write_text(path, "x")
    check_writable(tmp_path / "good.json")
    check_writable(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "x"
    assert os.listdir(tmp_path) == ["file"]
    prepare_folder(tmp_path / "a" / "b")
    assert os.listdir(tmp_path / "a" / "b") == []


@pytest.mark.parametrize("call", ["check_writable(path)", "prepare_folder(path / 'new')"])
def test_bad_58_a_read_only_folder(tmp_path: Path, call: str) -> None:
    for parent in [tmp_path, *tmp_path.parents]:
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    tmp_path.chmod(0o555)
    code = (
        f"path = Path(sys.argv[1])\ntry: {call}\n"
        "except HostError as error: print(error.code, error.exit_code)"
    )
    name = "a.json" if call.startswith("check") else "."
    try:
        result = child(code, tmp_path / name, nobody=True)
    finally:
        tmp_path.chmod(0o755)
    assert result.stdout == "output_unwritable 4\n", result.stderr
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux")
def test_a_pipe_is_written_to_and_one_that_closed_is_no_host_error() -> None:
    reading, writing = os.pipe()
    path = Path(f"/proc/self/fd/{writing}")
    try:
        check_writable(path)
        write_text(path, "x")
        assert os.read(reading, 9) == b"x"
        os.close(reading)
        with pytest.raises(BrokenPipeError):
            write_bytes(path, bytes(99_999))
    finally:
        os.close(writing)


def test_rows_as_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows: list[dict[str, Any]] = [{"b": 1, "a": "\udcff"}, {"other": [None, True]}]
    with RowWriter(path) as writer:
        for row in rows:
            writer.write(row)
            assert not path.exists()
    lines = path.read_bytes().splitlines()
    assert [json.loads(line) for line in lines] == rows
    assert lines[0] == b'{"b": 1, "a": "\\udcff"}'


def test_rows_as_a_table(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with RowWriter(path) as writer:
        writer.write({"path": 'a,"b"', "x": 0.1, "n": ["grey"], "k": None, "yes": True})
        writer.write({"x": 1e-300, "path": "é"})
    assert path.read_bytes().decode() == (
        'path,x,n,k,yes\n"a,""b""",0.1,"[""grey""]",,true\né,1e-300,,,\n'
    )


def test_bad_51_52_names_in_a_table_cannot_break_it(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with RowWriter(path) as writer:
        writer.write({"path": "a\nb\x1b[31m\u202egpj\udcff\u2028🙂"})
    assert path.read_text() == "path\na\\x0ab\\x1b[31m\\u202egpj\\udcff\\u2028🙂\n"


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_text_is_one_printable_cell(texts: list[str]) -> None:
    line = outputs._csv_line([printable(text) for text in texts]).decode("utf-8")
    assert len(line.splitlines()) == 1
    assert next(csv.reader([line])) == [printable(text) for text in texts]
    assert printable(printable(texts[0])) == printable(texts[0])


def test_tables_refuse_nan_and_new_columns(tmp_path: Path) -> None:
    for name in ("rows.csv", "rows.jsonl"):
        with RowWriter(tmp_path / name) as writer:
            writer.write({"x": 1.0})
            for bad in (float("nan"), float("-inf"), [float("nan")]):
                with pytest.raises(ValueError, match="JSON"):
                    writer.write({"x": bad})
            if name == "rows.csv":
                with pytest.raises(ValueError, match="columns that the first row had not: y"):
                    writer.write({"x": 1.0, "y": 2.0})
    assert (tmp_path / "rows.csv").read_text() == "x\n1.0\n"


def test_a_table_without_rows_has_the_columns_given(tmp_path: Path) -> None:
    with RowWriter(tmp_path / "rows.csv", columns=["a", "b"]):
        pass
    assert (tmp_path / "rows.csv").read_text() == "a,b\n"
    with pytest.raises(UsageError):
        RowWriter(tmp_path / "rows.xls")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_exception_publishes_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("before")

    def fail() -> None:
        with RowWriter(path) as writer:
            writer.write({"x": 1})
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["rows.csv"]


def test_an_interrupted_run_publishes_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    writer = RowWriter(path)
    writer.write({"x": 1})
    writer.flush()
    (temp,) = tmp_path.iterdir()
    assert temp.name == f".rows.jsonl.tmp-{os.getpid()}"
    assert temp.read_text() == '{"x": 1}\n'
    writer.close()
    writer.close()
    assert path.read_text() == '{"x": 1}\n'
    assert os.listdir(tmp_path) == ["rows.jsonl"]
    with pytest.raises(ValueError, match="closed"):
        writer.write({"x": 2})


def test_the_writer_needs_no_torch() -> None:
    result = child("print({'torch', 'numpy'} & set(sys.modules))")
    assert result.stdout == "set()\n", result.stderr
