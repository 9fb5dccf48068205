"""Mean and deviation that training brings pixels to; measuring never does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Normalize:
    """One number for each of red, green and blue, of pixels in [0, 1]."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


NORMALIZATIONS = {
    "imagenet": Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "cifar10": Normalize((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "cifar100": Normalize((0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762)),
}
