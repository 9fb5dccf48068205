"""Labelled images → what classifiers are given: features, raw pixels, classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import nn

from augscore.errors import InputError
from augscore.evaluation.features import Preprocessing, features_of, raw_pixels
from augscore.images.batches import auto_workers, in_order
from augscore.images.collection import Collection
from augscore.images.records import Skipped
from augscore.runtime import Progress, ProgressSink


@dataclass(frozen=True)
class Seen:
    """The N images of a collection that have a class and can be read, in its order.

    features, pixels    (N, D) and (N, 3072) float32; labels (N,) int64; all on the CPU
    skipped             those that cannot be read, and why
    unlabelled          how many have no class
    """

    features: torch.Tensor
    pixels: torch.Tensor
    labels: torch.Tensor
    skipped: tuple[Skipped, ...]
    unlabelled: int


@dataclass(frozen=True)
class Extraction:
    """How features are extracted: the backbone on its device, its input, threads that decode."""

    backbone: nn.Module
    preprocessing: Preprocessing
    device: torch.device
    workers: int | None = None
    progress: ProgressSink = lambda event: None


def see(images: Collection, how: Extraction, stage: str) -> Seen:
    """Read every labelled image once. Raises InputError (`no_images`) where none is left, else as
    `features_of`."""
    places = [place for place, label in enumerate(images.labels) if label is not None]
    intake = _Intake(images.select(places))

    def tell(through: int) -> None:
        how.progress(Progress(stage, through, len(places), "images"))

    tell(0)
    workers = auto_workers() if how.workers is None else how.workers
    pixels = intake.pixels(workers)
    features = features_of(how.backbone, pixels, how.preprocessing, how.device, tell)
    if not intake.labels:
        raise InputError(
            f"no labelled image of {images.name} could be read",
            code="no_images",
            hint=f"The first: {intake.skipped[0].detail}" if intake.skipped else "",
        )
    return Seen(
        features=features,
        pixels=torch.stack(intake.raw),
        labels=torch.tensor(intake.labels),
        skipped=(*images.unreadable, *intake.skipped),
        unlabelled=len(images) - len(places),
    )


@dataclass
class _Intake:
    """Images on their way to the backbone, and what is noted of each as it passes."""

    images: Collection
    raw: list[torch.Tensor] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def pixels(self, workers: int) -> Iterator[torch.Tensor]:
        reads = in_order(range(len(self.images)), self.images.read, workers=workers)
        for label, read in zip(self.images.labels, reads, strict=True):
            if isinstance(read, Skipped):
                self.skipped.append(read)
                continue
            assert label is not None
            self.raw.append(raw_pixels(read.pixels))
            self.labels.append(label)
            yield read.pixels
