"""Batches in the order of the sampler, from any step on, the same whatever the workers."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice, tee

import torch

from augscore import keys
from augscore.images.batches import in_order
from augscore.keys import ImageId
from augscore.runs.sampler import Sampler, Share
from augscore.training.data.store import Pixels, Store, joined

_BATCHES_AHEAD = 2


@dataclass(frozen=True)
class Batch:
    """What one process gets of a step.

    images      uint8 on the CPU: (B, 3, H, W), or a list of (3, H, W) of several sizes
    ids         of the images
    indices     (B,) int64 places of the images in the collection
    epoch, step from 0; steps are counted over all epochs
    """

    images: Pixels
    ids: list[ImageId]
    indices: torch.Tensor
    epoch: int
    step: int


class Feed:
    """The images of a store, step after step."""

    def __init__(
        self,
        store: Store,
        *,
        batch_size: int,
        seed: int,
        rank: int = 0,
        world: int = 1,
        workers: int = 0,
    ) -> None:
        """`batch_size` is that of all `world` processes together. Raises UsageError as `Sampler`
        (`too_few_images` for fewer images than a batch)."""
        self._store = store
        self._sampler = Sampler(keys.image_keys(store.ids), batch_size, seed, rank, world)
        self._workers = workers

    @property
    def steps_per_epoch(self) -> int:
        return self._sampler.steps_per_epoch

    def batches(self, first: int, last: int) -> Generator[Batch]:
        """One batch for each step from `first` on, up to and without `last`.

        Close the iterator to stop early: threads may be decoding ahead. Raises InputError
        (`image_lost`) for a file that was lost since the store was opened.
        """
        shares = self._shares(first, last)
        if self._store.held is not None:
            return (self._held(share) for share in shares)
        return self._decoded(shares)

    def _shares(self, first: int, last: int) -> Iterator[Share]:
        sampler, epoch = self._sampler, -1
        order = torch.empty(0)
        for step in range(first, last):
            if step // sampler.steps_per_epoch != epoch:
                epoch = step // sampler.steps_per_epoch
                order = sampler.order(epoch)
            share = sampler.share(step, order)
            yield replace(share, places=self._store.places[share.places])

    def _held(self, share: Share) -> Batch:
        return self._batch(share, self._store.held_pixels(share.places))

    def _decoded(self, shares: Iterator[Share]) -> Generator[Batch]:
        shares, again = tee(shares)
        places = (place for share in again for place in share.places.tolist())
        ahead = _BATCHES_AHEAD * self._sampler.share_size
        images = in_order(places, self._store.decoded, workers=self._workers, ahead=ahead)
        with closing(images):
            for share in shares:
                yield self._batch(share, joined(list(islice(images, len(share.places)))))

    def _batch(self, share: Share, images: Pixels) -> Batch:
        ids = [self._store.images.ids[place] for place in share.places.tolist()]
        return Batch(images, ids, share.places, share.epoch, share.step)
