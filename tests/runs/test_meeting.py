"""Two processes that agree: values, failures, and the end of one of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from augscore.errors import HostError
from augscore.runs.meeting import meeting
from augscore.runs.ranks import local_ranks, own_shard, rank, ranks
from augscore.runs.shard import Shard
from tests.runs import meeting_of_two

Found = Mapping[str, Any]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[Found]:
    """What each process found."""
    folder = tmp_path_factory.mktemp("two")
    torchrun = [sys.executable, "-P", "-m", "torch.distributed.run", "--standalone"]
    process = subprocess.run(
        [*torchrun, "--nproc-per-node", "2", meeting_of_two.__file__, str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert process.returncode == 0, process.stderr
    return [json.loads((folder / f"rank-{k}.json").read_text()) for k in (0, 1)]


def of_both(two: list[Found], name: str) -> list[object]:
    return [found[name] for found in two]


def test_each_knows_its_place(two: list[Found]) -> None:
    assert of_both(two, "ranks") == [[0, 2, 2, "1/2"], [1, 2, 2, "2/2"]]


def test_values_come_in_the_order_of_ranks(two: list[Found]) -> None:
    assert of_both(two, "from_all") == [[{"rank": 0}, {"rank": 1}]] * 2
    assert of_both(two, "at_first") == [[[0], [1, 1]], []]
    assert of_both(two, "fine") == [["done", 0], ["done", 1]]


def test_a_failure_anywhere_ends_both_and_the_first_tells_it(two: list[Found]) -> None:
    own = ["no 0", "code-0", "Try", 2]
    others = ["process 2 of 2: no 1", "code-1", "Try", 3]
    assert two[0]["first fails"] == two[0]["both fail"] == ["told here", *own]
    assert two[0]["second fails"] == ["told here", *others]
    assert two[1]["second fails"] == ["told elsewhere", *others]
    for name in ("first fails", "both fail"):
        kind, _, code, _, exit_code = two[1][name]
        assert (kind, code, exit_code) == ("told elsewhere", "code-0", 2)


def test_one_that_is_no_more_is_missed_at_once(two: list[Found]) -> None:
    assert two[0]["lost"] == ["another process of this job ended early", "process_lost", 4]


def test_one_process_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    assert (rank(), ranks(), local_ranks(), own_shard()) == (0, 1, 1, Shard(1, 1))
    monkeypatch.setenv("RANK", "3")  # of something else
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert (rank(), ranks(), local_ranks(), own_shard()) == (0, 1, 1, Shard(1, 1))


def test_processes_that_were_not_started_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("RANK", "0")
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    with pytest.raises(HostError, match="WORLD_SIZE is 4") as caught, meeting():
        raise AssertionError("they met")
    assert caught.value.code == "process_lost"
