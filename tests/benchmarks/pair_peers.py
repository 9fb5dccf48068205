"""How other libraries train SimCLR on a folder: their examples, with our backbone and batch.

Every one draws the views of Chen et al. for CIFAR (crop, flip, jitter 0.5, grey; no blur).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from augscore.engine.normalize import NORMALIZATIONS
from augscore.methods.record import Head
from augscore.training.networks.siamese import make_siamese

SIZE = 32
HEAD = Head(256, 128, norm_hidden=False)
NORMALIZE = NORMALIZATIONS["imagenet"]
RATE = 0.06

Views = Sequence[torch.Tensor]


@dataclass(frozen=True)
class Job:
    """What all contenders train: `arch` on the pictures in `folder`, on the CPU in float32."""

    folder: Path
    arch: str
    batch_size: int
    workers: int


class Peer:
    """A loader of view pairs and the plain loop of lightly's SimCLR example around it."""

    def __init__(self, name: str, job: Job, loader: Iterable[Any]) -> None:
        self.name = name
        self._loader = loader
        self.network = LightlyNetwork(job)

    def epoch(self) -> None:
        """No worker is at work when it returns."""
        for views in self._pairs():
            self.network.step(views)

    def _pairs(self) -> Iterator[Views]:
        for batch in self._loader:
            yield batch[0]


class LightlyNetwork:
    """Forward, lightly's NT-Xent, backward and step on ready views."""

    def __init__(self, job: Job) -> None:
        from lightly.loss import NTXentLoss

        siamese = make_siamese(job.arch, size=SIZE, projector=HEAD, predictor=None, seed=0)
        self._model = nn.Sequential(siamese.backbone, siamese.projector).train()
        self._criterion = NTXentLoss(temperature=0.5)
        self._optimizer = torch.optim.SGD(
            self._model.parameters(), lr=RATE, momentum=0.9, weight_decay=5e-4
        )

    def step(self, views: Views) -> float:
        first, second = (self._model(view) for view in views)
        loss = self._criterion(first, second)
        loss.backward()
        self._optimizer.step()
        self._optimizer.zero_grad()
        return float(loss.detach())


def lightly(job: Job) -> Peer:
    from lightly.data import LightlyDataset
    from lightly.transforms import SimCLRTransform

    transform = SimCLRTransform(
        input_size=SIZE,
        cj_strength=0.5,
        gaussian_blur=0.0,
        normalize={"mean": list(NORMALIZE.mean), "std": list(NORMALIZE.std)},
    )
    data = LightlyDataset(str(job.folder), transform=transform)
    return Peer("lightly", job, _loader(data, job))


def torchvision(job: Job) -> Peer:
    from torchvision.datasets import ImageFolder

    data = ImageFolder(str(job.folder), transform=_two_of(_view()))
    return Peer("torchvision v2", job, _loader(data, job))


def _view() -> Callable[[Any], torch.Tensor]:
    from torchvision.transforms import v2

    view: Callable[[Any], torch.Tensor] = v2.Compose(
        [
            v2.ToImage(),
            v2.RandomResizedCrop(SIZE, scale=(0.08, 1.0), antialias=True),
            v2.RandomHorizontalFlip(),
            v2.RandomApply([v2.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
            v2.RandomGrayscale(p=0.2),
            v2.ToDtype(torch.float32, scale=True),
            v2.Normalize(list(NORMALIZE.mean), list(NORMALIZE.std)),
        ]
    )
    return view


@dataclass(frozen=True)
class _Twice:
    """A class, so that worker processes may be given it."""

    view: Callable[[Any], torch.Tensor]

    def __call__(self, image: Any) -> list[torch.Tensor]:
        return [self.view(image), self.view(image)]


def _two_of(view: Callable[[Any], torch.Tensor]) -> _Twice:
    return _Twice(view)


def _loader(data: Any, job: Job) -> Iterable[Any]:
    return torch.utils.data.DataLoader(
        data,
        batch_size=job.batch_size,
        shuffle=True,
        drop_last=True,
        num_workers=job.workers,
        persistent_workers=job.workers > 0,
    )
