"""Where a program is at work: grids have one axis, since only the first may be long."""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def place_of(values, BLOCK: tl.constexpr):
    """The row of the batch, and which of its `values` numbers."""
    blocks = tl.cdiv(values, BLOCK)
    row = tl.program_id(0) // blocks
    return row, tl.program_id(0) % blocks * BLOCK + tl.arange(0, BLOCK)
