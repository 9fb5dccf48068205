"""Pair training in a process of its own that is killed, stopped, or left without room on the disk:
the same call goes on, and ends with the weights of an uninterrupted run, bit for bit."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
from pathlib import Path

import pytest
import torch

from augscore.methods.table import METHODS
from augscore.runs.checkpoint import find_checkpoint
from augscore.training import finishing
from augscore.training.planning.request import Value
from augscore.training.reporting.log_row import LogRow
from augscore.training.train import train
from tests.forks import Fork, forked

pytestmark = pytest.mark.slow

STEPS = 12
PHOTOS, SIDE = 70, 32


def one_run(method: str, out: str, weighting: str, place: str, value: str) -> None:
    """Train in this process, and let something happen at a step."""
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (PHOTOS, 3, SIDE, SIDE), dtype=torch.uint8, generator=generator)
    heads: dict[str, Value] = {"projector.hidden": 32, "projector.out": 8}
    if method == "simsiam":
        heads |= {"predictor.hidden": 16, "predictor.out": 8}
    if method == "wmse":
        heads |= {"slice_size": 16}
    if method in ("moco", "ressl", "sce"):
        heads |= {"queue_size": 50}

    def report(row: LogRow) -> None:
        if row.step == int(value) and place == "limit":
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        elif row.step == int(value) and place:
            os.kill(os.getpid(), getattr(signal, place))

    # Drawing it takes half the time of so short a run, and nothing here looks at it.
    pytest.MonkeyPatch().setattr(finishing, "write_page", lambda *told: None)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    result = train(
        method,
        [(image, n % 2) for n, image in enumerate(images)],
        out=Path(out),
        arch="small",
        steps=STEPS,
        batch_size=16,
        weighting=weighting,
        settings=heads,
        log_every=1,
        checkpoint_every=2,
        eval_every=1,
        device="cpu",
        workers=0,
        report=report,
        note=lambda note: print(note.code),
    )
    print(result.complete, result.stopped_by)


def run(method: str, out: Path, place: str = "", value: int = 0, weighting: str = "pixel") -> Fork:
    words = (method, str(out), weighting, place, str(value))
    process = forked(one_run, *words, folder=out.parent / "told")
    process.wait()
    return process


def finished(method: str, out: Path) -> str:
    process = run(method, out)
    assert process.returncode == 0, process.stderr
    assert process.stdout.endswith("True None\n")
    return process.stdout


class Straight:
    """Runs that nothing interrupts: one of each method that is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, method: str) -> Path:
        out = self._folder / method
        if not out.exists():
            finished(method, out)
        return out


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Straight:
    return Straight(tmp_path_factory.mktemp("straight"))


def last_tensors(out: Path) -> dict[str, bytes]:
    """Of the last checkpoint: networks, copy, queue, moments."""
    checkpoint = find_checkpoint(out / "checkpoints").checkpoint
    assert checkpoint is not None
    assert checkpoint.step == STEPS
    return {name: tensor.numpy().tobytes() for name, tensor in checkpoint.tensors.items()}


def steps(out: Path) -> list[int]:
    return [json.loads(line)["step"] for line in (out / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("method", METHODS)
def test_a_killed_run_ends_with_the_same_bits(
    method: str, straight: Straight, tmp_path: Path
) -> None:
    step = random.Random(method).randrange(2, STEPS)
    out = tmp_path / "run"
    assert run(method, out, "SIGKILL", step).returncode == -signal.SIGKILL
    assert "continued" in finished(method, out)
    assert last_tensors(out) == last_tensors(straight(method))
    whole, again = (path / "encoder.safetensors" for path in (straight(method), out))
    assert whole.read_bytes() == again.read_bytes()
    assert steps(out) == list(range(1, STEPS + 1))


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_the_run_after_its_step_with_a_checkpoint(
    name: str, straight: Straight, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    stopped = run("simclr", out, name, 5)
    assert stopped.stdout.endswith(f"False {name}\n"), stopped.stderr
    checkpoint = find_checkpoint(out / "checkpoints").checkpoint
    assert checkpoint is not None
    assert checkpoint.step == 5
    finished("simclr", out)
    assert last_tensors(out) == last_tensors(straight("simclr"))


def test_a_full_disk_costs_checkpoints_but_not_the_run(straight: Straight, tmp_path: Path) -> None:
    out = tmp_path / "run"
    full = run("simclr", out, "limit", 5)
    assert "checkpoint_unwritten" in full.stdout
    assert full.returncode != 0, "the encoder cannot be written either"
    finished("simclr", out)
    assert last_tensors(out) == last_tensors(straight("simclr"))


def test_a_damaged_last_checkpoint_costs_one_interval(straight: Straight, tmp_path: Path) -> None:
    out = tmp_path / "run"
    run("sce", out, "SIGKILL", 7)
    newest = max((out / "checkpoints").iterdir())
    data = bytearray(newest.read_bytes())
    data[-1] ^= 1
    newest.write_bytes(data)
    assert "checkpoint_damaged" in finished("sce", out)
    assert last_tensors(out) == last_tensors(straight("sce"))


def test_another_configuration_is_refused_with_the_difference(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run("simclr", out, "SIGKILL", 3)
    other = run("simclr", out, weighting="none")
    assert "resume_mismatch" not in other.stdout
    assert "weighting" in other.stderr
    assert "was begun with other settings" in other.stderr
