"""How often a classifier is right, how sure that is, and for which classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from augscore.errors import TensorError
from augscore.keys import field_keys, slot, uniform_field

RESAMPLES = 1000
LEVEL = 0.95


@dataclass(frozen=True)
class Accuracy:
    """Share of test images told right, in [0, 1], and its bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ClassAccuracy:
    """One class: its test images, and the share of them told right; None without any."""

    name: str
    images: int
    accuracy: float | None


def accuracy(found: torch.Tensor, labels: torch.Tensor, *, seed: int = 0) -> Accuracy:
    """(N,) classes told and true, N > 0. Raises TensorError (`bad_tensor`) for other shapes."""
    if found.shape != labels.shape or found.ndim != 1 or not len(found):
        raise TensorError(
            f"classes: got shapes {tuple(found.shape)} and {tuple(labels.shape)}, "
            "wanted (N,) twice, N > 0",
            code="bad_tensor",
        )
    right = (found.cpu() == labels.cpu()).to(torch.float64)
    low, high = mean_interval(right, seed=seed)
    return Accuracy(float(right.mean()), low, high)


def mean_interval(values: torch.Tensor, *, seed: int, level: float = LEVEL) -> tuple[float, float]:
    """(N,) numbers → the percentile interval of their mean over 1,000 resamples of the images.

    Efron 1979. The draws are keyed by `seed` alone, so that equal sets are resampled alike.
    """
    values = values.to("cpu", torch.float64)
    keys = field_keys(torch.arange(RESAMPLES), slot("bootstrap", 0, "image"), seed=seed)
    means = torch.stack([values[_drawn(len(values), key)].mean() for key in keys.tolist()])
    tail = (1 - level) / 2
    bounds = torch.quantile(means, torch.tensor([tail, 1 - tail], dtype=torch.float64))
    return float(bounds[0]), float(bounds[1])


def by_class(
    found: torch.Tensor, labels: torch.Tensor, classes: Sequence[str]
) -> tuple[ClassAccuracy, ...]:
    """A row for each of `classes`, in their order; `labels` are places in them."""
    right = found.cpu() == labels.cpu()
    rows = []
    for place, name in enumerate(classes):
        own = right[labels.cpu() == place]
        rows.append(ClassAccuracy(name, len(own), float(own.double().mean()) if len(own) else None))
    return tuple(rows)


def _drawn(images: int, key: int) -> torch.Tensor:
    """(images,) places drawn with replacement."""
    return (uniform_field(key, (images,)) * images).to(torch.int64).clamp_max_(images - 1)
