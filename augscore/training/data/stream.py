"""All images of a store, one after another, for what looks at each once."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from augscore.images.batches import in_order
from augscore.training.data.store import Store


def stream(store: Store, *, workers: int) -> Iterator[torch.Tensor]:
    """uint8 (3, H, W) each, in the order of the collection; decoded ahead where they are not held.

    Raises as `Store.decoded`.
    """
    if store.held is None:
        yield from in_order(store.places.tolist(), store.decoded, workers=workers)
    else:
        yield from (store.held[place] for place in store.places.tolist())


def labels_of(store: Store) -> torch.Tensor | None:
    """(N,) int64 classes of the readable images; None where one has none."""
    labels = [store.images.labels[place] for place in store.places.tolist()]
    known = [label for label in labels if label is not None]
    return torch.tensor(known) if labels and len(known) == len(labels) else None
