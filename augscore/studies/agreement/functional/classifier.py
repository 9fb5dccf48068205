"""Classifiers of small pictures, trained without augmentation but flips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from augscore import keys
from augscore.runs.schedules import warmup_cosine
from augscore.training.networks.seeding import seeded_weights
from augscore.training.networks.small import SmallNet

EPOCHS, BATCH, RATE = 20, 128, 0.1
_ORDER = keys.slot("classifier", 0, "order")
_EVALUATED = 500


@dataclass(frozen=True)
class Labelled:
    """uint8 (N, 3, H, W), and classes (N,) from 0 on."""

    images: torch.Tensor
    labels: torch.Tensor

    @property
    def classes(self) -> int:
        return int(self.labels.max()) + 1


def train_classifier(data: Labelled, seed: int, on_epoch: Callable[[], None]) -> nn.Module:
    """SGD with momentum 0.9, weight decay 5e-4, one warm-up epoch and a cosine to 0."""
    with seeded_weights(seed, "classifier"):
        network = nn.Sequential(SmallNet(), nn.Linear(SmallNet.feature_dim, data.classes))
    network.to(memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(network.parameters(), RATE, momentum=0.9, weight_decay=5e-4)
    batch = min(BATCH, len(data.images))
    per_epoch = len(data.images) // batch
    step = 0
    for epoch in range(EPOCHS):
        generator = keys.generator(_ORDER, seed=seed, step=epoch, device=torch.device("cpu"))
        order = torch.randperm(len(data.images), generator=generator)
        for rows in torch.split(order[: per_epoch * batch], batch):
            images = _centred(data.images[rows])
            flipped = torch.rand(len(rows), generator=generator) < 0.5
            images = torch.where(flipped[:, None, None, None], images.flip(-1), images)
            rate = warmup_cosine(step, steps=EPOCHS * per_epoch, warmup=per_epoch, peak=RATE)
            optimizer.param_groups[0]["lr"] = rate
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(network(images), data.labels[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            step += 1
        on_epoch()
    return network.eval().requires_grad_(False)


@torch.inference_mode()
def accuracy(network: nn.Module, data: Labelled) -> float:
    """Share of right answers, 0 to 1."""
    right = 0
    for start in range(0, len(data.images), _EVALUATED):
        some = slice(start, start + _EVALUATED)
        answers = network(_centred(data.images[some])).argmax(dim=1)
        right += int((answers == data.labels[some]).sum())
    return right / len(data.images)


def _centred(images: torch.Tensor) -> torch.Tensor:
    pixels = images.to(torch.float32).div_(255).sub_(0.5).mul_(4)
    return pixels.contiguous(memory_format=torch.channels_last)
