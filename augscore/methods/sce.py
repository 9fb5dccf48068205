"""SCE, similarity contrastive estimation: part of the target is the positive, the rest is how its
key sees the others.

Denize et al. 2023, arXiv 2111.14585, section 3. With `coefficient` λ it is λ · InfoNCE +
(1 − λ) · (ReSSL + ceil), where ceil is the log of how much the positive adds to the query's
partition: λ = 1 is MoCo's loss, and λ = 0 is not quite ReSSL's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch

from augscore.methods.checks import check_between, check_choice, check_positive
from augscore.methods.contrast import Contrast, contrast, log_partition, over_directions
from augscore.methods.narrow import own
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Constants, Embeddings, Head, Method, TargetConstants
from augscore.methods.vectors import watched, without_autocast

PositiveSlot = Literal["masked", "official"]
WeightOn = Literal["all", "positive"]


@dataclass(frozen=True)
class SceConstants(TargetConstants):
    """See `sce`; target_temperature is 0.05 on CIFAR, 0.07 on ImageNet."""

    temperature: float = 0.1
    target_temperature: float = 0.05
    coefficient: float = 0.5
    positive_slot: PositiveSlot = "masked"
    weight_on: WeightOn = "all"


def sce(
    q: torch.Tensor,
    k: torch.Tensor,
    queue: torch.Tensor | None = None,
    temperature: float = 0.1,
    target_temperature: float = 0.05,
    coefficient: float = 0.5,
    *,
    positive_slot: PositiveSlot = "masked",
    weight_on: WeightOn = "all",
) -> PairLoss:
    """Cross-entropy of softmax([q·k, q·others] / temperature) under the target
    [λ, (1 − λ) softmax(k·others / target_temperature)], of N queries and keys, each (N, D).

    queue           (K, D) keys of earlier batches, the others; None or empty: the others are the
                    keys of the other images of the batch, as in the paper's equations (N ≥ 2)
    coefficient     λ in [0, 1]
    positive_slot   "masked": the key's view of the others leaves its own image out, as the paper
                    has it; "official": it holds its own image with a logit of 0, as in the authors'
                    code
    weight_on       "all": weights touch the whole loss; "positive": the part λ · InfoNCE alone, and
                    the mean of the rest is the batch term. Unweighted, the two are equal.
    Rows are brought to length 1. No gradient reaches keys and queue; enqueue k after this call.

    TensorError for shapes that do not fit; UsageError for numbers out of range.
    """
    check_positive("temperature", temperature)
    check_positive("target_temperature", target_temperature)
    check_between("coefficient", coefficient, 0.0, 1.0)
    check_choice("positive_slot", positive_slot, get_args(PositiveSlot))
    check_choice("weight_on", weight_on, get_args(WeightOn))
    with without_autocast(q):
        c = contrast(q, k, queue)
        positive, others = c.positive / temperature, c.others / temperature
        partition = log_partition(positive, c.without_itself(others))
        own_share, shares = _target(c, target_temperature, official=positive_slot == "official")
        seen = own_share * positive + (shares * others).sum(1)
        pulled = coefficient * (partition - positive)
        related = (1 - coefficient) * (partition - seen)
        if weight_on == "positive":
            return PairLoss(pulled, related.mean(), logs=watched(q, k))
        return PairLoss(pulled + related, related.new_zeros(()), logs=watched(q, k))


def _target(
    c: Contrast, temperature: float, *, official: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """What a key's view of the others gives to its own image (N,) and to the others (N, K)."""
    logits = c.without_itself(c.relations / temperature)
    if not official:
        return torch.zeros_like(c.positive), logits.softmax(1)
    shares = torch.cat([torch.zeros_like(c.positive)[:, None], logits], 1).softmax(1)
    return shares[:, 0], shares[:, 1:]


def _loss(embeddings: Embeddings, constants: Constants) -> PairLoss:
    c = own(constants, SceConstants)

    def direction(q: torch.Tensor, k: torch.Tensor, queue: torch.Tensor | None) -> PairLoss:
        return sce(
            q,
            k,
            queue,
            c.temperature,
            c.target_temperature,
            c.coefficient,
            positive_slot=c.positive_slot,
            weight_on=c.weight_on,
        )

    return over_directions(embeddings, c, direction)


SCE = Method(
    name="sce",
    title="SCE",
    source="Denize et al. 2023, arXiv 2111.14585, section 3",
    constants=SceConstants(),
    loss=_loss,
    projector=Head(512, 128),
    coupled=False,
)
