"""`augscore.train`: pair training from Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from augscore.engine.policies import PolicyLike
from augscore.runtime import Interruptions, Note, Progress
from augscore.training.planning.plan import Data, plan_training
from augscore.training.planning.request import Amp, TrainRequest, Value
from augscore.training.reporting.log_row import LogRow
from augscore.training.run import TrainResult, train_pairs
from augscore.training.stepping.loop import PairHooks


def train(
    method: str,
    data: Data,
    *,
    out: str | Path,
    recipe: str | None = None,
    policy: PolicyLike | None = None,
    size: int | None = None,
    arch: str | None = None,
    epochs: int | None = None,
    steps: int | None = None,
    batch_size: int | None = None,
    amp: Amp = "auto",
    weighting: str | None = None,
    score_model: str | Path | None = None,
    settings: Mapping[str, Value] | None = None,
    labels: str | Path | None = None,
    download: bool = False,
    limit: int | None = None,
    seed: int = 0,
    device: str = "auto",
    workers: int | None = None,
    checkpoint_every: int | None = None,
    log_every: int = 10,
    eval_every: int = 10,
    force: bool = False,
    report: Callable[[LogRow], None] = lambda row: None,
    note: Callable[[Note], None] = lambda note: None,
) -> TrainResult:
    """Train a backbone without labels, or continue the run in `out`.

    `method`: simclr, simsiam, wmse, vicreg, sce, moco or ressl. `data`: a folder, a data set of
    torchvision by name, a (N, 3, H, W) tensor, uint8 or float in [0, 1], or a data set of images
    or (image, label). `settings`: any number of the configuration by its name, as `--set` has it:
    {"optim.lr": 0.1, "temperature": 0.2}, with `_` or `-`. The rest is that of
    `augscore train METHOD --help`. `report` gets each row of metrics. A SIGINT or SIGTERM ends the
    run after its step, with a checkpoint; the same call goes on.

    Raises AugscoreError, as the command says it.
    """
    request = TrainRequest(
        method=method,
        out=Path(out),
        recipe=recipe,
        policy=policy,
        size=size,
        arch=arch,
        epochs=epochs,
        steps=steps,
        batch_size=batch_size,
        amp=amp,
        weighting=weighting,
        score_model=score_model,
        settings={name.replace("-", "_"): value for name, value in (settings or {}).items()},
        labels=None if labels is None else Path(labels),
        download=download,
        limit=limit,
        seed=seed,
        device=device,
        workers=workers,
        checkpoint_every=checkpoint_every,
        log_every=log_every,
        eval_every=eval_every,
        force=force,
    )
    plan = plan_training(data, request, _unseen)
    with Interruptions() as stop:
        return train_pairs(plan, PairHooks(lambda done: None, report, _unseen, note, stop))


def _unseen(progress: Progress) -> None:
    """Nobody watches a bar."""
