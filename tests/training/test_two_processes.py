"""Two processes that share each batch are one process with all of it, from the first step to what
is kept of the run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from augscore.methods.table import METHODS
from augscore.runs.checkpoint import find_checkpoint
from augscore.training.reporting.log_row import LogRow
from tests.training import distributing
from tests.training.distributing import SIGNALLED_AT, STEPS, STOPPED, STRAIGHT, WEIGHTINGS

pytestmark = pytest.mark.slow

WATCHED = ("loss", "embedding_std", "positive_cosine")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what two processes under torchrun left."""
    folder = tmp_path_factory.mktemp("two")
    torchrun = [sys.executable, "-P", "-m", "torch.distributed.run", "--standalone"]
    process = subprocess.run(
        [*torchrun, "--nproc-per-node", "2", distributing.__file__, str(folder)],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert process.returncode == 0, process.stderr
    return folder


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one")
    distributing.all_runs(folder)
    return folder


def rows(run: Path) -> list[LogRow]:
    lines = (run / "metrics.jsonl").read_text("utf-8").splitlines()
    return [LogRow.from_json(json.loads(line)) for line in lines]


def tensors(run: Path) -> dict[str, torch.Tensor]:
    """Networks, copy, queue and moments at the end."""
    checkpoint = find_checkpoint(run / "checkpoints").checkpoint
    assert checkpoint is not None
    assert checkpoint.step == STEPS
    return dict(checkpoint.tensors)


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("method", METHODS)
def test_two_are_one(method: str, weighting: str, one: Path, two: Path) -> None:
    name = f"{method}-{weighting}"
    alone, together = rows(one / name), rows(two / name)
    assert len(alone) == len(together) == STEPS
    for a, b in zip(alone, together, strict=True):
        assert (a.weight_min is None) == (weighting == "none")
        for told in WATCHED if weighting == "none" else (*WATCHED, "weight_min", "weight_max"):
            assert getattr(b, told) == pytest.approx(getattr(a, told), rel=1e-4, abs=1e-5), told
        # Of 13 images, in which a row that is counted twice would show.
        assert (b.knn, b.knn_low, b.knn_high) == (a.knn, a.knn_low, a.knn_high)
    held = tensors(two / name)
    wanted = tensors(one / name)
    assert held.keys() == wanted.keys()
    moments = {key: tensor for key, tensor in wanted.items() if key.startswith("optimizer")}
    for key, tensor in wanted.items():
        # Moments of a bias that the loss takes off again are nothing but rounding.
        alike = moments if key in moments else {key: tensor}
        scale = max(float(like.abs().max()) for like in alike.values())
        assert float((held[key] - tensor).abs().max()) <= 1e-4 * scale, key


@pytest.mark.parametrize("method", METHODS)
def test_runs_move(method: str, one: Path) -> None:
    """Or two that stand still would be equal."""
    plain, weighted = (tensors(one / f"{method}-{weighting}") for weighting in WEIGHTINGS)
    name = next(key for key in plain if key.startswith("online.backbone"))
    assert float((plain[name] - weighted[name]).abs().max()) > 1e-5


def facts(two: Path, rank: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = json.loads((two / f"rank-{rank}.json").read_text())
    return found


def test_the_first_process_alone_writes(two: Path) -> None:
    assert facts(two, 0)["written"]
    assert facts(two, 1)["written"] == []


def test_a_signal_to_one_ends_both_after_the_same_step(two: Path) -> None:
    first, second = facts(two, 0)["ends"], facts(two, 1)["ends"]
    assert first == second
    assert SIGNALLED_AT <= first[0] < STEPS
    assert first[1] == STEPS
    straight = tensors(two / STRAIGHT)
    for key, tensor in tensors(two / STOPPED).items():
        assert torch.equal(tensor, straight[key]), key
