"""Pair training in a process of its own that is killed, stopped, or left without room on the disk:
the same call goes on, and ends with the weights of an uninterrupted run, bit for bit."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from augscore.methods.table import METHODS
from augscore.runs.checkpoint import find_checkpoint

pytestmark = pytest.mark.slow

STEPS = 12
CHILD = """
import os, resource, signal, sys
import torch
from augscore.training.train import train

method, out, weighting, place, value = sys.argv[1:]
generator = torch.Generator().manual_seed(1)
images = torch.randint(0, 256, (70, 3, 32, 32), dtype=torch.uint8, generator=generator)
heads = {"projector.hidden": 32, "projector.out": 8}
if method == "simsiam":
    heads |= {"predictor.hidden": 16, "predictor.out": 8}
if method == "wmse":
    heads |= {"slice_size": 16}
if method in ("moco", "ressl", "sce"):
    heads |= {"queue_size": 50}

def report(row):
    if row.step == int(value):
        if place == "limit":
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        elif place != "":
            os.kill(os.getpid(), getattr(signal, place))

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
result = train(
    method, [(image, n % 2) for n, image in enumerate(images)], out=out, arch="small", steps=12,
    batch_size=16, weighting=weighting, settings=heads, log_every=1, checkpoint_every=2,
    eval_every=1, device="cpu", workers=0, report=report, note=lambda note: print(note.code),
)
print(result.complete, result.stopped_by)
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def run(
    method: str, out: Path, place: str = "", value: int = 0, weighting: str = "pixel"
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, method, str(out), weighting, place, str(value)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def finished(method: str, out: Path) -> str:
    process = run(method, out)
    assert process.returncode == 0, process.stderr
    assert process.stdout.endswith("True None\n")
    return process.stdout


def last_tensors(out: Path) -> dict[str, bytes]:
    """Of the last checkpoint: networks, copy, queue, moments."""
    checkpoint = find_checkpoint(out / "checkpoints").checkpoint
    assert checkpoint is not None
    assert checkpoint.step == STEPS
    return {name: tensor.numpy().tobytes() for name, tensor in checkpoint.tensors.items()}


def steps(out: Path) -> list[int]:
    return [json.loads(line)["step"] for line in (out / "metrics.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("method", METHODS)
def test_a_killed_run_ends_with_the_same_bits(method: str, tmp_path: Path) -> None:
    step = random.Random(method).randrange(2, STEPS)
    finished(method, tmp_path / "straight")
    killed = run(method, tmp_path / "killed", "SIGKILL", step)
    assert killed.returncode == -signal.SIGKILL
    assert "continued" in finished(method, tmp_path / "killed")
    assert last_tensors(tmp_path / "killed") == last_tensors(tmp_path / "straight")
    straight, again = (
        (tmp_path / name / "encoder.safetensors").read_bytes() for name in ("straight", "killed")
    )
    assert straight == again
    assert steps(tmp_path / "killed") == list(range(1, STEPS + 1))


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_the_run_after_its_step_with_a_checkpoint(name: str, tmp_path: Path) -> None:
    stopped = run("simclr", tmp_path / "run", name, 5)
    assert stopped.stdout.endswith(f"False {name}\n"), stopped.stderr
    checkpoint = find_checkpoint(tmp_path / "run" / "checkpoints").checkpoint
    assert checkpoint is not None
    assert checkpoint.step == 5
    finished("simclr", tmp_path / "run")
    finished("simclr", tmp_path / "straight")
    assert last_tensors(tmp_path / "run") == last_tensors(tmp_path / "straight")


def test_a_full_disk_costs_checkpoints_but_not_the_run(tmp_path: Path) -> None:
    out = tmp_path / "run"
    full = run("simclr", out, "limit", 5)
    assert "checkpoint_unwritten" in full.stdout
    assert full.returncode != 0, "the encoder cannot be written either"
    finished("simclr", out)
    finished("simclr", tmp_path / "straight")
    assert last_tensors(out) == last_tensors(tmp_path / "straight")


def test_a_damaged_last_checkpoint_costs_one_interval(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run("sce", out, "SIGKILL", 7)
    newest = max((out / "checkpoints").iterdir())
    data = bytearray(newest.read_bytes())
    data[-1] ^= 1
    newest.write_bytes(data)
    assert "checkpoint_damaged" in finished("sce", out)
    finished("sce", tmp_path / "straight")
    assert last_tensors(out) == last_tensors(tmp_path / "straight")


def test_another_configuration_is_refused_with_the_difference(tmp_path: Path) -> None:
    out = tmp_path / "run"
    run("simclr", out, "SIGKILL", 3)
    other = run("simclr", out, weighting="none")
    assert "resume_mismatch" not in other.stdout
    assert "weighting" in other.stderr
    assert "was begun with other settings" in other.stderr
