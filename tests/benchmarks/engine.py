"""Two SimCLR views of a batch: the engine against the pipelines of kornia and torchvision."""

from __future__ import annotations

from collections.abc import Callable

import torch

import augscore
from tests.benchmarks.case import Case, Setting, noise_images

ORIGINALS = {32: 32, 224: 320}
COUNTS = {32: 256, 224: 32}
PRESETS = {32: "simclr-cifar", 224: "simclr"}
JITTER = {32: (0.4, 0.4, 0.4, 0.1), 224: (0.8, 0.8, 0.8, 0.2)}


def cases(setting: Setting) -> list[Case]:
    return [case for size in ORIGINALS for case in _at(size, setting.device)]


def _at(size: int, device: torch.device) -> list[Case]:
    images = noise_images(COUNTS[size], ORIGINALS[size]).to(device)
    ways = {
        "augscore": lambda: augscore.augment(images, PRESETS[size])[0],
        "kornia AugmentationSequential": _kornia(size, images),
        "torchvision v2, image by image": _torchvision(size, images),
    }
    group = f"two {PRESETS[size]} views, {ORIGINALS[size]} to {size} px"
    return [Case(group, name, len(images), way) for name, way in ways.items()]


def _kornia(size: int, images: torch.Tensor) -> Callable[[], object]:
    import kornia.augmentation as K

    steps = [
        K.RandomResizedCrop((size, size), scale=(0.08, 1.0), resample="bicubic"),
        K.RandomHorizontalFlip(p=0.5),
        K.ColorJitter(*JITTER[size], p=0.8),
        K.RandomGrayscale(p=0.2),
    ]
    if size > 32:
        steps.append(K.RandomGaussianBlur((23, 23), (0.1, 2.0), p=0.5))
    pipeline = K.AugmentationSequential(*steps, data_keys=["input"])
    return lambda: [pipeline(images.float() / 255) for _ in range(2)]


def _torchvision(size: int, images: torch.Tensor) -> Callable[[], object]:
    from torchvision.transforms import v2

    steps = [
        v2.RandomResizedCrop(size, interpolation=v2.InterpolationMode.BICUBIC, antialias=True),
        v2.RandomHorizontalFlip(),
        v2.ToDtype(torch.float32, scale=True),
        v2.RandomApply([v2.ColorJitter(*JITTER[size])], p=0.8),
        v2.RandomGrayscale(p=0.2),
    ]
    if size > 32:
        steps.append(v2.RandomApply([v2.GaussianBlur(23, (0.1, 2.0))], p=0.5))
    pipeline = v2.Compose(steps)
    return lambda: [torch.stack([pipeline(image) for image in images]) for _ in range(2)]
