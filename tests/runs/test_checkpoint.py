"""Checkpoints: round trip, two kept, a damaged last one costs one interval."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from augscore.errors import HostError
from augscore.runs import checkpoint as module
from augscore.runs.checkpoint import (
    Checkpoint,
    find_checkpoint,
    remove_checkpoints,
    save_checkpoint,
)


def loaded(folder: Path) -> Checkpoint | None:
    return find_checkpoint(folder).checkpoint


def at(step: int) -> Checkpoint:
    tensors = {
        "w": torch.arange(12.0).reshape(3, 4).T + step,
        "half": torch.tensor([0.1], dtype=torch.bfloat16),
        "n": torch.tensor(step),
    }
    return Checkpoint(step, {"seed": 0, "sizes": [1, 2], "name": "é"}, tensors)


def test_there_is_none_at_first(tmp_path: Path) -> None:
    assert loaded(tmp_path) is None
    assert loaded(tmp_path / "missing") is None


def test_a_round_trip_is_bit_equal(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "new" / "folder", at(5))
    found = loaded(tmp_path / "new" / "folder")
    assert found is not None
    assert found.step == 5
    assert found.settings == at(5).settings
    for name, tensor in at(5).tensors.items():
        assert torch.equal(found.tensors[name], tensor)
        assert found.tensors[name].dtype == tensor.dtype


def test_the_last_two_are_kept_even_where_digits_change(tmp_path: Path) -> None:
    for step in (8, 9, 10, 11):
        save_checkpoint(tmp_path, at(step))
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "step-00000010.safetensors",
        "step-00000011.safetensors",
    ]
    newest = loaded(tmp_path)
    assert newest is not None
    assert newest.step == 11


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _header_end(data: bytes) -> int:
    return 8 + int.from_bytes(data[:8], "little")


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "cut at the end": lambda data: data[:-1],
    "empty": lambda data: b"",
    "other": lambda data: save({"w": torch.zeros(1)}),
    "garbage": lambda data: b"\xff" * 40,
    "zeros": lambda data: bytes(len(data)),
    "no step": lambda data: save({"w": torch.zeros(1)}, metadata={"augscore": "{}"}),
    "a list": lambda data: save({"w": torch.zeros(1)}, metadata={"augscore": "[]"}),
    "length flipped": lambda data: _flipped(data, 0),
    "step flipped": lambda data: data.replace(b'step\\": 2', b'step\\": 3'),
    "setting flipped": lambda data: data.replace(b'seed\\": 0', b'seed\\": 1'),
    "name flipped": lambda data: data.replace(b'"half"', b'"hall"'),
    "first weight flipped": lambda data: _flipped(data, _header_end(data)),
    "last weight flipped": lambda data: _flipped(data, len(data) - 1),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_last_one_costs_one_interval(damage: str, tmp_path: Path) -> None:
    save_checkpoint(tmp_path, at(1))
    last = save_checkpoint(tmp_path, at(2))
    spoiled = DAMAGES[damage](last.read_bytes())
    assert spoiled != last.read_bytes()
    last.write_bytes(spoiled)
    found = find_checkpoint(tmp_path)
    assert found.checkpoint is not None
    assert found.checkpoint.step == 1
    assert [d.step for d in found.damaged] == [2]
    assert found.damaged[0].why


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_one_that_is_not_finite_is_damaged(value: float, tmp_path: Path) -> None:
    save_checkpoint(tmp_path, at(1))
    save_checkpoint(tmp_path, Checkpoint(2, {}, {"w": torch.tensor([1.0, value])}))
    found = find_checkpoint(tmp_path)
    assert found.checkpoint is not None
    assert found.checkpoint.step == 1
    assert found.damaged[0].why == "w is not finite"


def test_where_both_are_damaged_there_is_none(tmp_path: Path) -> None:
    for step in (1, 2):
        save_checkpoint(tmp_path, at(step)).write_bytes(b"")
    found = find_checkpoint(tmp_path)
    assert found.checkpoint is None
    assert [d.step for d in found.damaged] == [2, 1]


def test_damaged_ones_of_later_steps_give_way_to_the_next_good_one(tmp_path: Path) -> None:
    for step in (7, 8):
        save_checkpoint(tmp_path, at(step)).write_bytes(b"")
    save_checkpoint(tmp_path, at(3))
    assert [p.name for p in tmp_path.iterdir()] == ["step-00000003.safetensors"]


def test_a_full_disk_leaves_the_earlier_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in (1, 2):
        save_checkpoint(tmp_path, at(step))

    def full(path: Path, data: bytes) -> None:
        raise HostError("no space left", code="disk_full")

    monkeypatch.setattr(module, "write_bytes", full)
    with pytest.raises(HostError):
        save_checkpoint(tmp_path, at(3))
    assert len(list(tmp_path.iterdir())) == 2
    newest = loaded(tmp_path)
    assert newest is not None
    assert newest.step == 2


def test_only_checkpoints_are_removed(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, at(1))
    for name in ("step-x.safetensors", "step-00000001.txt", "step-0000000a.safetensors"):
        (tmp_path / name).write_text("mine")
    remove_checkpoints(tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_more_than_eight_digits_still_sort_by_number(tmp_path: Path) -> None:
    for step in (99_999_999, 100_000_000):
        save_checkpoint(tmp_path, at(step))
    newest = loaded(tmp_path)
    assert newest is not None
    assert newest.step == 100_000_000


def test_a_left_over_temporary_file_is_not_taken(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, at(1))
    (tmp_path / ".step-00000002.safetensors.tmp-1").write_bytes(b"half")
    found = loaded(tmp_path)
    assert found is not None
    assert found.step == 1


def test_tensors_that_share_memory_or_need_gradients_are_saved(tmp_path: Path) -> None:
    base = torch.arange(4.0, requires_grad=True)
    save_checkpoint(tmp_path, Checkpoint(1, {}, {"a": base, "b": base, "c": base[1:3]}))
    found = loaded(tmp_path)
    assert found is not None
    assert found.tensors["c"].tolist() == [1, 2]
    assert found.tensors["b"].tolist() == [0, 1, 2, 3]
