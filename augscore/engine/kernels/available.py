"""Whether kernels can run: Triton comes with torch for CUDA on Linux."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import torch


def has_kernels(device: torch.device) -> bool:
    """Whether an operation's kernel can run on a device."""
    return device.type == "cuda" and _has_triton()


@cache
def _has_triton() -> bool:
    return find_spec("triton") is not None
