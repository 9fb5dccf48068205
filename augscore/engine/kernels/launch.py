"""What every launch needs: numbers packed into one upload, and how many programs cover a plane."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from augscore.engine.ops.record import upload

BLOCK = 1024


def pack(
    rows: Sequence[int], columns: Sequence[torch.Tensor], device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows and (N,) columns of the host → (N,) int32 and (N, columns) float32 on the device.

    One copy carries both: the rows travel as the bits of floats.
    """
    table = torch.empty(len(rows), len(columns) + 1, dtype=torch.float32)
    table[:, 0].view(torch.int32).copy_(torch.tensor(rows, dtype=torch.int32))
    for place, column in enumerate(columns, start=1):
        table[:, place] = column
    there = upload(table.T.contiguous(), device)
    return there[0].view(torch.int32), there[1:]


def blocks(pixels: int, block: int = BLOCK) -> int:
    return -(-pixels // block)
