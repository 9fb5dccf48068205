"""The policy of a training run in the feed that the run had, on one fixed image."""

from __future__ import annotations

from contextlib import closing

import torch

from augscore.auditing.probing.pixels import digest_of
from augscore.auditing.table import LoaderFacts
from augscore.engine.module import Augment
from augscore.engine.policy import Policy
from augscore.images.collection import Collection
from augscore.images.records import Picture
from augscore.keys import ImageId
from augscore.training.data.feed import Feed
from augscore.training.data.store import open_store
from augscore.training.kept_feed import KeptFeed

EPOCHS, SAMPLES = 2, 32

Epoch = dict[ImageId, str]
"""A digest of all views of an image, by its id."""


def feed_facts(policy: Policy, kept: KeptFeed, image: torch.Tensor) -> LoaderFacts:
    """How many views differ over two epochs, decoded again for each by as many threads as the run
    had; against one epoch of as many images without threads, where every draw is another one.

    `image`: (3, H, W) uint8, which stands for each of about 32, and no batch is larger. It goes
    through the code of training: `Store` and `Feed` read it, `Augment` draws and applies, by the
    seed, batch size, size and views of the run.
    """
    batch = min(kept.batch_size, SAMPLES)
    count = -(-SAMPLES // batch) * batch
    own = _seen(policy, kept, _copies(image, count), batch, kept.workers, EPOCHS)
    (honest,) = _seen(policy, kept, _copies(image, count * EPOCHS), batch, 0, 1)
    return LoaderFacts(
        workers=kept.workers,
        epochs=EPOCHS,
        samples=count * EPOCHS,
        distinct=len({digest for epoch in own for digest in epoch.values()}),
        distinct_without_workers=len({*honest.values()}),
        workers_coincide=all(epoch == own[0] for epoch in own),
        replays=all(honest[name] == digest for name, digest in own[0].items()),
    )


def _copies(image: torch.Tensor, count: int) -> Collection:
    return Collection(
        name="one image",
        ids=tuple(range(count)),
        labels=(None,) * count,
        classes=(),
        reader=lambda place: Picture(place, image),
        fingerprint="",
    )


def _seen(
    policy: Policy, kept: KeptFeed, images: Collection, batch: int, workers: int, epochs: int
) -> list[Epoch]:
    augment = Augment(policy, size=kept.size, seed=kept.seed, views=kept.views)
    store = open_store(images, workers=workers, budget=0)
    feed = Feed(store, batch_size=batch, seed=kept.seed, workers=workers)
    seen: list[Epoch] = [{} for _ in range(epochs)]
    with closing(feed.batches(0, epochs * feed.steps_per_epoch)) as batches:
        for one in batches:
            views = augment(one.images, one.ids, one.epoch)
            for place, name in enumerate(one.ids):
                seen[one.epoch][name] = "".join(digest_of(view[place]) for view in views)
    return seen
