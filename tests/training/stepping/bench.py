"""A learner, and all that its steps need, small enough to be followed by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from augscore.engine.module import Augment
from augscore.engine.normalize import NORMALIZATIONS
from augscore.engine.policies import PolicyLike, find_policy
from augscore.methods.record import Constants, Head
from augscore.methods.table import find_method
from augscore.strength.scorer import Scorer
from augscore.training.config import OptimConfig, TrainConfig, WeightingConfig
from augscore.training.data.feed import Batch
from augscore.training.reporting.stopwatch import Stopwatch
from augscore.training.stepping.fabric import make_fabric
from augscore.training.stepping.learner import Learner, new_learner
from augscore.training.stepping.pairing import constants_for, pairing_of
from augscore.training.stepping.step import Outcome, Pass
from augscore.training.stepping.update import Update, train_step
from augscore.training.weighing.weigher import Weigher

CPU = torch.device("cpu")
SIZE, SEED, STEPS = 32, 3, 8
IMAGENET = NORMALIZATIONS["imagenet"]
PLAIN = OptimConfig(
    name="sgd",
    lr=0.1,
    scale_lr=False,
    momentum=0.0,
    weight_decay=0.0,
    schedule="constant",
    warmup_epochs=0.0,
)


@dataclass
class Bench:
    learner: Learner
    run: Pass
    update: Update

    def step(self, *batches: Batch) -> list[Outcome]:
        watch = Stopwatch(CPU)
        return train_step(self.learner, self.run, self.update, batches, watch, check=True)

    def views(self, batch: Batch) -> list[torch.Tensor]:
        """As the networks get them."""
        mean = torch.tensor(IMAGENET.mean)[:, None, None]
        std = torch.tensor(IMAGENET.std)[:, None, None]
        return [(view - mean) / std for view in self.plain_views(batch)]

    def plain_views(self, batch: Batch) -> list[torch.Tensor]:
        """In [0, 1]."""
        return list(self.run.augment(batch.images, batch.ids, batch.epoch))


def bench(
    method: str,
    *,
    constants: Constants | None = None,
    weighting: WeightingConfig | None = None,
    scorer: Scorer | None = None,
    optim: OptimConfig = PLAIN,
    policy: PolicyLike = "simclr-cifar",
    batch_size: int = 6,
) -> Bench:
    """`small-gn` under heads without batch norm: no image of a batch touches another before the
    loss."""
    known = find_method(method)
    config = TrainConfig(
        method=method,
        constants=constants or known.constants,
        projector=Head(12, 8, norm_hidden=False),
        predictor=Head(6, 8, norm_hidden=False) if known.predictor else None,
        policy="",
        views=2,
        size=SIZE,
        arch="small-gn",
        epochs=2,
        steps=STEPS,
        batch_size=batch_size,
        seed=SEED,
        precision="float32",
        optim=optim,
        weighting=weighting or WeightingConfig(),
    )
    return _bench(config, scorer, policy)


def _bench(config: TrainConfig, scorer: Scorer | None, policy: PolicyLike) -> Bench:
    found = replace(find_policy(policy), normalize=None)
    pairing = pairing_of(found, config.views, SIZE, config.constants)
    learner = new_learner(config, CPU)
    fabric = make_fabric(CPU, config.precision)
    network, optimizer = fabric.setup(learner.online, learner.optimizer)
    run = Pass(
        network=network,
        precision=fabric.autocast,
        augment=Augment(found, size=SIZE, seed=SEED, views=config.views),
        normalize=IMAGENET,
        pairing=pairing,
        weigher=Weigher(config.weighting, scorer, steps_per_epoch=4, epochs=2, seed=SEED),
        constants=constants_for(pairing, config.constants),
        device=CPU,
        seed=SEED,
    )
    return Bench(learner, run, Update(fabric, optimizer, config, 4))


def batch(first: int = 0, count: int = 6) -> Batch:
    """Images of smooth noise with the ids from `first` on."""
    places = range(first, first + count)
    pixels = [_picture(place) for place in places]
    return Batch(torch.stack(pixels), list(places), torch.tensor(places), epoch=0, step=0)


def _picture(seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 5, 5, generator=generator)
    fine = torch.nn.functional.interpolate(coarse, size=(40, 40), mode="bilinear")
    return (255 * fine[0]).to(torch.uint8)


def weights_of(learner: Learner) -> dict[str, torch.Tensor]:
    """Copies of the trained network's parameters."""
    return {name: p.detach().clone() for name, p in learner.online.named_parameters()}
