"""The loss scale of fp16 survives a checkpoint."""

from __future__ import annotations

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.precision import MixedPrecision

from augscore.training.stepping.fabric import make_fabric
from augscore.training.stepping.scaling import load_scale, scale_tensors


def scaled() -> Fabric:
    fabric = Fabric(accelerator="cpu", devices=1, plugins=MixedPrecision("16-mixed", "cpu"))
    fabric.launch()
    return fabric


def overflow(fabric: Fabric) -> None:
    """One step whose gradient is no number: it is left out, and the scale is halved."""
    model, optimizer = fabric.setup(
        layer := torch.nn.Linear(2, 1), torch.optim.SGD(layer.parameters(), lr=1.0)
    )
    fabric.backward(model(torch.ones(1, 2)).sum() * float("inf"))
    optimizer.step()


def test_a_scale_that_was_lowered_stays_lowered() -> None:
    first, second = scaled(), scaled()
    fresh = scale_tensors(second)
    overflow(first)
    kept = scale_tensors(first)
    assert kept["scaler.scale"] == fresh["scaler.scale"] / 2
    load_scale(second, {**kept, "online.weight": torch.zeros(2)})
    assert scale_tensors(second) == kept


def test_nothing_is_kept_where_nothing_is_scaled() -> None:
    fabric = make_fabric(torch.device("cpu"), "bf16")
    assert scale_tensors(fabric) == {}
    load_scale(fabric, {})
