"""The digest of tensors: whatever changes them changes it, however they lie in memory."""

from __future__ import annotations

import pytest
import torch

from augscore.runs.digest import digest, not_finite

TENSORS = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(7), "c": torch.zeros(0)}


def test_it_does_not_depend_on_order_strides_or_gradients() -> None:
    other = dict(reversed(list(TENSORS.items())))
    other["a"] = TENSORS["a"].T.contiguous().T.requires_grad_()
    assert digest("head", other) == digest("head", TENSORS)


@pytest.mark.parametrize(
    "change",
    [
        {"a": torch.arange(6.0).reshape(3, 2)},
        {"a": torch.arange(6.0).reshape(2, 3).nextafter(torch.tensor(9.0))},
        {"a": torch.arange(6.0).reshape(2, 3).view(torch.int32)},
        {"b": torch.tensor(8)},
        {"b": torch.tensor([7])},
        {"d": torch.zeros(0)},
        {"c": torch.zeros(0, dtype=torch.bfloat16)},
    ],
)
def test_any_change_changes_it(change: dict[str, torch.Tensor]) -> None:
    assert digest("head", TENSORS | change) != digest("head", TENSORS)
    assert digest("heat", TENSORS) != digest("head", TENSORS)


def test_tensors_that_are_not_finite_are_named_in_order() -> None:
    bad = {"z": torch.tensor([torch.nan]), "m": torch.tensor([1, -torch.inf]), "n": torch.ones(2)}
    assert not_finite(bad | {"i": torch.tensor(3)}) == ["m", "z"]
