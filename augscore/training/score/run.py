"""`augscore train score`: read → fit → calibrate → save, on a run folder that can be continued."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from augscore.images.records import Skipped
from augscore.runs.continuing import agreeing, usable_checkpoint
from augscore.runs.deterministic import deterministic
from augscore.runs.hooks import Hooks
from augscore.runs.keeping import Keeper
from augscore.runs.mark import mark
from augscore.runs.run_folder import checkpoints_of, claimed
from augscore.runtime import (
    Note,
    Progress,
    ProgressSink,
    Stopped,
    host_facts,
    memory_errors,
    pick_device,
)
from augscore.score.crops import DrawnCrops, pixel_statistics
from augscore.score.denoiser import Denoiser
from augscore.score.dsm import SigmaLaw
from augscore.score.fit import (
    FitOptions,
    FitState,
    HeldOut,
    StepReport,
    averaged,
    fit,
    held_out_crops,
    held_out_loss,
    new_state,
)
from augscore.score.model import ModelCard, TrainingData, new_denoiser, save_model
from augscore.score.wiener import ErrorRow
from augscore.strength.calibrate import calibrate
from augscore.training.score.binding import binding_settings
from augscore.training.score.fit_checkpoint import restore, to_checkpoint
from augscore.training.score.kind import SCORE_RUN, model_of
from augscore.training.score.photo_pool import FEWEST_IMAGES, PhotoPool, read_pool
from augscore.training.score.plan import (
    CALIBRATION_CROPS,
    LESS_MEMORY,
    ScoreRunOptions,
    ScoreRunPlan,
    too_few_images,
    too_small,
)
from augscore.training.score.scales import working_crops
from augscore.training.score.verdict import denoising_errors

HELD_OUT_CROPS = 32


@dataclass(frozen=True)
class LogRow:
    """One row of progress; losses are weighted, 1.0 for an untrained network.

    `not_finite` counts the steps since the row before that changed no weight.
    """

    step: int
    steps: int
    loss: float
    held_out_loss: float
    learning_rate: float
    images_per_second: float
    seconds_left: float
    not_finite: int = 0


@dataclass(frozen=True)
class ScoreRunResult:
    """`errors` compares the finished network with the Wiener denoiser on `held_out` images; empty
    if interrupted."""

    model_path: Path
    complete: bool
    stopped_by: str | None
    errors: tuple[ErrorRow, ...]
    held_out: int
    skipped: tuple[Skipped, ...]


ScoreHooks = Hooks[LogRow]


def train_score(plan: ScoreRunPlan, hooks: ScoreHooks) -> ScoreRunResult:
    """Train, or continue, the run of a plan.

    A stop signal ends reading and calibrating at once, and fitting after its step, with a
    checkpoint. Raises UsageError where the folder holds a finished run, one of other settings, one
    that another process works on, or files of something else; HostError (`out_of_memory`).
    """
    out, settings = plan.options.out, binding_settings(plan)
    with claimed(out, SCORE_RUN, settings, force=plan.options.force), memory_errors(LESS_MEMORY):
        try:
            return _trained(plan, settings, hooks)
        except Stopped as stopped:
            return ScoreRunResult(model_of(out), False, stopped.by, (), 0, ())


def _trained(
    plan: ScoreRunPlan, settings: Mapping[str, object], hooks: ScoreHooks
) -> ScoreRunResult:
    with hooks.stop.at_once():
        fitting = _prepare(plan, settings, hooks)
    with deterministic(), hooks.stop.when_asked():
        _fit(fitting, plan, hooks)
    with hooks.stop.at_once():
        errors = _finish(fitting, plan, hooks.progress)
    pool = fitting.pool
    return ScoreRunResult(
        model_of(plan.options.out), True, None, errors, pool.image_counts[1], pool.skipped
    )


@dataclass(frozen=True)
class _Fitting:
    """All that a fit needs; `settings` must agree for it to continue from `state`."""

    pool: PhotoPool
    clean: DrawnCrops
    options: FitOptions
    state: FitState
    settings: Mapping[str, object]
    held_out: HeldOut
    keeper: Keeper


def _prepare(plan: ScoreRunPlan, settings: Mapping[str, object], hooks: ScoreHooks) -> _Fitting:
    options, note = plan.options, hooks.note
    folder, force = checkpoints_of(options.out), options.force
    device = pick_device(options.device)
    # Before the images, which may take minutes to read, what they do not decide.
    checkpoint = usable_checkpoint(folder, settings, force=force, note=note)
    mark(
        options.out,
        SCORE_RUN.command,
        settings,
        {"options": _plain(options), "host": host_facts(device)},
    )
    hooks.announce(checkpoint.step if checkpoint is not None else 0)
    pool = _read_pool(plan, hooks.progress)
    clean = _clean_crops(plan, pool)
    settings = {**settings, "fingerprint": pool.fingerprint}
    checkpoint = agreeing(checkpoint, settings, folder, force=force)
    state = _first_state(plan, pool, device)
    if checkpoint is not None:
        restore(state, checkpoint, device)
        note(Note("continued", f"continuing after step {state.step} of {options.steps}"))
    held_out = held_out_crops(pool.held_out, count=HELD_OUT_CROPS, seed=options.seed, device=device)
    keeper = Keeper(options.out, state.step, note)
    return _Fitting(pool, clean, plan.fit_options, state, settings, held_out, keeper)


def _read_pool(plan: ScoreRunPlan, progress: ProgressSink) -> PhotoPool:
    pool = read_pool(
        plan.source,
        plan.scales,
        seed=plan.options.seed,
        workers=plan.workers,
        progress=progress,
    )
    used = sum(pool.image_counts)
    if used < FEWEST_IMAGES or not pool.train.images:
        raise too_few_images(used, len(pool.skipped))
    return pool


def _first_state(plan: ScoreRunPlan, pool: PhotoPool, device: torch.device) -> FitState:
    statistics = pixel_statistics(pool.train, seed=plan.options.seed)
    denoiser = new_denoiser(
        plan.options.architecture, statistics.mean, statistics.sigma_data, plan.options.seed
    )
    return new_state(denoiser.to(device), plan.fit_options)


def _fit(fitting: _Fitting, plan: ScoreRunPlan, hooks: ScoreHooks) -> None:
    options, state, keeper = plan.options, fitting.state, fitting.keeper
    scratch = _empty_like(state.denoiser, fitting.held_out.crops.device)
    began, first = time.monotonic(), state.step
    not_finite = 0
    keeper.catch_up()
    for step in fit(state, fitting.pool.train, fitting.options):
        not_finite += not step.finite
        last = step.step == options.steps
        if step.step % options.log_every == 0 or last:
            loss = held_out_loss(averaged(state, scratch), fitting.held_out, scratch.sigma_data)
            speed = (step.step - first) / (time.monotonic() - began)
            row = _log_row(step, options, loss, speed, not_finite)
            not_finite = 0
            keeper.row(_metrics(row, step, loss))
            hooks.report(row)
        stopping = hooks.stop.ask() is not None
        if step.step % options.checkpoint_every == 0 or stopping or last:
            keeper.checkpoint(to_checkpoint(state, fitting.settings))
        if stopping:
            return


def _log_row(
    step: StepReport,
    options: ScoreRunOptions,
    held_out: Mapping[float, float],
    speed: float,
    not_finite: int,
) -> LogRow:
    return LogRow(
        step=step.step,
        steps=options.steps,
        loss=step.loss,
        held_out_loss=sum(held_out.values()) / len(held_out),
        learning_rate=step.learning_rate,
        images_per_second=speed * options.batch_size,
        seconds_left=(options.steps - step.step) / speed,
        not_finite=not_finite,
    )


def _metrics(row: LogRow, step: StepReport, held_out: Mapping[float, float]) -> dict[str, object]:
    return {
        "step": row.step,
        "loss": row.loss if step.finite else None,
        "held_out_loss": _finite(row.held_out_loss),
        "held_out_loss_by_sigma": {str(sigma): _finite(loss) for sigma, loss in held_out.items()},
        "learning_rate": row.learning_rate,
        "images_per_second": row.images_per_second,
        "not_finite": row.not_finite,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _finish(fitting: _Fitting, plan: ScoreRunPlan, progress: ProgressSink) -> tuple[ErrorRow, ...]:
    """Judge, calibrate and save the averaged network; the model comes last: it ends the run."""
    progress(Progress("calibrating", 0, None, "images"))
    options, state, pool = plan.options, fitting.state, fitting.pool
    device = next(state.denoiser.parameters()).device
    denoiser = averaged(state, _empty_like(state.denoiser, device)).eval().requires_grad_(False)
    errors = denoising_errors(denoiser, pool.train, pool.held_out, plan.scales, seed=options.seed)
    calibration = calibrate(denoiser, fitting.clean, plan.working_size, progress)
    fitting.keeper.catch_up()
    card = _card(fitting, plan, denoiser, errors)
    save_model(model_of(options.out), denoiser, card, calibration.to_json())
    return errors


def _clean_crops(plan: ScoreRunPlan, pool: PhotoPool) -> DrawnCrops:
    clean = working_crops(
        pool.train, plan.working_size, count=CALIBRATION_CROPS, seed=plan.options.seed
    )
    if clean is None:
        raise too_small(plan.working_size)
    return clean


def _card(
    fitting: _Fitting, plan: ScoreRunPlan, denoiser: Denoiser, errors: tuple[ErrorRow, ...]
) -> ModelCard:
    options, scales, law = plan.options, plan.scales, SigmaLaw()
    trained, held_out = fitting.pool.image_counts
    return ModelCard(
        name=options.out.resolve().name,
        version="1.0",
        architecture=denoiser.network.architecture,
        mean=denoiser.mean,
        sigma_data=denoiser.sigma_data,
        sigma_range=(law.lowest, law.highest),
        working_size=scales.working_size,
        data=TrainingData(
            trained, held_out, fitting.pool.fingerprint, scales.crop, scales.short_sides
        ),
        training={
            "steps": options.steps,
            "batch_size": options.batch_size,
            "seed": options.seed,
            "precision": "bf16" if plan.bf16 else "float32",
            "working_size": scales.working_size,
            "fingerprint": fitting.pool.fingerprint,
        },
        held_out=errors,
    )


def _plain(options: ScoreRunOptions) -> dict[str, object]:
    return {k: str(v) if isinstance(v, Path) else v for k, v in asdict(options).items()}


def _empty_like(denoiser: Denoiser, device: torch.device) -> Denoiser:
    copy = new_denoiser(denoiser.network.architecture, denoiser.mean, denoiser.sigma_data, 0)
    return copy.to(device).to(memory_format=torch.channels_last)
