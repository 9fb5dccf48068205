"""One step of every method on two processes: run by `test_gather.py`, as a script, once a rank.

Each rank holds half of the batch. The network is linear and wrapped in DDP; the loss is that of the
gathered batch, as the training loop takes it. Losses and gradients go into a safetensors file.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import save
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from augscore.methods.record import Constants, Embeddings, Method, TargetConstants
from augscore.methods.table import METHODS
from augscore.methods.wmse import WmseConstants
from augscore.training.stepping.gather import gather

COUNT, PIXELS, DIMS = 12, 7, 4
WEIGHTS = torch.tensor([0.0, 3, 1, 2, 0.5, 1, 1, 0, 0, 4, 1, 0.2])


class Network(nn.Module):
    """A projection, and a prediction from it."""

    def __init__(self, predicts: bool) -> None:
        super().__init__()
        self.projector = nn.Linear(PIXELS, DIMS, dtype=torch.float64)
        self.predictor = nn.Linear(DIMS, DIMS, dtype=torch.float64) if predicts else None
        for seed, parameter in enumerate(self.parameters()):
            parameter.data = _normals(seed, *parameter.shape) / 2

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        z = self.projector(pixels)
        return z, None if self.predictor is None else self.predictor(z)


def forms() -> list[tuple[str, Method, Constants, torch.Tensor | None]]:
    """Name, method, constants and queue: those with a target once with a queue and once without."""
    found: list[tuple[str, Method, Constants, torch.Tensor | None]] = []
    for name, method in METHODS.items():
        constants = method.constants
        if isinstance(constants, TargetConstants):
            both = replace(constants, symmetric=True)
            found.append((f"{name}-queue", method, both, _normals(90, 5, DIMS)))
            found.append((f"{name}-batch", method, constants, None))
        elif isinstance(constants, WmseConstants):
            found.append((name, method, replace(constants, slice_size=6), None))
        else:
            found.append((name, method, constants, None))
    return found


def results(part: slice, *, parallel: bool) -> dict[str, torch.Tensor]:
    """For every form, weighted and not: the loss and the gradients of all parameters."""
    found = {}
    for name, method, constants, queue in forms():
        for weights in (None, WEIGHTS):
            network: nn.Module = Network(method.predictor is not None)
            if parallel:
                network = DistributedDataParallel(network)
            embedded = _embed(network, part, queue)
            held = None if weights is None else gather(weights[part])
            loss = method.loss(embedded, constants).reduce(held)
            torch.autograd.backward(loss)
            kind = f"{name}/{'plain' if weights is None else 'weighted'}"
            found[f"{kind}/loss"] = loss.detach()
            for place, parameter in enumerate(network.parameters()):
                assert parameter.grad is not None
                found[f"{kind}/{place}"] = parameter.grad
    return found


def _embed(network: nn.Module, part: slice, queue: torch.Tensor | None) -> Embeddings:
    both = torch.cat([_normals(50, COUNT, PIXELS)[part], _normals(51, COUNT, PIXELS)[part]])
    z, p = network(both)
    z1, z2 = (gather(half) for half in z.chunk(2))
    p1, p2 = (None, None) if p is None else (gather(half) for half in p.chunk(2))
    k1, k2 = (gather(_normals(seed, COUNT, DIMS)[part]) for seed in (60, 61))
    return Embeddings(z1, z2, p1, p2, k1, k2, queue, torch.Generator().manual_seed(3))


def _normals(seed: int, *shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def main(rank: int, folder: Path) -> None:
    dist.init_process_group("gloo", f"file://{folder}/meeting", world_size=2, rank=rank)
    try:
        half = COUNT // 2
        found = results(slice(rank * half, (rank + 1) * half), parallel=True)
        found["rows/ids"] = gather(torch.tensor([[rank, 10 * rank]]))
        found["rows/halves"] = gather(torch.full((2, 1), rank + 0.5, dtype=torch.bfloat16))
        (folder / f"rank-{rank}.safetensors").write_bytes(save(found))
        dist.barrier()
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
