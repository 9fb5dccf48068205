"""SimCLR: NT-Xent, normalised temperature-scaled cross-entropy.

Chen et al. 2020, arXiv 2002.05709, equation 1: the mean over all 2N anchors. The authors' code adds
the means of the two directions instead, which is twice as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch

from augscore.methods.checks import check_choice, check_mask, check_pairs, check_positive
from augscore.methods.narrow import own
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Constants, Embeddings, Head, Method
from augscore.methods.vectors import unit, watched, without_autocast

Where = Literal["term", "similarity"]


@dataclass(frozen=True)
class SimclrConstants(Constants):
    """temperature: 0.5 on CIFAR, 0.1 on ImageNet (the authors' README); where: see `nt_xent`."""

    temperature: float = 0.5
    where: Where = "term"


def nt_xent(
    z1: torch.Tensor,
    z2: torch.Tensor,
    temperature: float = 0.5,
    where: Where = "term",
    mask: torch.Tensor | None = None,
) -> PairLoss:
    """NT-Xent of two views of N images, each (N, D), N ≥ 2.

    An anchor's loss is −s/t + logsumexp(s'/t over the 2N − 1 other rows), s the cosine with its
    positive, t the temperature; a pair's loss is the mean of its two anchors'. `where` says what
    weights touch: the whole `term`, pull and push; or the `similarity` −s/t alone, and then the
    mean of the logsumexps is the batch term. Unweighted, the two are equal.

    A pair of weight 0 stays a negative of the others. `mask`, (N,) bool, takes out those that are
    False altogether: the loss is of the M that remain, `per_pair` (M,) in their order, for weights
    `weights[mask]`.

    TensorError for shapes that do not fit, and where fewer than two pairs remain; UsageError for a
    temperature that is not above 0.
    """
    if mask is not None:
        check_pairs(("z1", z1), ("z2", z2))
        check_mask(mask, z1)
        z1, z2 = z1[mask], z2[mask]
    check_pairs(("z1", z1), ("z2", z2), least=2)
    check_positive("temperature", temperature)
    check_choice("where", where, get_args(Where))
    with without_autocast(z1):
        count = len(z1)
        z = unit(torch.cat([z1, z2]))
        logits = (z @ z.T) / temperature
        pull = -logits.diagonal(count).repeat(2)
        itself = torch.eye(2 * count, dtype=torch.bool, device=z.device)
        push = logits.masked_fill(itself, -torch.inf).logsumexp(1)
        terms = pull + push if where == "term" else pull
        directions = terms.reshape(2, count)
        rest = push.mean() if where == "similarity" else push.new_zeros(())
        return PairLoss(directions.mean(0), rest, directions, watched(z1, z2))


def _loss(embeddings: Embeddings, constants: Constants) -> PairLoss:
    c = own(constants, SimclrConstants)
    return nt_xent(embeddings.z1, embeddings.z2, c.temperature, c.where)


SIMCLR = Method(
    name="simclr",
    title="SimCLR",
    source="Chen et al. 2020, arXiv 2002.05709, equation 1",
    constants=SimclrConstants(),
    loss=_loss,
    projector=Head(2048, 256, norm_hidden=False),
)
