"""From the loss of a step to new weights: gradient, optimiser, momentum copy, queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from lightning_fabric import Fabric

from augscore.errors import UsageError
from augscore.methods.record import TargetConstants
from augscore.runs.schedules import cosine_between
from augscore.training.config import TrainConfig
from augscore.training.data.feed import Batch
from augscore.training.reporting.stopwatch import Stopwatch
from augscore.training.stepping.learner import Learner
from augscore.training.stepping.optimisers import peak_rate, rate_at, set_rates
from augscore.training.stepping.step import Outcome, Pass, run_batch


@dataclass(frozen=True)
class Update:
    """How weights change; `optimizer` is the learner's, wrapped by `fabric`."""

    fabric: Fabric
    optimizer: Any
    config: TrainConfig
    steps_per_epoch: int

    @property
    def peak(self) -> float:
        return peak_rate(self.config.optim, self.config.batch_size * self.config.optim.accumulate)

    def rate(self, step: int) -> float:
        return rate_at(
            step,
            config=self.config.optim,
            peak=self.peak,
            steps=self.config.steps,
            steps_per_epoch=self.steps_per_epoch,
        )


def train_step(
    learner: Learner,
    run: Pass,
    update: Update,
    batches: Sequence[Batch],
    watch: Stopwatch,
    *,
    check: bool,
) -> list[Outcome]:
    """One optimiser step over as many batches as gradients are accumulated.

    Raises UsageError (`loss_not_finite`), before a weight changes, where `check` and a loss is NaN
    or infinite.
    """
    outcomes = []
    update.optimizer.zero_grad(set_to_none=True)
    for place, batch in enumerate(batches):
        waits = place + 1 < len(batches)
        with update.fabric.no_backward_sync(run.network, enabled=waits):
            outcome = run_batch(learner, run, batch, watch)
            with watch.part("network"):
                if check:
                    _check(outcome.loss.detach(), learner.step)
                update.fabric.backward(outcome.loss / len(batches))
        outcomes.append(outcome)
    with watch.part("network"):
        _change(learner, run, update, outcomes)
    return outcomes


def _change(learner: Learner, run: Pass, update: Update, outcomes: Sequence[Outcome]) -> None:
    optim = update.config.optim
    if optim.clip_norm:
        update.fabric.clip_gradients(
            run.network, update.optimizer, max_norm=optim.clip_norm, error_if_nonfinite=False
        )
    set_rates(learner.optimizer, update.rate(learner.step), peak=update.peak)
    update.optimizer.step()
    if learner.target is not None:
        learner.target.update(learner.online, _momentum(update.config, learner.step))
    if learner.queue is not None:
        for outcome in outcomes:
            if outcome.keys is not None:
                learner.queue.enqueue(outcome.keys)
    learner.step += 1


def _momentum(config: TrainConfig, step: int) -> float:
    constants = config.constants
    if not isinstance(constants, TargetConstants):
        raise TypeError(f"{config.method} has no momentum copy")
    return cosine_between(
        step, steps=config.steps, start=constants.momentum, end=constants.momentum_end
    )


@torch.no_grad()
def check_weights(learner: Learner) -> None:
    """For a gradient may overflow though its loss is a number. Raises UsageError
    (`loss_not_finite`)."""
    norms = torch.stack(torch._foreach_norm(list(learner.online.parameters())))
    if not bool(torch.isfinite(norms).all()):
        raise _diverged(f"weights are not finite after step {learner.step}")


def _check(loss: torch.Tensor, step: int) -> None:
    if not bool(torch.isfinite(loss)):
        raise _diverged(f"the loss of step {step + 1} is {float(loss.detach())}")


def _diverged(what: str) -> UsageError:
    return UsageError(
        f"{what}: training diverged and was stopped",
        code="loss_not_finite",
        hint="Try a smaller optim.lr, a longer optim.warmup-epochs, optim.clip-norm=1 or "
        "--amp off, with --force or another --out; checkpoints are kept until then",
    )
