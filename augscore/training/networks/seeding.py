"""Initial weights from a seed, one stream of random numbers for each part of a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from augscore import keys


@contextmanager
def seeded_weights(seed: int, part: str) -> Iterator[None]:
    """Modules made inside are on the CPU, and their weights depend on `seed` and `part` alone.

    The global random state is as it was afterwards; that of other devices is never touched.
    """
    with torch.random.fork_rng(devices=[]), torch.device("cpu"):
        torch.default_generator.manual_seed(keys.rank(part, purpose="initial weights", seed=seed))
        yield
