"""Our own training of SimCLR on a folder, piece by piece as `augscore train` puts it together."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from augscore.engine.module import Augment
from augscore.runtime import Progress
from augscore.strength.scorer import Scorer, load_scorer
from augscore.training.data.feed import Batch, Feed
from augscore.training.data.store import open_store
from augscore.training.planning.plan import TrainPlan, plan_training
from augscore.training.planning.request import TrainRequest
from augscore.training.reporting.stopwatch import Stopwatch
from augscore.training.stepping.fabric import make_fabric
from augscore.training.stepping.learner import new_learner
from augscore.training.stepping.step import Pass
from augscore.training.stepping.update import Update, train_step
from augscore.training.weighing.weigher import Weigher
from tests.benchmarks.pair_peers import HEAD, RATE, SIZE, Job, Views

DEVICE = torch.device("cpu")
_ENDLESS = 10**9


class Own:
    """A run that goes on for ever: an epoch, or a step on ready views, at a time."""

    def __init__(self, job: Job, *, weighting: str = "none") -> None:
        self.name = "augscore" if weighting == "none" else f"augscore, {weighting}"
        self.plan = _plan(job, weighting)
        self.watch = Stopwatch(DEVICE)
        self._learner = new_learner(self.plan.config, DEVICE)
        self._learner.online.train()
        fabric = make_fabric(DEVICE, self.plan.config.precision)
        network, optimizer = fabric.setup(self._learner.online, self._learner.optimizer)
        self._update = Update(fabric, optimizer, self.plan.config, self.plan.steps_per_epoch)
        self._run = _pass(self.plan, network, weighting)
        store = open_store(self.plan.train, workers=job.workers)
        self._feed = Feed(store, batch_size=job.batch_size, seed=0, workers=job.workers)

    def epoch(self) -> None:
        done = self._learner.step
        batches = self._feed.batches(done, done + self.plan.steps_per_epoch)
        for _ in range(self.plan.steps_per_epoch):
            with self.watch.part("data"):
                batch = next(batches)
            self._step(self._run, batch, self.watch)

    def network_step(self, views: Views) -> None:
        """On ready views in [0, 1], which stay as they are; `watch` does not see it."""
        count = len(views[0])
        batch = Batch(torch.empty(0), list(range(count)), torch.arange(count), 0, 0)
        run = replace(self._run, augment=_Ready(views))  # type: ignore[arg-type]
        self._step(run, batch, Stopwatch(DEVICE))

    def _step(self, run: Pass, batch: Batch, watch: Stopwatch) -> None:
        train_step(self._learner, run, self._update, [batch], watch, check=True)


class _Ready:
    """Stands in for the engine where views are there already."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def forward_with_draw(self, *_: object) -> tuple[list[torch.Tensor], None]:
        return [view.clone() for view in self._views], None


def _plan(job: Job, weighting: str) -> TrainPlan:
    settings: dict[str, Any] = {
        "projector.hidden": HEAD.hidden,
        "projector.out": HEAD.out,
        "projector.layers": HEAD.layers,
        "projector.norm_hidden": HEAD.norm_hidden,
        "optim.name": "sgd",
        "optim.lr": RATE,
        "optim.scale_lr": False,
        "optim.weight_decay": 5e-4,
    }
    request = TrainRequest(
        method="simclr",
        out=Path("/nowhere"),
        policy="simclr-cifar",
        size=SIZE,
        arch=job.arch,
        steps=_ENDLESS,
        batch_size=job.batch_size,
        amp="off",
        weighting=weighting,
        settings=settings,
        device="cpu",
        workers=job.workers,
    )
    return plan_training(job.folder, request, _unseen)


def _pass(plan: TrainPlan, network: Any, weighting: str) -> Pass:
    config = plan.config
    scorer: Scorer | None = None if weighting == "none" else load_scorer("default", "cpu")
    return Pass(
        network=network,
        precision=nullcontext,
        augment=Augment(plan.policy, size=config.size, seed=config.seed, views=config.views),
        normalize=plan.normalize,
        pairing=plan.pairing,
        weigher=Weigher(
            config.weighting,
            scorer,
            steps_per_epoch=plan.steps_per_epoch,
            epochs=config.epochs,
            seed=config.seed,
        ),
        constants=config.constants,
        device=DEVICE,
        seed=config.seed,
    )


def shares(watch: Stopwatch) -> Sequence[tuple[str, float]]:
    """(part, share of the time)."""
    return tuple(watch.shares().items())


def _unseen(progress: Progress) -> None:
    """Nobody watches."""
