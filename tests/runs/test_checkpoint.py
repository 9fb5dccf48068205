"""Checkpoints: round trip, two kept, a damaged last one costs one interval."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save

from augscore.runs.checkpoint import Checkpoint, load_checkpoint, save_checkpoint


def at(step: int) -> Checkpoint:
    tensors = {
        "w": torch.arange(12.0).reshape(3, 4).T + step,
        "half": torch.tensor([0.1], dtype=torch.bfloat16),
        "n": torch.tensor(step),
    }
    return Checkpoint(step, {"seed": 0, "sizes": [1, 2], "name": "é"}, tensors)


def test_there_is_none_at_first(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path) is None
    assert load_checkpoint(tmp_path / "missing") is None


def test_a_round_trip_is_bit_equal(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "new" / "folder", at(5))
    loaded = load_checkpoint(tmp_path / "new" / "folder")
    assert loaded is not None
    assert loaded.step == 5
    assert loaded.settings == at(5).settings
    for name, tensor in at(5).tensors.items():
        assert torch.equal(loaded.tensors[name], tensor)
        assert loaded.tensors[name].dtype == tensor.dtype


def test_the_last_two_are_kept_even_where_digits_change(tmp_path: Path) -> None:
    for step in (8, 9, 10, 11):
        save_checkpoint(tmp_path, at(step))
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "step-00000010.safetensors",
        "step-00000011.safetensors",
    ]
    newest = load_checkpoint(tmp_path)
    assert newest is not None
    assert newest.step == 11


@pytest.mark.parametrize("damage", ["cut", "empty", "other", "garbage", "no step"])
def test_a_damaged_last_one_falls_back_to_the_one_before(tmp_path: Path, damage: str) -> None:
    save_checkpoint(tmp_path, at(1))
    last = save_checkpoint(tmp_path, at(2))
    data = last.read_bytes()
    spoiled = {
        "cut": data[: len(data) // 2],
        "empty": b"",
        "other": save({"w": torch.zeros(1)}),
        "garbage": b"\xff" * 40,
        "no step": save({"w": torch.zeros(1)}, metadata={"augscore": "{}"}),
    }
    last.write_bytes(spoiled[damage])
    loaded = load_checkpoint(tmp_path)
    assert loaded is not None
    assert loaded.step == 1


def test_a_left_over_temporary_file_is_not_taken(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, at(1))
    (tmp_path / ".step-00000002.safetensors.tmp-1").write_bytes(b"half")
    loaded = load_checkpoint(tmp_path)
    assert loaded is not None
    assert loaded.step == 1


def test_tensors_that_share_memory_or_need_gradients_are_saved(tmp_path: Path) -> None:
    base = torch.arange(4.0, requires_grad=True)
    save_checkpoint(tmp_path, Checkpoint(1, {}, {"a": base, "b": base, "c": base[1:3]}))
    loaded = load_checkpoint(tmp_path)
    assert loaded is not None
    assert loaded.tensors["c"].tolist() == [1, 2]
    assert loaded.tensors["b"].tolist() == [0, 1, 2, 3]
