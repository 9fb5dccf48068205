"""Every global generator that a pipeline may draw from: seeded from a key, then put back."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

_MASK, _HALF = (1 << 64) - 1, (1 << 32) - 1


def unsigned(key: int) -> int:
    """A 64-bit key as a seed: `random.seed` would not tell a negative number from its opposite."""
    return key & _MASK


@contextmanager
def seeded(key: int) -> Iterator[None]:
    """Inside, `random`, numpy's legacy generator and torch's on the CPU start from `key`.

    Afterwards they are where they were. Generators of other devices are not touched. Threads share
    these generators: only one at a time may be in here.
    """
    seed = unsigned(key)
    with put_back():
        random.seed(seed)
        np.random.seed([seed & _HALF, seed >> 32])
        torch.default_generator.manual_seed(seed)
        yield


@contextmanager
def put_back() -> Iterator[None]:
    """Afterwards the same generators are where they were, whatever is drawn inside."""
    plain, legacy = random.getstate(), np.random.get_state()
    numbers = torch.default_generator.get_state()
    try:
        yield
    finally:
        random.setstate(plain)
        np.random.set_state(legacy)
        torch.default_generator.set_state(numbers)
