"""ReSSL: a query should see the queue as its key does, the key more sharply.

Zheng et al. 2021, arXiv 2107.09282, section 3. The positive is in neither distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore.methods.checks import check_positive
from augscore.methods.contrast import contrast, over_directions
from augscore.methods.narrow import own
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Constants, Embeddings, Head, Method, TargetConstants
from augscore.methods.vectors import watched, without_autocast


@dataclass(frozen=True)
class ResslConstants(TargetConstants):
    """Temperatures of the query's and of the key's distribution; momentum as solo-learn's CIFAR
    recipe has it."""

    momentum: float = 0.99
    momentum_end: float = 1.0
    temperature: float = 0.1
    target_temperature: float = 0.04


def relational(
    q: torch.Tensor,
    k: torch.Tensor,
    queue: torch.Tensor | None = None,
    temperature: float = 0.1,
    target_temperature: float = 0.04,
) -> PairLoss:
    """Cross-entropy of softmax(q·queue / temperature) under softmax(k·queue / target_temperature),
    of N queries and keys, each (N, D).

    queue   (K, D) keys of earlier batches; None or empty: the other keys of the batch (N ≥ 2).
    Rows are brought to length 1. No gradient reaches keys and queue; enqueue k after this call.

    TensorError for shapes that do not fit; UsageError for a temperature that is not above 0.
    """
    check_positive("temperature", temperature)
    check_positive("target_temperature", target_temperature)
    with without_autocast(q):
        c = contrast(q, k, queue)
        others = c.others / temperature
        target = c.without_itself(c.relations / target_temperature).softmax(1)
        per_pair = c.without_itself(others).logsumexp(1) - (target * others).sum(1)
        return PairLoss(per_pair, per_pair.new_zeros(()), logs=watched(q, k))


def _loss(embeddings: Embeddings, constants: Constants) -> PairLoss:
    c = own(constants, ResslConstants)
    return over_directions(
        embeddings,
        c,
        lambda q, k, queue: relational(q, k, queue, c.temperature, c.target_temperature),
    )


RESSL = Method(
    name="ressl",
    title="ReSSL",
    source="Zheng et al. 2021, arXiv 2107.09282, section 3",
    constants=ResslConstants(),
    loss=_loss,
    projector=Head(4096, 256),
    coupled=False,
)
