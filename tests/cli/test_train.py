"""`augscore train score`, from the plan to a model that other commands read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from augscore_cli.lines import plain
from augscore_cli.score_run_screen import log_line, result_lines

Invoke = Callable[..., Result]
Child = Callable[..., subprocess.CompletedProcess[str]]

QUICK = ("--size", "32", "--steps", "2", "--batch-size", "2")


def test_dry_run_prints_the_plan_and_writes_nothing(photos: Path, invoke: Invoke) -> None:
    result = invoke("train", "score", str(photos), "--out", "run", "--dry-run", *QUICK)
    assert result.exit_code == 0, result.output
    assert "6 files: up to 5 readable images, 1 of them held out\n" in result.stdout
    assert "working size 32 px" in result.stdout
    assert "2 steps of 2 crops on cpu, " in result.stdout
    assert "B of memory\nabout " in result.stdout
    assert " of training and " in result.stdout
    assert result.stdout.endswith(" of calibration\n")
    assert not Path("run").exists()


def test_dry_run_as_json(photos: Path, invoke: Invoke) -> None:
    arguments = ("train", "score", str(photos), "--out", "run", "--dry-run", "--json", "-", *QUICK)
    plan = json.loads(invoke(*arguments).stdout)
    assert (plan["files"], plan["images_at_most"], plan["held_out"]) == (6, 5, 1)
    assert plan["training_seconds"] > 0
    assert plan["calibration_seconds"] > 0
    assert plan["memory_bytes"] > 10**6


def test_a_missing_folder_is_refused(invoke: Invoke) -> None:
    assert invoke("train", "score", "nowhere", "--out", "run").exit_code == 2


def test_a_folder_without_images_is_an_unusable_input(tmp_path: Path, invoke: Invoke) -> None:
    (tmp_path / "empty").mkdir()
    assert invoke("train", "score", "empty", "--out", "run").exit_code == 3


@pytest.fixture
def untimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is timed, so whatever is told is told at once."""
    monkeypatch.setattr(
        "augscore.training.score.expectation.expect", lambda *a: pytest.fail("timed")
    )


@pytest.mark.usefixtures("untimed")
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_folders_that_are_no_runs_are_refused_at_once(
    photos: Path, invoke: Invoke, more: tuple[str, ...]
) -> None:
    def refused(out: str, *options: str) -> str:
        result = invoke("train", "score", str(photos), "--out", out, *QUICK, *more, *options)
        assert (result.exit_code, result.stdout) == (2, "")
        return result.stderr

    assert "holds the images to train on" in refused(str(photos), "--force")
    Path("theirs").mkdir()
    Path("theirs/cat.jpg").touch()
    assert "holds other files (cat.jpg)" in refused("theirs")
    Path("measured").mkdir()
    Path("measured/run.json").write_text('{"schema": "augscore.run/1", "command": "measure"}')
    assert "is the output of augscore measure" in refused("measured", "--force")
    assert sorted(p.name for p in Path("theirs").iterdir()) == ["cat.jpg"]


@pytest.mark.usefixtures("untimed")
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_too_few_images_and_too_large_a_size_are_told_at_once(
    photos: Path, invoke: Invoke, more: tuple[str, ...]
) -> None:
    arguments = ("train", "score", "--out", "run", *more)
    one = invoke(*arguments, str(photos / "0.jpg"))
    assert one.exit_code == 3
    assert "at least 2 readable images, found 1" in one.stderr
    large = invoke(*arguments, str(photos), "--size", "100000")
    assert large.exit_code == 2
    assert "a size of 100000 px is too large. The largest is 4096 px" in large.stderr


@pytest.mark.usefixtures("untimed")
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_finished_run_is_refused_at_once(
    tiny_run: Path, scenes: Path, invoke: Invoke, more: tuple[str, ...]
) -> None:
    result = invoke("train", "score", str(scenes), "--out", str(tiny_run), "--size", "48", *more)
    assert result.exit_code == 2
    assert "this run is finished, of other settings (steps: 10 → 8000; batch" in result.stderr
    assert "--force to train anew" in result.stderr


def test_a_useless_network_is_told_with_its_table() -> None:
    from augscore.score.wiener import ErrorRow
    from augscore.training.score.run import ScoreRunResult

    errors = (ErrorRow(0.1, 0.02, 0.01), ErrorRow(0.2, 0.01, 0.02))
    result = ScoreRunResult(Path("m"), True, None, errors, 1, ())
    *_, worse, few = result_lines(result)
    assert plain(worse) == "worse than the linear denoiser at 1 of 2 noise levels: train longer"
    assert plain(few).startswith("only 1 image was held out")
    assert worse[0].role == few[0].role == "warn"


def test_an_absent_device_is_the_machine(photos: Path, invoke: Invoke) -> None:
    result = invoke("train", "score", str(photos), "--out", "run", "--device", "cuda:9999")
    assert result.exit_code == 4


@pytest.mark.slow
def test_a_run_gives_a_model_that_explains_itself(
    photos: Path, child: Child, invoke: Invoke
) -> None:
    run = child("train", "score", photos, "--out", "run", "--log-every", "1", *QUICK)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("saved run/model.safetensors\n")
    assert "denoising error on held-out images" in run.stdout
    assert run.stdout.endswith("1 skipped: 1 truncated\n")
    notes = run.stderr.splitlines()
    assert notes[0] == "6 files: up to 5 readable images, 1 of them held out"
    assert [row.split()[1] for row in notes if row.startswith("step ")] == ["1/2", "2/2"]
    assert notes[-1] == f"Next: augscore measure {photos} --model run"
    steps = [json.loads(row)["step"] for row in Path("run/metrics.jsonl").read_text().splitlines()]
    assert steps == [1, 2]
    card = invoke("model", "info", "run")
    assert card.stdout.startswith("run\n")
    again = invoke("train", "score", str(photos), "--out", "run", *QUICK)
    assert again.exit_code == 2
    assert "--force" in again.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_that_can_be_continued(
    number: signal.Signals, code: int, photos: Path
) -> None:
    arguments = ["train", "score", str(photos), "--out", "run", "--size", "32"]
    process = subprocess.Popen(
        [sys.executable, "-m", "augscore_cli", *arguments, "--batch-size", "2", "--log-every", "1"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    )
    wait_for(Path("run/metrics.jsonl"))
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == code, stderr
    assert stdout == ""
    assert stderr.splitlines()[-1].startswith(f"stopped by {number.name}; the same command")
    assert list(Path("run/checkpoints").iterdir())
    assert "Traceback" not in stderr


@pytest.mark.slow
def test_signals_while_calibrating_end_at_once_and_the_same_command_continues(
    photos: Path,
) -> None:
    arguments = ["train", "score", str(photos), "--out", "run", *QUICK]
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process = subprocess.Popen(
            [sys.executable, "-m", "augscore_cli", *arguments, "--json", "-"],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        until_calibrating(process)
        process.send_signal(number)
        began = time.monotonic()
        stdout, stderr = process.communicate(timeout=120)
        assert time.monotonic() - began < 2
        assert process.returncode == code, stderr
        document = json.loads(stdout)
        assert (document["complete"], document["stopped_by"]) == (False, number.name)
        assert stderr.splitlines()[-1].startswith(f"stopped by {number.name}; the same command")
        assert not Path("run/model.safetensors").exists()
    again = with_few_crops(*arguments)
    assert again.returncode == 0, again.stderr
    assert "note: continuing after step 2 of 2\n" in again.stderr
    assert not [row for row in again.stderr.splitlines() if row.startswith("step ")]
    assert Path("run/model.safetensors").exists()


@pytest.mark.slow
def test_a_second_process_is_refused(photos: Path, child: Child) -> None:
    from augscore.runs.lock import locked

    Path("run").mkdir()
    with locked(Path("run")):
        refused = child("train", "score", photos, "--out", "run", *QUICK)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "error: 'run' is in use by another process" in refused.stderr
    assert "another --out" in refused.stderr


@pytest.mark.slow
def test_no_room_for_the_model_is_the_machine(photos: Path) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, -1))"
    run = with_few_crops("train", "score", str(photos), "--out", "run", *QUICK, before=limited)
    assert run.returncode == 4, run.stderr
    told = run.stderr.splitlines()
    assert told[-1].startswith("error: cannot write 'run/model.safetensors': the file would be ")
    assert len([row for row in told if row.startswith("note: cannot write 'run/checkpoints")]) == 1
    assert run.stdout == ""


def test_a_row_of_progress() -> None:
    from augscore.training.score.run import LogRow

    row = LogRow(1200, 8000, 0.41832, 0.5, 1e-3, 412.3, 2460.0)
    text = "".join(span.text for span in log_line(row, "cuda:0"))
    assert text == (
        "step 1,200/8,000  loss 0.4183  held-out 0.5000  412 img/s  left 41 min  cuda:0"
    )
    lossy = "".join(span.text for span in log_line(replace(row, not_finite=3), "cpu"))
    assert lossy.endswith("cpu  3 steps not finite")


def with_few_crops(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """`augscore ARGUMENTS…` in a child that calibrates on few crops."""
    few = "from augscore.training.score import run; run.CALIBRATION_CROPS = 24"
    main = "from augscore_cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", "\n".join((before, few, main)), *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def until_calibrating(process: subprocess.Popen[str]) -> None:
    """The last step is done or was done before, and it is kept."""
    assert process.stderr is not None
    for row in process.stderr:
        if row.startswith(("step 2/2", "note: continuing after step 2 of 2")):
            break
    wait_for(Path("run/checkpoints/step-00000002.safetensors"))
    time.sleep(0.2)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 120
    while not path.exists() or not path.stat().st_size:
        assert time.monotonic() < deadline, path
        time.sleep(0.05)
