"""How fast a device moves memory: the ceiling of whatever reads and writes images."""

from __future__ import annotations

import statistics

import torch

from augscore.benching.clock import seconds_of

_ROUNDS, _COPIES = 5, 4
_BYTES = {"cuda": 2**30, "cpu": 2**27, "mps": 2**28}


def copy_bandwidth(device: torch.device) -> float:
    """Bytes read and written in a second by copies too large for a cache; the median of five."""
    source = torch.zeros(_BYTES[device.type], dtype=torch.uint8, device=device)
    target = torch.empty_like(source)

    def copy() -> None:
        for _ in range(_COPIES):
            target.copy_(source)

    copy()
    spent = statistics.median(seconds_of(copy, device) for _ in range(_ROUNDS))
    return 2 * _COPIES * len(source) / spent
