"""Whether kernels can run: Triton comes with torch for CUDA on Linux, ours for the CPU is built."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import torch

from augscore.engine.native.library import has_library


def has_kernels(device: torch.device) -> bool:
    """Whether an operation's kernel can run on a device, if it has one for it."""
    return has_library() if device.type == "cpu" else device.type == "cuda" and _has_triton()


@cache
def _has_triton() -> bool:
    return find_spec("triton") is not None
