"""One step: views of a batch, their embeddings, weighted pairs, one update of the weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch

from augscore import keys
from augscore.engine.module import Augment
from augscore.engine.normalize import Normalize
from augscore.engine.normalized import normalize_
from augscore.methods.multiview import loss_of_pairs
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Constants, Embeddings
from augscore.training.data.feed import Batch
from augscore.training.networks.siamese import Online
from augscore.training.reporting.stopwatch import Stopwatch
from augscore.training.stepping.gather import gather
from augscore.training.stepping.learner import Learner
from augscore.training.stepping.pairing import Pairing
from augscore.training.weighing.scene import Scene
from augscore.training.weighing.weigher import Weigher, Weights

_LOSS = keys.slot("train", 0, "loss")


@dataclass(frozen=True)
class Pass:
    """What a step needs besides the learner; it changes none of it.

    network     the learner's online network as it is called: wrapped for precision and ranks
    precision   the context of the momentum copy's pass, which no wrapper calls
    augment     draws and applies the policy; views stay in [0, 1]
    normalize   what the network wants of its pixels
    """

    network: Any
    precision: Callable[[], AbstractContextManager[object]]
    augment: Augment
    normalize: Normalize
    pairing: Pairing
    weigher: Weigher
    constants: Constants
    device: torch.device
    seed: int


@dataclass(frozen=True)
class Outcome:
    """Of one batch, nothing waited for.

    loss        () with its graph until it is detached
    weights     of all pairs of all ranks, or None where they are not weighted
    embeddings  (N, D) of the first view that the trained network sees, all ranks, detached
    keys        (B, D) what goes into the queue once the weights are updated
    """

    loss: torch.Tensor
    weights: Weights | None
    embeddings: torch.Tensor
    keys: torch.Tensor | None
    logs: dict[str, torch.Tensor]


def run_batch(learner: Learner, run: Pass, batch: Batch, watch: Stopwatch) -> Outcome:
    """Forward, with the graph of the loss. `batch` has this rank's images; the loss is that of the
    joined batch of all ranks, the same on each."""
    with watch.part("augmentation"):
        images = _on(run.device, batch.images)
        views, draw = run.augment.forward_with_draw(images, batch.ids, batch.epoch)
    weights = None
    if run.weigher.config.kind != "none":
        with watch.part("scoring"):
            gaps = run.weigher.gaps(Scene(tuple(views), draw, images, run.pairing.pairs))
            weights = run.weigher.weights(_all_ranks(gaps), learner.step)
    with watch.part("network"):
        for view in views:
            normalize_(view, run.normalize)
        embeddings = _embed(learner, run, views)
        pair_loss = _pair_loss(learner, run, embeddings)
        loss = pair_loss.reduce(None if weights is None else weights.values)
    return Outcome(
        loss,
        weights,
        embeddings.z[run.pairing.online_views[0]].detach(),
        None if learner.queue is None else torch.cat(list(embeddings.k.values())).detach(),
        dict(pair_loss.logs),
    )


@dataclass(frozen=True)
class _Embedded:
    """Of the places that a network looked at, all ranks."""

    z: dict[int, torch.Tensor]
    p: dict[int, torch.Tensor]
    k: dict[int, torch.Tensor]


def _embed(learner: Learner, run: Pass, views: Sequence[torch.Tensor]) -> _Embedded:
    seen, keyed = run.pairing.online_views, run.pairing.target_views
    online: Online = run.network([views[place] for place in seen])
    predictions = {} if online.p is None else _by(seen, online.p)
    keys_of: dict[int, torch.Tensor] = {}
    if learner.target is not None:
        with run.precision():
            keys_of = _by(keyed, learner.target([views[place] for place in keyed]))
    return _Embedded(_by(seen, online.z), predictions, keys_of)


def _by(places: Sequence[int], rows: Sequence[torch.Tensor]) -> dict[int, torch.Tensor]:
    return {place: gather(own.float()) for place, own in zip(places, rows, strict=True)}


def _pair_loss(learner: Learner, run: Pass, embedded: _Embedded) -> PairLoss:
    queue = None if learner.queue is None else learner.queue.keys()
    # The same on all ranks.
    generator = keys.generator(_LOSS, seed=run.seed, step=learner.step)
    projections = embedded.k | embedded.z
    pairs = [
        Embeddings(
            z1=projections[a],
            z2=projections[b],
            p1=embedded.p.get(a),
            p2=embedded.p.get(b),
            k1=embedded.k.get(a),
            k2=embedded.k.get(b),
            queue=queue,
            generator=generator,
        )
        for a, b in run.pairing.pairs
    ]
    return loss_of_pairs(learner.method, run.constants, pairs)


def _all_ranks(gaps: torch.Tensor) -> torch.Tensor:
    """(P, N) of this rank → (P · N of all ranks,), in the order of the pairs' losses."""
    return gather(gaps.t().contiguous()).t().flatten()


def _on(
    device: torch.device, images: torch.Tensor | Sequence[torch.Tensor]
) -> torch.Tensor | list[torch.Tensor]:
    if isinstance(images, torch.Tensor):
        return images.to(device, non_blocking=True)
    return [image.to(device, non_blocking=True) for image in images]
