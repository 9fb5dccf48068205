"""The loop of pair training: batches in, rows of metrics and checkpoints out.

A step is a pure function of the learner and the number of the step, so that a run which goes on
from a checkpoint ends with the same weights, bit for bit, as one that was never interrupted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

import torch

from augscore.runs.checkpoint import Checkpoint
from augscore.runs.hooks import Hooks
from augscore.runs.keeping import Keeper
from augscore.runtime import Progress
from augscore.training.data.feed import Batch, Feed
from augscore.training.reporting.collapse_watch import CollapseWatch
from augscore.training.reporting.log_row import LogRow
from augscore.training.reporting.stopwatch import Stopwatch
from augscore.training.stepping.learner import Learner
from augscore.training.stepping.look import Look, with_look
from augscore.training.stepping.scaling import scale_tensors
from augscore.training.stepping.step import Pass
from augscore.training.stepping.tally import Tally
from augscore.training.stepping.update import Update, check_weights, train_step

CHECKPOINT_SECONDS = 60.0

PairHooks = Hooks[LogRow]


@dataclass(frozen=True)
class Rhythm:
    """How often, in steps; `checkpoint` None: after a minute; `look` 0: at the end alone."""

    log: int
    checkpoint: int | None
    look: int


@dataclass(frozen=True)
class Course:
    """All of a run that does not change while it goes.

    settings    what must agree for a checkpoint to be continued
    look        how good the network is at the moment
    keeps       where rows and checkpoints go; None on all ranks but the first
    """

    run: Pass
    update: Update
    feed: Feed
    rhythm: Rhythm
    settings: dict[str, object]
    look: Callable[[Learner], Look]
    keeps: Keeper | None


def train(learner: Learner, course: Course, hooks: PairHooks) -> None:
    """From the learner's step to the last, or to the first step after a signal.

    Raises UsageError (`loss_not_finite`).
    """
    config = course.update.config
    if course.keeps is not None:
        course.keeps.catch_up()
    accumulate = config.optim.accumulate
    batches = course.feed.batches(learner.step * accumulate, config.steps * accumulate)
    with closing(batches):
        _follow(learner, course, hooks, batches)


def _follow(learner: Learner, course: Course, hooks: PairHooks, batches: Iterator[Batch]) -> None:
    config = course.update.config
    watch, tally = Stopwatch(course.run.device), Tally()
    pace = _Pace(learner.step)
    watches = CollapseWatch(config.optim.warmup_epochs, hooks.note)
    while learner.step < config.steps:
        step = learner.step + 1
        last = step == config.steps
        looks = last or _every(course.rhythm.look, step)
        logs = looks or _every(course.rhythm.log, step)
        saves = last or pace.saves(course.rhythm.checkpoint, step)
        watch.watch(logs)
        with watch.part("data"):
            group = list(islice(batches, config.optim.accumulate))
        checks = logs or saves or course.run.device.type == "cpu"
        tally.add(train_step(learner, course.run, course.update, group, watch, check=checks))
        hooks.progress(Progress("training", step, config.steps, "steps"))
        if logs:
            row = _row(learner, course, pace, watch, tally)
            # The other ranks wait at the next step for the first one, which looks.
            if looks and course.keeps is not None:
                row = with_look(row, course.look(learner))
            _tell(row, course, hooks)
            watches(row)
            pace.logged(step)
        stopping = _any_stops(course, hooks)
        if saves or stopping:
            pace.saved()
            _save(learner, course)
        if stopping:
            return


def _row(learner: Learner, course: Course, pace: _Pace, watch: Stopwatch, tally: Tally) -> LogRow:
    config = course.update.config
    shares = watch.shares()
    row = LogRow(
        step=learner.step,
        steps=config.steps,
        epoch=_epoch(course, learner.step),
        learning_rate=course.update.rate(learner.step - 1),
        images_per_second=pace.now(learner.step) * config.batch_size * config.optim.accumulate,
        seconds_left=(config.steps - learner.step) / pace.overall(learner.step),
        data_share=shares["data"],
        augmentation_share=shares["augmentation"],
        scoring_share=shares["scoring"],
        network_share=shares["network"],
    )
    row = tally.fill(row)
    watch.reset()
    tally.reset()
    return row


def _tell(row: LogRow, course: Course, hooks: PairHooks) -> None:
    if course.keeps is not None:
        course.keeps.row(row.to_json())
        hooks.report(row)


def _any_stops(course: Course, hooks: PairHooks) -> bool:
    """Whether a signal reached any rank: all of them leave after the same step."""
    stops = hooks.stop.ask() is not None
    fabric = course.update.fabric
    if fabric.world_size == 1:
        return stops
    heard = torch.tensor(float(stops), device=course.run.device)
    return bool(fabric.all_reduce(heard, reduce_op="sum"))


def _save(learner: Learner, course: Course) -> None:
    check_weights(learner)
    if course.keeps is not None:
        tensors = {**learner.state(), **scale_tensors(course.update.fabric)}
        course.keeps.checkpoint(Checkpoint(learner.step, course.settings, tensors))


def _epoch(course: Course, step: int) -> float:
    return step / course.update.steps_per_epoch


def _every(rhythm: int, step: int) -> bool:
    return rhythm > 0 and step % rhythm == 0


class _Pace:
    """Steps a second, and when the run was saved."""

    def __init__(self, step: int) -> None:
        self._first = self._last = (step, time.monotonic())
        self._saved = time.monotonic()

    def overall(self, step: int) -> float:
        """Since the run began or went on, with its looks and checkpoints."""
        return _speed(self._first, step)

    def now(self, step: int) -> float:
        """Since the last row, without its look."""
        return _speed(self._last, step)

    def logged(self, step: int) -> None:
        self._last = (step, time.monotonic())

    def saves(self, rhythm: int | None, step: int) -> bool:
        if rhythm is not None:
            return step % rhythm == 0
        return time.monotonic() - self._saved >= CHECKPOINT_SECONDS

    def saved(self) -> None:
        self._saved = time.monotonic()


def _speed(since: tuple[int, float], step: int) -> float:
    first, began = since
    return (step - first) / max(1e-9, time.monotonic() - began)
