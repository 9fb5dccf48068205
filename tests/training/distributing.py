"""Runs of every method, for `test_two_processes.py`: here alone, or under torchrun as a script."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from augscore.methods.table import METHODS
from augscore.training import finishing
from augscore.training.planning.request import Value
from augscore.training.reporting.log_row import LogRow
from augscore.training.run import TrainResult
from augscore.training.train import train

WEIGHTINGS = ("none", "pixel")
STEPS = 6
RATES = {"vicreg": 0.003, "wmse": 0.0003}
"""Larger ones multiply differences in the last digits."""
SIGNALLED_AT = 3
STOPPED, STRAIGHT = "stopped", "straight"
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def settings(method: str) -> dict[str, Value]:
    """No norm over the batch, and an optimiser that does not blow up small differences."""
    found: dict[str, Value] = {
        "optim.name": "sgd",
        "optim.lr": RATES.get(method, 0.05),
        "optim.scale_lr": False,
        "weighting.shape": "abs",
        "optim.warmup_epochs": 0.0,
        "projector.hidden": 16,
        "projector.out": 6,
        "projector.norm_hidden": False,
        "projector.norm_out": False,
    }
    if method == "simsiam":
        found |= {f"predictor.{name}": value for name, value in (("hidden", 8), ("out", 6))}
        found |= {"predictor.norm_hidden": False}
    if method == "wmse":
        found |= {"slice_size": 16}
    if method in ("moco", "ressl", "sce"):
        found |= {"queue_size": 40, "symmetric": method == "sce"}
    return found


def pictures() -> list[tuple[torch.Tensor, int]]:
    """67 of two classes; the part to judge by does not divide by two."""
    generator = torch.Generator().manual_seed(1)
    coarse = torch.rand(67, 3, 4, 4, generator=generator)
    images = (255 * torch.nn.functional.interpolate(coarse, size=(32, 32))).to(torch.uint8)
    return [(image, number % 2) for number, image in enumerate(images)]


def one_run(method: str, out: Path, weighting: str = "none", **changes: Any) -> TrainResult:
    with pytest.MonkeyPatch.context() as patch:
        # Drawing it takes half the time of so short a run, and nothing here looks at it.
        patch.setattr(finishing, "write_page", lambda *told: None)
        return train(
            method,
            pictures(),
            out=out,
            arch="small-gn",
            steps=STEPS,
            batch_size=16,
            amp="off",
            weighting=weighting,
            settings=settings(method),
            log_every=1,
            eval_every=1,
            checkpoint_every=2,
            device="cpu",
            workers=0,
            **changes,
        )


def all_runs(folder: Path) -> None:
    for method in METHODS:
        for weighting in WEIGHTINGS:
            one_run(method, folder / f"{method}-{weighting}", weighting)


def stopped_runs(folder: Path) -> list[int]:
    """One that the second process is told to stop, and then goes on; one that nobody stops. Where
    the first one was after each of its two calls."""
    (folder / f"pid-{os.environ['RANK']}").write_text(str(os.getpid()))

    def report(row: LogRow) -> None:
        if row.step == SIGNALLED_AT:
            os.kill(int((folder / "pid-1").read_text()), signal.SIGTERM)

    one_run("moco", folder / STRAIGHT)
    ends = []
    for telling in (report, lambda row: None):
        last = one_run("moco", folder / STOPPED, report=telling).last
        assert last is not None
        ends.append(last.step)
    return ends


def main(folder: Path) -> None:
    written: list[str] = []

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        told = str(arguments[0]) if arguments else ""
        writes = event == "open" and bool(arguments[2] & WRITES)
        if (writes or event in ("os.mkdir", "os.rename")) and told.startswith(str(folder)):
            written.append(told)

    sys.addaudithook(hear)
    all_runs(folder)
    found = list(written)
    facts = {"written": found, "ends": stopped_runs(folder)}
    (folder / f"rank-{os.environ['RANK']}.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
