"""The state of a fit as the tensors of a checkpoint, and back."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from augscore.runs.checkpoint import Checkpoint
from augscore.score.fit import FitState


def to_checkpoint(state: FitState, settings: Mapping[str, object]) -> Checkpoint:
    tensors: dict[str, torch.Tensor] = {}
    for i, p in enumerate(state.denoiser.parameters()):
        tensors[f"weights.{i:03d}"] = p
        tensors[f"average.{i:03d}"] = state.average[i]
        for name, value in state.optimizer.state[p].items():
            tensors[f"{name}.{i:03d}"] = torch.as_tensor(value)
    return Checkpoint(state.step, settings, tensors)


@torch.no_grad()
def restore(state: FitState, checkpoint: Checkpoint, device: torch.device) -> None:
    """Make `state`, of the same architecture, what it was when the checkpoint was made of it."""
    tensors = checkpoint.tensors
    for i, p in enumerate(state.denoiser.parameters()):
        p.copy_(tensors[f"weights.{i:03d}"].to(device))
        state.average[i].copy_(tensors[f"average.{i:03d}"].to(device))
        if f"step.{i:03d}" not in tensors:
            continue  # no step was finite so far
        moments = {}
        for name in ("exp_avg", "exp_avg_sq"):
            moment = torch.empty_like(p, memory_format=torch.preserve_format)
            moments[name] = moment.copy_(tensors[f"{name}.{i:03d}"].to(device))
        state.optimizer.state[p] = {"step": tensors[f"step.{i:03d}"], **moments}
    state.step = checkpoint.step
