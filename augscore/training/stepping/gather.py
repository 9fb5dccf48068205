"""Rows of all ranks, so that a loss sees the whole batch, with the gradient of one process."""

from __future__ import annotations

from typing import Any

import torch
import torch.distributed as dist


def gather(rows: torch.Tensor) -> torch.Tensor:
    """(W · N, …) the rows (N, …) of W ranks in the order of the ranks; N is the same on all.

    Every rank computes the loss of the whole batch from them. Backward adds up what all ranks ask
    of these rows and takes this rank's share, W times the gradient of the one loss; the mean over
    ranks, which DDP takes of the parameters' gradients, is then that of a single process. Without
    a process group the rows are returned as they are.
    """
    if not (dist.is_available() and dist.is_initialized()) or dist.get_world_size() == 1:
        return rows
    gathered: torch.Tensor = _Gather.apply(rows)
    return gathered


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor) -> torch.Tensor:
        ctx.count = len(rows)
        gathered = rows.new_empty((dist.get_world_size() * len(rows), *rows.shape[1:]))
        dist.all_gather(list(gathered.chunk(dist.get_world_size())), rows.contiguous())
        return gathered

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        total = gradients[0].clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total)
        return total.narrow(0, dist.get_rank() * ctx.count, ctx.count)
