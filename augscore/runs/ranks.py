"""Which of the processes that torchrun started this one is, told by the environment."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from augscore.runs.shard import Shard

if TYPE_CHECKING:
    import torch

# Others wait while the first process trains the score network, or while one has slower images.
PATIENCE = timedelta(hours=24)


def ranks() -> int:
    """Processes that torchrun started together; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rank() -> int:
    """This one's number, from 0."""
    return int(os.environ.get("RANK", "0")) if ranks() > 1 else 0


def local_ranks() -> int:
    """How many of them share this machine."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1")) if ranks() > 1 else 1


def own_device(device: torch.device) -> torch.device:
    """Of this process: under torchrun each takes the accelerator of its local number."""
    if device.type == "cuda" and ranks() > 1:
        import torch

        return torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    return device


def own_shard() -> Shard:
    """The images of this process."""
    return Shard(rank() + 1, ranks())
