"""A query beside its own key and the keys of other images: what MoCo, ReSSL and SCE are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from augscore.methods.checks import check_pairs, check_queue
from augscore.methods.narrow import needed
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Embeddings, TargetConstants
from augscore.methods.vectors import unit

DirectionLoss = Callable[[torch.Tensor, torch.Tensor, torch.Tensor | None], PairLoss]


@dataclass(frozen=True)
class Contrast:
    """Cosines of N queries and keys with K others.

    positive    (N,) of a query with its own key
    others      (N, K) of a query with the others
    relations   (N, K) of its key with the same others, without gradient
    excluded    (N, K) bool, the others that are the image itself; None where none is
    """

    positive: torch.Tensor
    others: torch.Tensor
    relations: torch.Tensor
    excluded: torch.Tensor | None

    def without_itself(self, logits: torch.Tensor) -> torch.Tensor:
        """(N, K) logits, −inf where the other is the image itself."""
        return logits if self.excluded is None else logits.masked_fill(self.excluded, -torch.inf)


def contrast(q: torch.Tensor, k: torch.Tensor, queue: torch.Tensor | None) -> Contrast:
    """Compare queries and keys, each (N, D), with a queue (K, D); no gradient reaches k and queue.

    Without a queue, or while it is empty, the others are the keys of the other images of the batch
    (N ≥ 2). TensorError for shapes that do not fit.
    """
    if queue is not None:
        check_queue(queue, ("k", k))
    in_batch = queue is None or len(queue) == 0
    check_pairs(("q", q), ("k", k), least=2 if in_batch else 1)
    queries, keys = unit(q), unit(k.detach())
    others = keys if queue is None or in_batch else unit(queue.detach()).to(keys.dtype)
    excluded = torch.eye(len(k), dtype=torch.bool, device=k.device) if in_batch else None
    return Contrast(
        positive=(queries * keys).sum(1),
        others=queries @ others.T,
        relations=keys @ others.T,
        excluded=excluded,
    )


def log_partition(positive: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """(N,) logsumexp over the logit (N,) of the own key and those (N, K) of the others."""
    return torch.cat([positive[:, None], others], 1).logsumexp(1)


def over_directions(
    embeddings: Embeddings, constants: TargetConstants, loss: DirectionLoss
) -> PairLoss:
    """The second view's query against the first view's key; where `symmetric`, also the reverse.

    The order is that of the SCE policies, whose first view is the weak one, the target's. A
    predictor's output is the query where there is one. Both directions see the same queue.
    """
    query = embeddings.z2 if embeddings.p2 is None else embeddings.p2
    first = loss(query, needed("k1", embeddings.k1), embeddings.queue)
    if not constants.symmetric:
        return first
    query = embeddings.z1 if embeddings.p1 is None else embeddings.p1
    second = loss(query, needed("k2", embeddings.k2), embeddings.queue)
    directions = torch.stack([first.per_pair, second.per_pair])
    return PairLoss(
        directions.mean(0),
        (first.batch_term + second.batch_term) / 2,
        directions,
        {name: (first.logs[name] + second.logs[name]) / 2 for name in first.logs},
    )
