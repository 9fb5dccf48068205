"""What every launch needs: numbers packed into one upload, and how many programs cover a plane."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from augscore.engine.ops.record import upload

BLOCK = 1024


def pack(
    rows: torch.Tensor, columns: Sequence[torch.Tensor], device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """(N,) rows and columns of the host → (N,) int32 and (columns, N) float32 on the device.

    One copy carries both: the rows travel as the bits of floats.
    """
    import numpy as np

    table = np.empty((len(columns) + 1, len(rows)), dtype=np.float32)
    table[0].view(np.int32)[:] = rows.numpy()
    for place, column in enumerate(columns, start=1):
        table[place] = column.numpy()
    there = upload(torch.from_numpy(table), device)
    return there[0].view(torch.int32), there[1:]


def blocks(pixels: int, block: int = BLOCK) -> int:
    return -(-pixels // block)
