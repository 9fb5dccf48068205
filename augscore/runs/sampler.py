"""Which images a step sees: a pure function of (seed, step), whatever the number of processes."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore import keys
from augscore.errors import UsageError

_ORDER = keys.slot("sampler", 0, "order")


@dataclass(frozen=True)
class Share:
    """What one process does of a step: its images, as places in what is sampled.

    `epoch` counts from 0, `step` over all epochs, and `places` is int64 (B,).
    """

    epoch: int
    step: int
    places: torch.Tensor


@dataclass(frozen=True)
class Sampler:
    """Every epoch is a permutation by keys, cut into batches; what does not fill one is left out.

    image_keys  (N,) int64, as of `augscore.keys.image_keys`: not their order, but who is there
                decides
    batch_size  images of a step over all `world` processes; process `rank` takes its part of each
    """

    image_keys: torch.Tensor
    batch_size: int
    seed: int
    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        count = len(self.image_keys)
        if self.batch_size < 1 or self.batch_size % self.world:
            raise UsageError(
                f"a batch of {self.batch_size} images cannot be shared by {self.world} processes",
                code="usage",
                hint="Give a multiple of their number",
            )
        if count < self.batch_size:
            raise UsageError(
                f"a batch of {self.batch_size:,} images needs as many, and there are {count:,}",
                code="too_few_images",
                hint=f"Give a batch size of at most {max(1, count):,}, or more images",
            )

    @property
    def steps_per_epoch(self) -> int:
        return len(self.image_keys) // self.batch_size

    @property
    def share_size(self) -> int:
        """Images of a step for one process."""
        return self.batch_size // self.world

    def order(self, epoch: int) -> torch.Tensor:
        """(N,) int64 places in the order of an epoch."""
        hashes = keys.image_hashes(self.image_keys, seed=self.seed, epoch=epoch)
        return torch.argsort(keys.field_keys_of(hashes, _ORDER), stable=True)

    def share(self, step: int, order: torch.Tensor | None = None) -> Share:
        """This process's part of a step, counted from 0 over all epochs; `order` is that of the
        step's epoch, if it is known already."""
        epoch, within = divmod(step, self.steps_per_epoch)
        places = self.order(epoch) if order is None else order
        first = within * self.batch_size + self.rank * self.share_size
        return Share(epoch, step, places[first : first + self.share_size])
