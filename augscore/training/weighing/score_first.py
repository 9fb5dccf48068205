"""The score network of a run, trained on the run's own images before it weighs their pairs.

It is a run of `augscore train score` in a folder of its own: it can be continued, and once finished
it is used again.
"""

from __future__ import annotations

from pathlib import Path

from augscore.images.collection import Collection
from augscore.runs.differences import differences
from augscore.runs.mark import marked_settings
from augscore.runs.run_folder import begun_otherwise
from augscore.runtime import Note, NoteSink, Stopped
from augscore.strength.scorer import Scorer, load_scorer
from augscore.training.score.binding import binding_settings
from augscore.training.score.kind import SCORE_RUN, model_of
from augscore.training.score.plan import ScoreRunOptions, ScoreRunPlan, plan_collected_run
from augscore.training.score.run import ScoreHooks, train_score
from augscore.training.weighing.score_values import LARGEST_SIDE

STEPS = 3000
"""Minutes on one core at 32 px. On 10,000 images of CIFAR-10 the network then denoises better than
the best linear denoiser at every σ from 0.01 to 0.5; after 1,000 steps it is hardly as good."""

MOST_IMAGES = 20_000
"""More of them, chosen by key, add memory and hardly any quality to a network of this size."""


def plan_score_first(
    images: Collection,
    out: Path,
    *,
    size: int,
    seed: int,
    device: str,
    steps: int = STEPS,
    workers: int | None = None,
) -> ScoreRunPlan:
    """What `score_model_for` will do; `augscore.training.score.expectation.expect` tells how long.

    The network works at the size at which weighing looks: `size`, that of the views, at most 64 px
    and no more than most images have. Raises as `plan_collected_run`.
    """
    options = ScoreRunOptions(
        out=out,
        steps=steps,
        seed=seed,
        size=min(size, LARGEST_SIDE),
        limit=MOST_IMAGES,
        device=device,
        workers=workers,
    )
    return plan_collected_run(images, options)


def score_model_for(plan: ScoreRunPlan, hooks: ScoreHooks) -> Scorer:
    """Train the network of a plan, continue it, or take it as it is.

    A signal stops it as it stops `train_score`, with a checkpoint from which the same call goes on
    later, and then raises Stopped. Raises UsageError (`resume_mismatch`) where the folder holds a
    network of other images or settings; else as `train_score`.
    """
    if not _finished(plan, hooks.note):
        result = train_score(plan, hooks)
        stopped_by = hooks.stop.ask()
        if not result.complete and stopped_by is not None:
            raise Stopped(stopped_by)
    return load_scorer(plan.options.out, plan.options.device)


def _finished(plan: ScoreRunPlan, note: NoteSink) -> bool:
    out = plan.options.out
    old = marked_settings(out, SCORE_RUN.command)
    if old is None or not model_of(out).exists():
        return False
    # Weights that are there do not change with the device that they are used on.
    wanted = {key: value for key, value in binding_settings(plan).items() if key != "device"}
    changed = differences(old, wanted)
    if changed:
        raise begun_otherwise(out, changed)
    note(Note("score_model_reused", f"the score network in '{out}' is finished and used again"))
    return True
