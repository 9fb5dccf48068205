"""A score run in a process of its own that is killed, stopped, or left without room on the disk."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from augscore.runs.checkpoint import find_checkpoint
from augscore.runtime import Interruptions, Progress
from augscore.score.crops import CropPool
from augscore.score.fit import FitOptions, FitState, StepReport, fit
from augscore.score.network import Architecture
from augscore.training.score import run as score_run
from augscore.training.score.plan import ScoreRunOptions, plan_score_run
from tests.forks import Fork, forked

pytestmark = pytest.mark.slow

STEPS, LOGGED = 60, 5
Start = Callable[..., Fork]


def one_run(scenes: str, out: str, every: str, place: str, value: str) -> None:
    """Train in this process, and let something happen at a place."""
    patch = pytest.MonkeyPatch()
    patch.setattr(score_run, "CALIBRATION_CROPS", 24)
    options = ScoreRunOptions(
        out=Path(out),
        steps=STEPS,
        batch_size=4,
        size=48,
        checkpoint_every=int(every),
        log_every=LOGGED,
        device="cpu",
        workers=0,
        architecture=Architecture((8, 8, 8), 1, 8),
    )

    def kill_in_step(state: FitState, pool: CropPool, chosen: FitOptions) -> Iterator[StepReport]:
        for report in fit(state, pool, chosen):
            if place == "step" and report.step == int(value):
                os.kill(os.getpid(), signal.SIGKILL)
            yield report

    def progress(event: Progress) -> None:
        if place == event.stage and event.done:
            print(event.stage, flush=True)
        if place == "limit" and event.stage == "calibrating":
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(value), resource.RLIM_INFINITY))

    patch.setattr(score_run, "fit", kill_in_step)
    if place == "limit at once":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(value), resource.RLIM_INFINITY))
    with Interruptions() as stop:
        result = score_run.train_score(
            plan_score_run([Path(scenes)], options),
            score_run.ScoreHooks(
                announce=lambda done: None,
                report=lambda row: None,
                progress=progress,
                note=lambda note: print(note.code),
                stop=stop,
            ),
        )
    print(result.complete, result.stopped_by)


@pytest.fixture(scope="module")
def start(scenes: Path) -> Start:
    """`start(out, place, value)`: a run in which something happens at that place."""

    def run(out: Path, place: str = "", value: int = 0, *, every: int = 7) -> Fork:
        words = (str(scenes), str(out), str(every), place, str(value))
        return forked(one_run, *words, folder=out.parent / "told")

    return run


def ended(process: Fork) -> str:
    process.wait()
    assert process.returncode == 0, process.stderr
    return process.stdout


@pytest.fixture(scope="module")
def model(start: Start, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of an uninterrupted run's model."""
    out = tmp_path_factory.mktemp("straight") / "run"
    ended(start(out))
    return (out / "model.safetensors").read_bytes()


def until(process: Fork, reached: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not reached() and process.returncode is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def steps(run: Path) -> list[int]:
    return [json.loads(line)["step"] for line in (run / "metrics.jsonl").read_text().splitlines()]


def names(run: Path) -> set[str]:
    return {path.name for path in run.rglob("*")}


def check_whole(run: Path, model: bytes) -> None:
    """As if nothing had ever come in between."""
    assert (run / "model.safetensors").read_bytes() == model
    assert steps(run) == list(range(LOGGED, STEPS + 1, LOGGED))
    assert names(run) == {
        *("model.safetensors", "metrics.jsonl", "run.json", "checkpoints"),
        *("step-00000056.safetensors", "step-00000060.safetensors"),
    }


def test_three_kills_in_the_midst_change_no_byte(
    start: Start, tmp_path: Path, model: bytes
) -> None:
    """Between checkpoints, before the step is logged: the steps since the last are done again."""
    run = tmp_path / "run"
    within = [step for step in range(8, 60) if step % 7]
    for step in sorted(random.Random(9).sample(within, 3)):
        process = start(run, "step", step)
        process.wait()
        assert process.returncode == -signal.SIGKILL
        found = find_checkpoint(run / "checkpoints").checkpoint
        assert found is not None
        assert found.step == step // 7 * 7
    with (run / "metrics.jsonl").open("a") as file:
        file.write('{"step": 60, "lo')
    assert ended(start(run)) == "continued\nTrue None\n"
    check_whole(run, model)


def test_kills_at_any_time_change_no_byte(start: Start, tmp_path: Path, model: bytes) -> None:
    """While planning, reading, fitting, writing and calibrating alike."""
    run = tmp_path / "run"
    delays = random.Random(5)
    for _ in range(8):
        process = start(run, every=1)
        process.process.join(delays.uniform(0.05, 2.0))
        process.process.kill()
        process.wait()
        if (run / "model.safetensors").exists():
            break
    else:
        ended(start(run, every=1))
    assert (run / "model.safetensors").read_bytes() == model
    assert steps(run) == list(range(LOGGED, STEPS + 1, LOGGED))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stage", ["reading", "calibrating"])
def test_a_signal_ends_reading_and_calibrating_at_once(
    start: Start, tmp_path: Path, model: bytes, stage: str, number: signal.Signals
) -> None:
    run = tmp_path / "run"
    process = start(run, stage)
    until(process, lambda: process.stdout)
    assert process.stdout.startswith(f"{stage}\n")
    os.kill(process.pid, number)
    began = time.monotonic()
    told = ended(process)
    assert time.monotonic() - began < 2
    assert told.splitlines()[-1] == f"False {number.name}"
    assert not names(run) & {"model.safetensors", ".lock"}
    ended(start(run))
    check_whole(run, model)


def test_a_signal_while_fitting_leaves_a_checkpoint(
    start: Start, tmp_path: Path, model: bytes
) -> None:
    run = tmp_path / "run"
    process = start(run)
    until(process, lambda: list(run.glob("checkpoints/step-*")))
    os.kill(process.pid, signal.SIGINT)
    assert ended(process) == "False SIGINT\n"
    found = find_checkpoint(run / "checkpoints").checkpoint
    assert found is not None
    assert 7 <= found.step <= 60
    ended(start(run))
    assert (run / "model.safetensors").read_bytes() == model
    assert steps(run) == list(range(LOGGED, STEPS + 1, LOGGED))


def test_a_model_without_room_needs_no_second_training(
    start: Start, tmp_path: Path, model: bytes
) -> None:
    run = tmp_path / "run"
    process = start(run, "limit", 5000)
    process.wait()
    assert process.returncode != 0
    last = process.stderr.splitlines()[-1]
    assert "HostError" in last
    assert "model.safetensors': the file would be larger than" in last
    checkpoints = [p.stat().st_mtime_ns for p in sorted(run.glob("checkpoints/*"))]
    assert len(checkpoints) == 2
    assert not [name for name in names(run) if ".tmp-" in name]
    assert ended(start(run)) == "continued\nTrue None\n"
    assert [p.stat().st_mtime_ns for p in sorted(run.glob("checkpoints/*"))] == checkpoints
    check_whole(run, model)


def test_no_room_for_a_checkpoint_does_not_end_training(start: Start, tmp_path: Path) -> None:
    """Room for rows, none for checkpoints nor, at the end, for the model."""
    run = tmp_path / "run"
    process = start(run, "limit at once", 8000)
    process.wait()
    assert process.stdout == "checkpoint_unwritten\n"
    assert "HostError" in process.stderr.splitlines()[-1]
    assert steps(run) == list(range(LOGGED, STEPS + 1, LOGGED))
    assert names(run) == {"metrics.jsonl", "checkpoints", "run.json"}
