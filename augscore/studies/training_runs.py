"""Runs of a weighting study, done by `augscore train`: from a cell to a row.

The score network is trained once, on the training images of the first seed, and every run of the
study that needs one looks through it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import torch

from augscore.engine.policies import find_policy
from augscore.engine.policy_file.digest import policy_digest
from augscore.errors import InputError
from augscore.json_values import parsed_object
from augscore.runs.run_folder import metrics_of
from augscore.runtime import ProgressSink, Stopped
from augscore.strength.model_path import IN_A_RUN
from augscore.studies.cells import Cell
from augscore.studies.rows import StudyRow
from augscore.studies.study_folder import runs_of, score_of
from augscore.training.config import WeightingConfig, WeightingKind
from augscore.training.judging import score_hooks, score_plan_of
from augscore.training.planning.plan import Data, TrainPlan, plan_training
from augscore.training.planning.request import TrainRequest
from augscore.training.reporting.log_row import LogRow
from augscore.training.run import encoder_of, train_pairs
from augscore.training.stepping.loop import PairHooks
from augscore.training.weighing.gaps import needs_network
from augscore.training.weighing.judge import judge_digest
from augscore.training.weighing.score_first import score_model_for
from augscore.version import VERSION


@dataclass(frozen=True)
class Runs:
    """What all runs of a study share: `base` is the request whose method, weighting, seed and
    folder each cell fills in."""

    data: Data
    base: TrainRequest
    out: Path

    def request(self, cell: Cell, score_model: str | Path | None) -> TrainRequest:
        return replace(
            self.base,
            method=cell.method,
            out=runs_of(self.out) / cell.name,
            weighting=cell.weighting,
            seed=cell.seed,
            score_model=score_model,
        )

    def plan(self, cell: Cell, score_model: str | Path | None, progress: ProgressSink) -> TrainPlan:
        """Raises as `plan_training`, and InputError (`no_labels`) where k-NN has no classes."""
        request = self.request(cell, score_model)
        return plan_training(self.data, request, progress, accuracy=True)

    def score_model(self, cell: Cell) -> str | Path | None:
        """The one that was named, or that of this study."""
        own = self.base.score_model is None and looks_through_network(cell)
        return score_of(self.out) if own else self.base.score_model


def binding_settings(runs: Runs, first: TrainPlan) -> dict[str, object]:
    """What every row of a study shares; `first` is the plan of a cell of its first seed."""
    base = runs.base
    policy = None if base.policy is None else policy_digest(find_policy(base.policy))
    settings = {
        "recipe": base.recipe,
        "policy": policy,
        "size": base.size,
        "arch": base.arch,
        "epochs": base.epochs,
        "steps": base.steps,
        "batch_size": base.batch_size,
        "amp": base.amp,
        "settings": dict(base.settings),
        "limit": base.limit,
        "data": first.train.fingerprint,
        "test": None if first.test is None else first.test.fingerprint,
        "device": torch.device(first.device).type,
        "score_model": judge_digest(WeightingConfig(kind="score"), base.score_model),
    }
    as_read: dict[str, object] = json.loads(json.dumps(settings))
    return as_read


class RunCell:
    """Does the run of a cell, goes on with it, or reads what it came to if it is finished."""

    def __init__(self, runs: Runs, hooks: PairHooks) -> None:
        self._runs = runs
        self._hooks = hooks

    def __call__(self, cell: Cell) -> StudyRow | None:
        """None where a signal stopped it; the next call for this cell goes on."""
        try:
            with self._hooks.stop.at_once():
                plan = self._runs.plan(cell, self._runs.score_model(cell), self._hooks.progress)
        except Stopped:
            return None
        if not self._judge_ready(cell):
            return None
        if not encoder_of(plan).exists() and not train_pairs(plan, self._hooks).complete:
            return None
        return row_of(cell, plan, last_row(plan))

    def _judge_ready(self, cell: Cell) -> bool:
        """Train the score network of this study where it is missing; False if a signal stopped it.

        On the training images of the first seed, whatever seed needs it first.
        """
        own = score_of(self._runs.out)
        if self._runs.score_model(cell) != own or (own / IN_A_RUN).exists():
            return True
        first = self._runs.plan(replace(cell, seed=0), None, self._hooks.progress)
        plan = score_plan_of(first, own)
        return score_model_for(plan, score_hooks(self._hooks)) is not None


def looks_through_network(cell: Cell) -> bool:
    return needs_network(WeightingConfig(kind=cast(WeightingKind, cell.weighting)))


def row_of(cell: Cell, plan: TrainPlan, last: LogRow) -> StudyRow:
    """From the last row of metrics of a finished run. Raises InputError (`no_accuracy`) where that
    has none."""
    if last.knn is None or last.knn_low is None or last.knn_high is None:
        raise InputError(
            f"the run in {plan.request.out} ended without an accuracy",
            code="no_accuracy",
            hint="Remove that folder and run the same command again",
        )
    config = plan.config
    seen = config.steps * config.batch_size * config.optim.accumulate
    return StudyRow(
        method=cell.method,
        weighting=cell.weighting,
        seed=cell.seed,
        knn=last.knn,
        knn_low=last.knn_low,
        knn_high=last.knn_high,
        loss=last.loss,
        rankme=last.rankme,
        effective_sample_size=last.effective_sample_size,
        scoring_share=last.scoring_share,
        epochs=config.epochs,
        steps=config.steps,
        batch_size=config.batch_size,
        images=len(plan.train),
        test_images=0 if plan.test is None else len(plan.test),
        seconds=seen / last.images_per_second if last.images_per_second else 0.0,
        device=torch.device(plan.device).type,
        version=VERSION,
    )


def last_row(plan: TrainPlan) -> LogRow:
    """Of a finished run's metrics.jsonl."""
    lines = metrics_of(plan.request.out).read_text("utf-8").splitlines()
    found = (parsed_object(line) for line in reversed(lines))
    return next(LogRow.from_json(row) for row in found if row is not None)
