"""The loss scale of fp16 as tensors of a checkpoint, since Fabric keeps it to itself."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from lightning_fabric import Fabric

_PART = "scaler."


def scale_tensors(fabric: Fabric) -> dict[str, torch.Tensor]:
    """Empty where nothing is scaled: float32 and bf16."""
    state = fabric.strategy.precision.state_dict()
    return {_PART + name: torch.tensor(value) for name, value in state.items()}


def load_scale(fabric: Fabric, tensors: Mapping[str, torch.Tensor]) -> None:
    """Go on with the scale that `scale_tensors` kept, if there is one."""
    found = {k.removeprefix(_PART): v.item() for k, v in tensors.items() if k.startswith(_PART)}
    if found:
        fabric.strategy.precision.load_state_dict(found)
