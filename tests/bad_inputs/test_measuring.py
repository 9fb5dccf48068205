"""`augscore measure` let loose on every odd file at once, on full disks and closed folders."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from augscore.errors import HostError
from augscore.measuring.out_folder import claim_folder
from augscore_cli.main import root
from tests.bad_inputs import make
from tests.bad_inputs.expected import EXPECTED

MEMORY = 1_500 * make.MEGABYTE
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def measured(*arguments: object, before: str = "") -> subprocess.CompletedProcess[str]:
    """`augscore measure ARGUMENTS…` in a child that runs `before` first."""
    code = f"{before}\nfrom augscore_cli.main import main; main()"
    words = [str(argument) for argument in arguments]
    return subprocess.run(
        [sys.executable, "-P", "-c", code, "measure", *words],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1", "NO_COLOR": "1"},
    )


def limited(size: int) -> str:
    return (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"
    )


@pytest.fixture(scope="module")
def result(all_cases: Path, tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    out = tmp_path_factory.mktemp("measured")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    child = measured(
        *(all_cases, "--model", tiny_run, "--size", "32", "--policy", "simclr-cifar"),
        *("--out", out / "m", "--rows", "csv", "--csv-safe", "--json", out / "m.json"),
        *("--list", out / "list.csv"),
    )
    peak = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    return {"child": child, "out": out, "bytes": 1024 * peak}


@pytest.mark.slow
def test_every_file_is_accounted_for(result: Any) -> None:
    child, out = result["child"], result["out"]
    assert child.returncode == 0, child.stderr
    assert "Traceback" not in child.stderr
    document = json.loads((out / "m.json").read_text())
    expected = [o for files in EXPECTED.values() for o in files.values()]
    reasons = Counter(o for o in expected if isinstance(o, str))
    reasons["corrupt"] += 1
    data = document["data"]
    assert Counter(data["skipped_by_reason"]) + Counter(data["ignored_by_reason"]) == reasons
    assert data["measured"] == sum(not isinstance(o, str) for o in expected)
    assert data["found"] == len(expected) + 1
    notes = {row["path"]: row["notes"] for row in document["images"]}
    small = [name for name, codes in notes.items() if "upsampled" in codes]
    assert small
    for number, files in EXPECTED.items():
        for name, outcome in files.items():
            if not isinstance(outcome, str):
                assert set(outcome) <= set(notes[f"{number:02d}/{name}"]), name
    copies = {row["path"]: row["duplicate_of"] for row in document["images"]}
    assert [name for name in EXPECTED[50] if copies[f"50/{name}"] is not None]
    assert data["distinct"] < data["measured"]


@pytest.mark.slow
def test_bad_51_52_no_name_harms_a_terminal_or_a_table(result: Any) -> None:
    child, out = result["child"], result["out"]
    assert not UNSAFE.search(child.stdout + child.stderr)
    for path in (out / "m/rows.csv", out / "list.csv"):
        text = path.read_bytes().decode("utf-8")
        assert not UNSAFE.search(text)
        for row in csv.DictReader(text.splitlines()):
            assert not row["path"].startswith(("=", "+", "-", "@"))
    json.loads((out / "m/summary.json").read_text())


@pytest.mark.slow
def test_it_fits_into_memory(result: Any) -> None:
    assert result["bytes"] < MEMORY


@pytest.fixture
def few(all_cases: Path, tiny_run: Path) -> tuple[object, ...]:
    return (all_cases / "23", "--model", tiny_run, "--size", "32", "--policy", "identity")


@pytest.mark.slow
def test_bad_57_a_full_disk(few: tuple[object, ...], tmp_path: Path) -> None:
    first = measured(*few, "--json", tmp_path / "m.json")
    assert first.returncode == 0, first.stderr
    before = (tmp_path / "m.json").read_bytes()
    full = measured(*few, "--json", tmp_path / "m.json", before=limited(1000))
    assert full.returncode == 4
    assert re.search(
        r"cannot write '.*m\.json': the file would be larger than is allow", full.stderr
    )
    assert (tmp_path / "m.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["m.json"]


@pytest.mark.slow
def test_bad_57_a_disk_that_fills_up_costs_no_finished_work(
    few: tuple[object, ...], tmp_path: Path
) -> None:
    few = (*few, "--views", "4")
    full = measured(*few, "--out", tmp_path / "m", before=limited(6000))
    assert (full.returncode, full.stdout) == (4, "")
    assert "larger than is allowed here" in full.stderr
    again = measured(*few, "--out", tmp_path / "m")
    assert again.returncode == 0, again.stderr
    assert re.search(r"^continues \S+: [1-9]", again.stderr, re.MULTILINE)
    straight = measured(*few, "--out", tmp_path / "n")
    assert straight.returncode == 0
    for name in ("rows.jsonl", "summary.json"):
        assert (tmp_path / "m" / name).read_bytes() == (tmp_path / "n" / name).read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux")
def test_bad_57_stdout_that_takes_nothing(few: tuple[object, ...]) -> None:
    words = [str(word) for word in few]
    with open("/dev/full", "w") as full:
        child = subprocess.run(
            [sys.executable, "-P", "-m", "augscore_cli", "measure", *words, "--json", "-"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=300,
        )
    assert child.returncode == 4, child.stderr
    assert "Traceback" not in child.stderr


def test_bad_58_outputs_that_cannot_be_written_are_refused_before_work(
    few: tuple[object, ...], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    wrong = {
        ("--out", tmp_path / "file"): 2,
        ("--out", tmp_path / "file/m"): 2,
        ("--json", tmp_path): 2,
        ("--json", tmp_path / "no/m.json"): 2,
        ("--list", tmp_path / "file/list.csv"): 2,
    }
    for arguments, code in wrong.items():
        words = ["measure", *map(str, (*few, *arguments))]
        refused = CliRunner().invoke(root, words, prog_name="augscore")
        assert (refused.exit_code, refused.stdout) == (code, ""), refused.stderr
        assert "cannot write" in refused.stderr


@pytest.mark.parametrize("modes", [(0o755, 0o555), (0o700, 0o755)], ids=["itself", "above"])
def test_bad_58_a_folder_that_may_not_be_written_to(modes: tuple[int, int]) -> None:
    """In a child without privileges, since root may do anything."""
    with tempfile.TemporaryDirectory() as top:
        closed = Path(top) / "closed"
        closed.mkdir()
        Path(top).chmod(modes[0])
        closed.chmod(modes[1])
        child = os.fork()
        if child == 0:
            os._exit(_refused_without_privileges(closed))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _refused_without_privileges(folder: Path) -> int:
    try:
        if os.geteuid() == 0:
            os.setuid(65534)
        claim_folder(folder, [], force=False)
    except HostError as error:
        return 0 if "Permission denied" in str(error) else 2
    except BaseException:
        return 3
    return 1
