"""Which class an image is of, by the votes of its nearest neighbours in feature space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from augscore.errors import TensorError

K = 200
TEMPERATURE = 0.1
MAJORITY_K = 5
_MOST_SMALL_K = 20
_SIMILARITIES = 2**24
"""At once: 64 MB of float32."""


@dataclass(frozen=True)
class Bank:
    """Images whose class is known: (M, D) features of any floating type, (M,) int64 classes from 0.

    Raises TensorError (`bad_tensor`) for other shapes, no image at all, or a negative class.
    """

    features: torch.Tensor
    labels: torch.Tensor

    def __post_init__(self) -> None:
        features, labels = tuple(self.features.shape), tuple(self.labels.shape)
        if len(features) != 2 or not len(self.features) or labels != features[:1]:
            raise _bad("a bank", f"shapes {features} and {labels}", "(M, D) and (M,), M > 0")
        if int(self.labels.min()) < 0:
            raise _bad("a bank", f"class {int(self.labels.min())}", "classes from 0 up")

    def __len__(self) -> int:
        return len(self.features)


def weighted_knn(
    bank: Bank, queries: torch.Tensor, *, k: int = K, temperature: float = TEMPERATURE
) -> torch.Tensor:
    """(N, D) features → (N,) int64 classes, by k neighbours with votes of exp(cosine / T).

    Wu, Xiong, Yu, Lin 2018, "Unsupervised feature learning via non-parametric instance
    discrimination", section 3.4. `k` is at most the size of the bank; equal votes go to the lowest
    class. A class that the bank lacks is never the answer. Raises TensorError (`bad_tensor`) for
    `k` < 1, `temperature` <= 0, or another D.
    """
    _check(bank, queries, k, temperature)
    known, asked = _unit(bank.features), _unit(queries.to(bank.features.device))
    return _by_cosine(known, bank.labels, asked, k, temperature, leave_out=False)


def leave_one_out(bank: Bank, *, k: int = K, temperature: float = TEMPERATURE) -> torch.Tensor:
    """(M,) classes of the bank's own images, each by the votes of all the others.

    For sets too small to be split. As `weighted_knn`; raises TensorError for fewer than two images.
    """
    _check(bank, bank.features, k, temperature)
    if len(bank) < 2:
        raise _bad("a bank", "one image", "two or more, to leave one out")
    known = _unit(bank.features)
    return _by_cosine(known, bank.labels, known, min(k, len(bank) - 1), temperature, leave_out=True)


def majority_knn(bank: Bank, queries: torch.Tensor, *, k: int = MAJORITY_K) -> torch.Tensor:
    """(N, D) features → (N,) int64 classes: the commonest of k neighbours by Euclidean distance.

    Of features as they are, not normalised, as the authors of W-MSE report it (Ermolov, Siarohin,
    Sangineto, Sebe 2021, section 4); equal votes go to the lowest class. Else as `weighted_knn`.
    """
    _check(bank, queries, k, 1.0)
    # Distances stay as they are, and lose fewer digits, when the bank lies around the origin.
    known = bank.features.to(torch.float32)
    centre = known.mean(dim=0)
    known = known - centre
    asked = queries.to(known.device, torch.float32) - centre
    half_squares = known.square().sum(dim=1) / 2
    found = []
    for rows in _chunks(len(asked), len(known)):
        # Half of |query|² - |query - image|²: the same order as the distances', turned around.
        nearness = asked[rows] @ known.T - half_squares
        near = nearness.topk(min(k, len(bank)), dim=1).indices
        found.append(_elected(bank.labels, near, torch.ones_like(near, dtype=torch.float32)))
    return torch.cat(found) if found else bank.labels[:0]


def small_set_k(labels: torch.Tensor) -> int:
    """Neighbours that suit a small set: half its rarest class, at most 20, at least 1."""
    counts = labels.bincount()
    return max(1, min(_MOST_SMALL_K, int(counts[counts > 0].min()) // 2))


def _by_cosine(
    known: torch.Tensor,
    labels: torch.Tensor,
    asked: torch.Tensor,
    k: int,
    temperature: float,
    *,
    leave_out: bool,
) -> torch.Tensor:
    found = []
    for rows in _chunks(len(asked), len(known)):
        similarity = asked[rows] @ known.T
        if leave_out:
            own = torch.arange(rows.start, rows.stop, device=known.device)
            similarity.scatter_(1, own[:, None], -torch.inf)
        near = similarity.topk(min(k, len(known)), dim=1)
        votes = torch.exp((near.values - near.values[:, :1]) / temperature)
        found.append(_elected(labels, near.indices, votes))
    return torch.cat(found) if found else labels[:0]


def _elected(labels: torch.Tensor, near: torch.Tensor, votes: torch.Tensor) -> torch.Tensor:
    """(N, k) neighbours and their votes → (N,) the class with most, the lowest of equal ones."""
    classes = int(labels.max()) + 1
    total = torch.zeros((len(near), classes), device=near.device)
    return total.scatter_add_(1, labels.to(near.device)[near], votes).argmax(dim=1)


def _chunks(queries: int, bank: int) -> Iterator[slice]:
    step = max(1, _SIMILARITIES // bank)
    return (slice(start, min(start + step, queries)) for start in range(0, queries, step))


def _unit(features: torch.Tensor) -> torch.Tensor:
    return F.normalize(features.to(torch.float32), dim=1)


def _check(bank: Bank, queries: torch.Tensor, k: int, temperature: float) -> None:
    width = bank.features.shape[1]
    if queries.ndim != 2 or queries.shape[1] != width:
        raise _bad("queries", f"shape {tuple(queries.shape)}", f"(N, {width})")
    if k < 1:
        raise _bad("k", str(k), "1 or more")
    if not temperature > 0:
        raise _bad("temperature", str(temperature), "more than 0")


def _bad(name: str, got: str, wanted: str) -> TensorError:
    return TensorError(f"{name}: got {got}, wanted {wanted}", code="bad_tensor")
