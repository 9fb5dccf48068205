"""More than two views of an image: which make pairs, and one loss over all of them."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from augscore.errors import UsageError
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Constants, Embeddings, Method


def pairs_of(
    views: int, global_views: int | None = None, *, ordered: bool = False
) -> tuple[tuple[int, int], ...]:
    """The pairs (a, b) of the first `global_views` views with every other, each once with a < b.

    All are global if not said otherwise: then these are all pairs, as W-MSE takes them (Ermolov et
    al. 2021, arXiv 2007.06346, section 3); with small crops behind the global ones, multi-crop
    (Caron et al. 2020, arXiv 2006.09882). `ordered` gives two global views in both orders: for a
    loss whose second view is the query and first the key, so that every view is a query and the
    global ones alone are keys. UsageError for less than two views or one global view.
    """
    wide = views if global_views is None else global_views
    if views < 2 or not 1 <= wide <= views:
        raise UsageError(
            f"{views} views, {wide} of them global, make no pairs",
            code="bad_value",
            hint="Give 2 views or more, and a global one",
        )
    return tuple(
        (a, b) for a in range(wide) for b in range(views) if (a != b if ordered else a < b)
    )


def loss_of_pairs(method: Method, constants: Constants, pairs: Sequence[Embeddings]) -> PairLoss:
    """`over_pairs` of the method's losses, all with the same random choices, which W-MSE's views
    have to share; the generator goes on as after one loss."""
    generator = pairs[0].generator
    start = None if generator is None else generator.get_state()
    losses = []
    for embeddings in pairs:
        if generator is not None and start is not None:
            generator.set_state(start)
        losses.append(method.loss(embeddings, constants))
    return over_pairs(losses)


def over_pairs(losses: Sequence[PairLoss]) -> PairLoss:
    """P losses of N images as one of P · N pairs, those of the first loss first.

    Unweighted, it is the mean over the losses; batch terms and logs are the mean. Weights are given
    in the same order. One loss is returned as it is.
    """
    if len(losses) == 1:
        return losses[0]
    directions = [loss.per_direction for loss in losses if loss.per_direction is not None]
    return PairLoss(
        torch.cat([loss.per_pair for loss in losses]),
        torch.stack([loss.batch_term for loss in losses]).mean(),
        torch.cat(directions, 1) if len(directions) == len(losses) else None,
        {name: torch.stack([loss.logs[name] for loss in losses]).mean() for name in losses[0].logs},
    )
