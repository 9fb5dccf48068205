"""The score model of a run: none, one that was named, or one trained first on the run's images."""

from __future__ import annotations

import time
from pathlib import Path

from augscore.runs.ranks import rank
from augscore.runtime import Note, Progress
from augscore.strength.scorer import Scorer
from augscore.training.planning.plan import TrainPlan
from augscore.training.score.kind import model_of
from augscore.training.score.plan import ScoreRunPlan
from augscore.training.score.run import ScoreHooks
from augscore.training.stepping.loop import PairHooks
from augscore.training.weighing.gaps import needs_network
from augscore.training.weighing.judge import named_judge
from augscore.training.weighing.score_first import plan_score_first, score_model_for

SCORE = "score"
"""The folder in a run's own."""
_LOOKS_EVERY = 0.5


def waits_for_network(plan: TrainPlan) -> bool:
    """Whether a score network is trained before the run."""
    return needs_network(plan.config.weighting) and plan.request.score_model is None


def scorer_of(plan: TrainPlan, hooks: PairHooks) -> Scorer | None:
    """The first rank trains the score network, where it has to be trained; others wait for its
    file. Raises `Stopped` on a signal."""
    model = plan.request.score_model
    if not needs_network(plan.config.weighting):
        return None
    if model is not None:
        return named_judge(model, plan.device)
    out = plan.request.out / SCORE
    if rank() == 0:
        return score_model_for(score_plan_of(plan, out), score_hooks(hooks))
    return _awaited(out, plan.device, hooks)


def _awaited(out: Path, device: str, hooks: PairHooks) -> Scorer:
    """A barrier would hold a process that was told to stop."""
    with hooks.stop.at_once():
        while not model_of(out).exists():
            time.sleep(_LOOKS_EVERY)
    return named_judge(out, device)


def score_plan_of(plan: TrainPlan, out: Path) -> ScoreRunPlan:
    """The run that comes first, in a folder of its own, on the images of the plan."""
    return plan_score_first(
        plan.train,
        out,
        size=plan.config.size,
        seed=plan.config.seed,
        device=plan.device,
        workers=plan.workers,
    )


def score_hooks(hooks: PairHooks) -> ScoreHooks:
    """What the score run tells, as the run that waits for it tells it."""

    def announce(done: int) -> None:
        hooks.note(Note("score_first", "training a score network on the images first"))

    return ScoreHooks(
        announce=announce,
        report=lambda row: hooks.progress(
            Progress("training the score network", row.step, row.steps, "steps")
        ),
        progress=hooks.progress,
        note=hooks.note,
        stop=hooks.stop,
    )
