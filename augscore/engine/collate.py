"""The engine in a DataLoader: samples are made into batches of views by its workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from PIL import Image
from torch.utils.data import Dataset, default_collate

from augscore.engine.augment import Views
from augscore.engine.door import check_id, check_images, check_whole
from augscore.engine.draw import Precision
from augscore.engine.normalized import NormalizeChoice
from augscore.engine.ops.record import BackendChoice
from augscore.engine.policies import PolicyLike
from augscore.engine.recipe import Recipe
from augscore.errors import TensorError, UsageError
from augscore.images.colours import Unmeasurable, to_rgb
from augscore.images.sets import Indexed
from augscore.keys import ImageId


class Batch(NamedTuple):
    """One float32 (B, 3, S, S) a view; labels as torch's `default_collate` puts them together; the
    ids of the images."""

    views: Views
    labels: Any
    ids: tuple[ImageId, ...]


class WithIds(Dataset[tuple[Any, Any, int]]):
    """A data set whose items (image, label) come with their index: (image, label, index).

    A `collate_fn` is not told which items it gets; draws of an image's own need to know.
    """

    def __init__(self, dataset: Indexed) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> tuple[Any, Any, int]:
        image, label = self.dataset[index]
        return image, label, index


class Collate:
    """A `collate_fn`: samples (image, label, id) → a `Batch` of views, labels and ids.

    Images are PIL images, or (3, H, W) tensors, all uint8 or all float in [0, 1], of any sizes.
    Draws depend on seed, id and epoch alone, for any number of workers and batch size; call
    `set_epoch` before each epoch, as with torch's DistributedSampler. Arguments are those of
    `Augment`.
    """

    def __init__(
        self,
        policy: PolicyLike,
        *,
        size: int | None = None,
        seed: int | None = None,
        normalize: NormalizeChoice = False,
        views: int | None = None,
        backend: BackendChoice = "auto",
        precision: Precision = "fast",
    ) -> None:
        self.recipe = Recipe.of(
            policy,
            size=size,
            seed=seed,
            views=views,
            normalize=normalize,
            backend=backend,
            precision=precision,
        )
        # Shared memory: workers that live on from epoch to epoch have a copy of this object.
        self._epoch = torch.zeros((), dtype=torch.int64).share_memory_()  # type: ignore[no-untyped-call]

    @property
    def epoch(self) -> int:
        return int(self._epoch)

    def set_epoch(self, epoch: int) -> None:
        """For all workers, from their next batch on: call it before the loader is iterated."""
        check_whole("epoch", epoch)
        self._epoch.fill_(epoch)

    def __call__(self, samples: Sequence[Sequence[Any]]) -> Batch:
        """Raises UsageError (`bad_ids`) for samples without an id, TensorError (`bad_tensor`) for
        images that do not fit."""
        images, labels, ids = _columns(samples)
        pictures = check_images([_picture(image, n) for image, n in zip(images, ids, strict=True)])
        drawn = self.recipe.draw(pictures, ids, epoch=self.epoch)
        return Batch(self.recipe.apply(pictures, drawn), default_collate(labels), ids)


def _columns(
    samples: Sequence[Sequence[Any]],
) -> tuple[list[Any], list[Any], tuple[ImageId, ...]]:
    if any(not isinstance(sample, Sequence) or len(sample) != 3 for sample in samples):
        raise UsageError(
            "a sample is not (image, label, id)",
            code="bad_ids",
            hint="Wrap a data set of (image, label) in augscore.WithIds",
        )
    images, labels, ids = ([sample[place] for sample in samples] for place in range(3))
    return images, labels, tuple(check_id(given) for given in ids)


def _picture(image: object, name: ImageId) -> torch.Tensor:
    if isinstance(image, torch.Tensor):
        return image
    if not isinstance(image, Image.Image):
        raise TensorError(
            f"image {name} is a {type(image).__name__}",
            code="bad_tensor",
            hint="Wanted a PIL image or a (3, H, W) tensor",
        )
    try:
        pixels, _ = to_rgb(image)
    except Unmeasurable as refused:
        raise TensorError(f"image {name}: {refused.detail}", code="bad_tensor") from refused
    return pixels
