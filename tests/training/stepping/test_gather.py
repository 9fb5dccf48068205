"""Two processes with half of a batch each are one process with all of it."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file

from augscore.training.stepping.gather import gather
from tests.training.stepping import gathering

Results = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[Results]:
    """What each of two gloo processes found."""
    folder = tmp_path_factory.mktemp("gathering")
    command = [sys.executable, "-P", gathering.__file__]
    ranks = [
        subprocess.Popen([*command, str(rank), str(folder)], stderr=subprocess.PIPE, text=True)
        for rank in range(2)
    ]
    for rank in ranks:
        _, told = rank.communicate(timeout=300)
        assert rank.returncode == 0, told
    return [load_file(folder / f"rank-{rank}.safetensors") for rank in range(2)]


@pytest.fixture(scope="module")
def one() -> Results:
    return gathering.results(slice(0, gathering.COUNT), parallel=False)


@pytest.mark.parametrize("form", [name for name, *_ in gathering.forms()])
@pytest.mark.parametrize("kind", ["plain", "weighted"])
def test_loss_and_gradients_of_two_are_those_of_one(
    one: Results, two: list[Results], form: str, kind: str
) -> None:
    names = [name for name in one if name.startswith(f"{form}/{kind}/")]
    assert len(names) >= 3
    for rank in two:
        for name in names:
            torch.testing.assert_close(rank[name], one[name], rtol=1e-10, atol=1e-12)


def test_weights_and_methods_are_told_apart(one: Results) -> None:
    losses = [float(value) for name, value in one.items() if name.endswith("/loss")]
    assert len({round(loss, 9) for loss in losses}) == len(losses)


def test_rows_come_in_the_order_of_ranks(two: list[Results]) -> None:
    for rank in two:
        assert rank["rows/ids"].tolist() == [[0, 0], [1, 10]]
        assert rank["rows/halves"].flatten().tolist() == [0.5, 0.5, 1.5, 1.5]


def test_alone_rows_are_returned_as_they_are() -> None:
    rows = torch.ones(3, 2)
    assert gather(rows) is rows
