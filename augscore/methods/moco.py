"""MoCo: InfoNCE of a query with its key against a queue of earlier keys.

He et al. 2020, arXiv 1911.05722, equation 1; temperature and head of version 2, Chen et al. 2020,
arXiv 2003.04297.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore.methods.checks import check_positive
from augscore.methods.contrast import contrast, log_partition, over_directions
from augscore.methods.narrow import own
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Constants, Embeddings, Head, Method, TargetConstants
from augscore.methods.vectors import watched, without_autocast


@dataclass(frozen=True)
class MocoConstants(TargetConstants):
    """temperature: 0.2 on ImageNet (version 2), 0.1 in the authors' CIFAR-10 notebook, whose
    momentum and queue these are."""

    temperature: float = 0.2


def info_nce(
    q: torch.Tensor,
    k: torch.Tensor,
    queue: torch.Tensor | None = None,
    temperature: float = 0.2,
) -> PairLoss:
    """−log softmax([q·k, q·queue] / temperature) at the own key, of N queries and keys, (N, D).

    queue   (K, D) keys of earlier batches; None or empty: the other keys of the batch (N ≥ 2).
    Rows are brought to length 1. No gradient reaches keys and queue; enqueue k after this call.

    TensorError for shapes that do not fit; UsageError for a temperature that is not above 0.
    """
    check_positive("temperature", temperature)
    with without_autocast(q):
        c = contrast(q, k, queue)
        positive, others = c.positive / temperature, c.others / temperature
        per_pair = log_partition(positive, c.without_itself(others)) - positive
        return PairLoss(per_pair, per_pair.new_zeros(()), logs=watched(q, k))


def _loss(embeddings: Embeddings, constants: Constants) -> PairLoss:
    c = own(constants, MocoConstants)
    return over_directions(embeddings, c, lambda q, k, queue: info_nce(q, k, queue, c.temperature))


MOCO = Method(
    name="moco",
    title="MoCo v2",
    source="He et al. 2020, arXiv 1911.05722, equation 1; Chen et al. 2020, arXiv 2003.04297",
    constants=MocoConstants(),
    loss=_loss,
    projector=Head(2048, 256, norm_hidden=False),
    coupled=False,
)
