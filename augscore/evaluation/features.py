"""Images → what a backbone makes of them, the same for every batch size, worker and order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import torch
from torch import nn

from augscore.engine.normalize import Normalize
from augscore.errors import InputError
from augscore.images.resize import bring_to_size

LAYER = "backbone"
"""Where features are read: behind the backbone's pooling, before any projector."""
_BATCH_PIXELS = 64 * 224 * 224
_MOST_ON_A_CPU, _MOST = 64, 512
"""Images at once; a CPU is faster while they stay in its caches."""
RAW_SIZE = 32
"""Of raw pixels as features [px]."""


@dataclass(frozen=True)
class Preprocessing:
    """From pixels to a backbone's input, without any augmentation.

    The short side is brought to `size` px (antialiased bilinear), the middle cut out, and values in
    [0, 1] are brought to `normalize`.
    """

    size: int
    normalize: Normalize

    def to_json(self) -> dict[str, object]:
        """Enough to do the same elsewhere."""
        return {
            "channels": "RGB",
            "range": [0, 1],
            "size": self.size,
            "resize": "short side",
            "crop": "center",
            "interpolation": "bilinear",
            "antialias": True,
            "mean": list(self.normalize.mean),
            "std": list(self.normalize.std),
        }

    def of(self, images: Sequence[torch.Tensor], device: torch.device) -> torch.Tensor:
        """(3, H, W) uint8, of any sizes → float32 (B, 3, size, size) on the device."""
        pixels = _together(images, self.size).to(device)
        mean = torch.tensor(self.normalize.mean, device=device)[:, None, None]
        std = torch.tensor(self.normalize.std, device=device)[:, None, None]
        return (pixels - mean) / std


def features_of(
    backbone: nn.Module,
    images: Iterable[torch.Tensor],
    preprocessing: Preprocessing,
    device: torch.device,
    done: Callable[[int], None] = lambda images: None,
) -> torch.Tensor:
    """N images, (3, H, W) uint8 → (N, D) float32 features on the CPU, a row an image, in order.

    In evaluation mode, float32, without gradient; every module is left in the mode it was in. The
    last batch is as short as it is: nothing is padded or counted twice. `done` hears how many are
    through. Raises InputError (`not_finite`) for features that are NaN or infinite.
    """
    found = []
    through = 0
    with evaluating(backbone), torch.inference_mode():
        for batch in _batches(images, _batch_length(preprocessing.size, device)):
            found.append(backbone(preprocessing.of(batch, device)).to("cpu", torch.float32))
            through += len(batch)
            done(through)
    features = torch.cat(found) if found else torch.zeros(0, 0)
    if not bool(torch.isfinite(features).all()):
        raise InputError(
            "the encoder gives features that are not finite",
            code="not_finite",
            hint="Its training diverged: train it again with a smaller rate",
        )
    return features


def raw_pixels(image: torch.Tensor) -> torch.Tensor:
    """(3, H, W) → (3072,) float32, its pixels at 32 px: what any features must beat."""
    return bring_to_size(image, RAW_SIZE).flatten()


@contextmanager
def evaluating(network: nn.Module) -> Iterator[None]:
    """Evaluation mode inside; afterwards each module is in the mode that it was in itself."""
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def _batch_length(size: int, device: torch.device) -> int:
    """No option has a say in it, so that none changes the last digits."""
    most = _MOST_ON_A_CPU if device.type == "cpu" else _MOST
    return max(1, min(most, _BATCH_PIXELS // size**2))


def _batches(images: Iterable[torch.Tensor], length: int) -> Iterator[list[torch.Tensor]]:
    rest = iter(images)
    while batch := list(islice(rest, length)):
        yield batch


def _together(images: Sequence[torch.Tensor], size: int) -> torch.Tensor:
    if len({tuple(image.shape) for image in images}) == 1:
        return bring_to_size(torch.stack(list(images)), size)
    return torch.stack([bring_to_size(image, size) for image in images])
