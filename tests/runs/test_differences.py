"""Differences of settings are told by the names that set them."""

from __future__ import annotations

from collections.abc import Mapping

from augscore.runs.differences import differences, listed, only_length


def told(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    return [str(change) for change in differences(old, new)]


def test_a_difference_within_a_setting_is_told_alone() -> None:
    old = {"optim": {"lr": 0.1, "momentum": 0.9}, "arch": "small"}
    new = {"optim": {"lr": 0.2, "momentum": 0.9}, "arch": "small"}
    assert told(old, new) == ["optim.lr: 0.1 → 0.2"]
    assert told({"c": {"t": 1}}, {"c": {"k": 2}}) == ["c.t: 1 → null", "c.k: null → 2"]
    assert told({"steps": 10}, {"steps": 10}) == []


def test_names_are_those_of_options() -> None:
    old = {"batch_size": 8, "optim": {"warmup_epochs": 1}, "constants": {"queue_size": 4}}
    new = {"batch_size": 16, "optim": {"warmup_epochs": 2}, "constants": {"queue_size": 5}}
    assert told(old, new) == [
        "batch-size: 8 → 16",
        "optim.warmup-epochs: 1 → 2",
        "queue-size: 4 → 5",
    ]
    assert told({"settings": {}}, {"settings": {"optim.lr": 0.1}}) == ["optim.lr: null → 0.1"]


def test_long_values_are_cut_and_many_changes_counted() -> None:
    assert told({"policy": "a"}, {"policy": "b" * 100}) == [f'policy: "a" → "{"b" * 59}…']
    many = differences({str(n): n for n in range(9)}, {str(n): -n for n in range(9)})
    assert len(many) == 8
    assert listed(many).endswith("6: 6 → -6; and 2 more")
    assert listed(many[:1]) == "1: 1 → -1"


def test_the_length_alone() -> None:
    assert only_length(differences({"epochs": 1, "steps": 5}, {"epochs": 2, "steps": 10}))
    assert not only_length(differences({"steps": 5, "lr": 1}, {"steps": 6, "lr": 2}))
    assert not only_length([])
