"""Fewer images to train on: as many by their keys, the same for a run and for what judges it."""

from __future__ import annotations

from dataclasses import replace

from augscore import keys
from augscore.training.data.split import Split


def limited(parts: Split, limit: int | None, *, seed: int) -> Split:
    """At most `limit` images for training, in their own order: more files never change who else
    is in. The test images stay as they are."""
    train = parts.train
    if limit is None or len(train) <= limit:
        return parts
    chosen = keys.smallest_ranks(train.ids, limit, purpose="sample", seed=seed)
    fewer = train.select([place for place, name in enumerate(train.ids) if name in chosen])
    told = f"{parts.told}; only {limit:,} of those for training are used (limit)"
    return replace(parts, train=fewer, told=told)


def as_trained_on(parts: Split, images: int, fingerprint: str, *, seed: int) -> Split:
    """Of the images of a run with that seed, only those that it was limited to; other images, whose
    fingerprint differs, are left as they are."""
    fewer = limited(parts, images, seed=seed)
    return fewer if fewer.train.fingerprint == fingerprint else parts
