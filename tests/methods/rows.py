"""Embeddings for tests, from seeds; and every method in every form of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import torch

from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Constants, Embeddings, Method, TargetConstants
from augscore.methods.table import METHODS
from augscore.methods.wmse import WmseConstants

ONLINE = ("z1", "z2", "p1", "p2")


def rows(seed: int, count: int = 6, dims: int = 4) -> torch.Tensor:
    """(N, D) float64 standard normals."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, dims, generator=generator, dtype=torch.float64)


def related(seed: int, count: int = 6, dims: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    """Two views of N images: what they share, and half as much of their own."""
    shared = rows(seed, count, dims)
    return (
        shared + rows(seed + 1, count, dims) / 2,
        shared + rows(seed + 2, count, dims) / 2,
    )


def embeddings(seed: int = 0, count: int = 6, dims: int = 4, queue: int = 0) -> Embeddings:
    """All there is, float64; `queue` keys, 0 for no queue."""
    z1, z2 = related(seed, count, dims)
    p1, p2 = related(seed + 10, count, dims)
    k1, k2 = related(seed + 20, count, dims)
    return Embeddings(z1, z2, p1, p2, k1, k2, rows(seed + 30, queue, dims) if queue else None)


@dataclass(frozen=True)
class Case:
    """A method, constants that fit batches of `count`, and how many keys its queue has."""

    name: str
    method: Method
    constants: Constants
    queue: int = 0

    def loss(self, given: Embeddings) -> PairLoss:
        return self.method.loss(given, self.constants)

    @property
    def symmetric(self) -> bool:
        return not isinstance(self.constants, TargetConstants) or self.constants.symmetric


def cases(slice_size: int = 6) -> list[Case]:
    """Every method of the table; those with a target with and without queue, one-sided and not."""
    found = []
    for name, method in METHODS.items():
        constants = method.constants
        if isinstance(constants, TargetConstants):
            both = replace(constants, symmetric=True)
            found += [
                Case(f"{name}-queue", method, constants, queue=5),
                Case(f"{name}-batch", method, constants),
                Case(f"{name}-symmetric", method, both, queue=5),
            ]
        elif isinstance(constants, WmseConstants):
            found.append(Case(name, method, replace(constants, slice_size=slice_size)))
        else:
            found.append(Case(name, method, constants))
    return found


def tensors(given: Embeddings) -> dict[str, torch.Tensor]:
    """What is there of the embeddings, by field."""
    named = {f.name: getattr(given, f.name) for f in fields(given)}
    return {name: value for name, value in named.items() if isinstance(value, torch.Tensor)}


def leaves(given: Embeddings) -> Embeddings:
    """Copies that all ask for gradients."""
    copies = {name: t.detach().clone().requires_grad_() for name, t in tensors(given).items()}
    return with_tensors(given, copies)


def with_tensors(given: Embeddings, changed: Mapping[str, torch.Tensor | None]) -> Embeddings:
    """The embeddings with other tensors in some fields."""
    changes: dict[str, Any] = dict(changed)
    return replace(given, **changes)


def gradients(loss: torch.Tensor, given: Embeddings) -> list[torch.Tensor]:
    """Of a loss, at the fields of `leaves` that it reaches, by name."""
    torch.autograd.backward(loss)
    by_name = sorted(tensors(given).items())
    return [tensor.grad for _, tensor in by_name if tensor.grad is not None]


def reached(given: Embeddings) -> set[str]:
    """The fields of `leaves` that a backward pass reached."""
    return {name for name, tensor in tensors(given).items() if tensor.grad is not None}
