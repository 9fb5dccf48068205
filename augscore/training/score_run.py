"""`augscore train score`: read → fit → calibrate → save, on a run folder that can be continued."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from augscore.errors import InputError, UsageError
from augscore.images.batches import read
from augscore.images.records import Read, Skipped
from augscore.outputs import check_writable, write_json
from augscore.runs import metrics
from augscore.runs.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from augscore.runtime import Progress, ProgressSink, host_facts, pick_device
from augscore.score.crops import pixel_statistics
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
from augscore.training.photo_pool import PhotoPool, load_photo_pool
from augscore.training.plan import CALIBRATION_CROPS, ScoreRunOptions, ScoreRunPlan
from augscore.training.scales import working_crops
from augscore.training.verdict import denoising_errors

HELD_OUT_CROPS = 32
FEWEST_IMAGES = 2


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
    """`errors` compares the finished network with the Wiener denoiser; empty if interrupted."""

    model_path: Path
    complete: bool
    stopped_by: str | None
    errors: tuple[ErrorRow, ...]
    skipped: tuple[Skipped, ...]


Report = Callable[[LogRow], None]
Stopped = Callable[[], str | None]


def train_score(
    plan: ScoreRunPlan, *, report: Report, progress: ProgressSink, stopped: Stopped
) -> ScoreRunResult:
    """Train, or continue, the run of a plan; raises UsageError if the folder holds another one."""
    options = plan.options
    model_path = options.out / "model.safetensors"
    _claim(options, model_path)
    pool = _read_pool(plan, progress)
    device = pick_device(options.device)
    state, fit_options = _start(plan, pool, device)
    settings = _settings(plan, pool)
    _continue_from(options, state, settings, device)
    held_out = held_out_crops(pool.held_out, count=HELD_OUT_CROPS, seed=options.seed, device=device)
    with _deterministic():
        _run(state, pool, fit_options, plan, settings, held_out, report, stopped)
    reason = stopped()
    if reason is not None and state.step < options.steps:
        return ScoreRunResult(model_path, False, reason, (), pool.skipped)
    progress(Progress("calibrating", 0, None, "images"))
    denoiser = averaged(state, _empty_like(state.denoiser, device)).eval().requires_grad_(False)
    errors = _finish(plan, pool, denoiser, settings, model_path, progress)
    return ScoreRunResult(model_path, True, None, errors, pool.skipped)


def _claim(options: ScoreRunOptions, model_path: Path) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    check_writable(options.out / "run.json")
    if model_path.exists() and not options.force:
        raise UsageError(
            f"'{model_path}' exists: this run is finished",
            code="output_exists",
            hint="Choose another --out, or --force to train anew",
        )
    if options.force:
        model_path.unlink(missing_ok=True)
        for old in (options.out / "checkpoints").glob("step-*.safetensors"):
            old.unlink()


def _read_pool(plan: ScoreRunPlan, progress: ProgressSink) -> PhotoPool:
    def counted() -> Iterator[Read]:
        for done, item in enumerate(read(plan.found, workers=plan.workers)):
            progress(Progress("reading", done + 1, len(plan.found), "images"))
            yield item

    pool = load_photo_pool(
        counted(),
        plan.scales,
        expected=len(plan.found),
        seed=plan.options.seed,
    )
    used = sum(pool.image_counts)
    if used < FEWEST_IMAGES or not pool.train.images:
        raise InputError(
            f"a score network needs at least {FEWEST_IMAGES} readable images, found {used}",
            code="too_few_images",
            hint=f"{len(pool.skipped)} files were skipped",
        )
    return pool


def _start(
    plan: ScoreRunPlan, pool: PhotoPool, device: torch.device
) -> tuple[FitState, FitOptions]:
    options = plan.options
    statistics = pixel_statistics(pool.train, seed=options.seed)
    denoiser = new_denoiser(
        options.architecture, statistics.mean, statistics.sigma_data, options.seed
    ).to(device)
    fit_options = FitOptions(
        steps=options.steps, batch_size=options.batch_size, seed=options.seed, bf16=plan.bf16
    )
    return new_state(denoiser, fit_options), fit_options


def _settings(plan: ScoreRunPlan, pool: PhotoPool) -> dict[str, object]:
    """What must agree for a run to continue; also what the model's card says of the training."""
    options = plan.options
    return {
        "steps": options.steps,
        "batch_size": options.batch_size,
        "seed": options.seed,
        "precision": "bf16" if plan.bf16 else "float32",
        "working_size": plan.scales.working_size,
        "fingerprint": pool.fingerprint,
    }


def _continue_from(
    options: ScoreRunOptions, state: FitState, settings: Mapping[str, object], device: torch.device
) -> None:
    checkpoint = load_checkpoint(options.out / "checkpoints")
    if checkpoint is not None:
        _refuse_other_settings(checkpoint.settings, settings)
        _refuse_other_shapes(checkpoint, state)
        _restore(state, checkpoint, device)
    metrics.keep_until(options.out / "metrics.jsonl", state.step)


def _refuse_other_settings(old: Mapping[str, object], new: Mapping[str, object]) -> None:
    changed = [f"{k}: {old.get(k)} → {v}" for k, v in new.items() if old.get(k) != v]
    if changed:
        raise UsageError(
            f"the run was begun with other settings ({'; '.join(changed)})",
            code="resume_mismatch",
            hint="Use the same settings to continue it, another --out, or --force",
        )


def _refuse_other_shapes(checkpoint: Checkpoint, state: FitState) -> None:
    names = [name for name in checkpoint.tensors if name.startswith("weights.")]
    old = [checkpoint.tensors[name].shape for name in sorted(names)]
    if old != [p.shape for p in state.denoiser.parameters()]:
        raise UsageError(
            "the run was begun with another architecture",
            code="resume_mismatch",
            hint="Use another --out, or --force",
        )


def _run(
    state: FitState,
    pool: PhotoPool,
    fit_options: FitOptions,
    plan: ScoreRunPlan,
    settings: Mapping[str, object],
    held_out: HeldOut,
    report: Report,
    stopped: Stopped,
) -> None:
    options = plan.options
    scratch = _empty_like(state.denoiser, held_out.crops.device)
    began, first = time.monotonic(), state.step
    not_finite = 0
    for step in fit(state, pool.train, fit_options):
        not_finite += not step.finite
        last = step.step == options.steps
        if step.step % options.log_every == 0 or last:
            loss = held_out_loss(averaged(state, scratch), held_out, scratch.sigma_data)
            speed = (step.step - first) / (time.monotonic() - began)
            row = _log_row(step, options, loss, speed, not_finite)
            not_finite = 0
            metrics.append(options.out / "metrics.jsonl", _metrics(row, step, loss))
            report(row)
        stop = stopped() is not None
        if step.step % options.checkpoint_every == 0 or stop or last:
            save_checkpoint(options.out / "checkpoints", _checkpoint(state, settings))
        if stop:
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
        "held_out_loss": row.held_out_loss,
        "held_out_loss_by_sigma": {str(sigma): loss for sigma, loss in held_out.items()},
        "learning_rate": row.learning_rate,
        "images_per_second": row.images_per_second,
        "not_finite": row.not_finite,
    }


def _checkpoint(state: FitState, settings: Mapping[str, object]) -> Checkpoint:
    tensors: dict[str, torch.Tensor] = {}
    for i, p in enumerate(state.denoiser.parameters()):
        tensors[f"weights.{i:03d}"] = p
        tensors[f"average.{i:03d}"] = state.average[i]
        for name, value in state.optimizer.state[p].items():
            tensors[f"{name}.{i:03d}"] = torch.as_tensor(value)
    return Checkpoint(state.step, settings, tensors)


@torch.no_grad()
def _restore(state: FitState, checkpoint: Checkpoint, device: torch.device) -> None:
    tensors = checkpoint.tensors
    for i, p in enumerate(state.denoiser.parameters()):
        p.copy_(tensors[f"weights.{i:03d}"].to(device))
        state.average[i].copy_(tensors[f"average.{i:03d}"].to(device))
        if f"step.{i:03d}" not in tensors:
            continue  # no step was finite so far
        moments = {}
        for name in ("exp_avg", "exp_avg_sq"):
            moment = torch.empty_like(p, memory_format=torch.preserve_format)
            moments[name] = moment.copy_(tensors[f"{name}.{i:03d}"].to(device))
        state.optimizer.state[p] = {"step": tensors[f"step.{i:03d}"], **moments}
    state.step = checkpoint.step


def _finish(
    plan: ScoreRunPlan,
    pool: PhotoPool,
    denoiser: Denoiser,
    settings: Mapping[str, object],
    model_path: Path,
    progress: ProgressSink,
) -> tuple[ErrorRow, ...]:
    options, scales = plan.options, plan.scales
    errors = denoising_errors(denoiser, pool.train, pool.held_out, scales, seed=options.seed)
    clean = working_crops(
        pool.train, scales.working_size, count=CALIBRATION_CROPS, seed=options.seed
    )
    if clean is None:
        raise InputError(
            f"no image reaches the working size of {scales.working_size} px",
            code="too_small",
            hint="Give a smaller --size",
        )
    calibration = calibrate(denoiser, clean, scales.working_size, progress)
    trained, held_out = pool.image_counts
    law = SigmaLaw()
    card = ModelCard(
        name=options.out.resolve().name,
        version="1.0",
        architecture=denoiser.network.architecture,
        mean=denoiser.mean,
        sigma_data=denoiser.sigma_data,
        sigma_range=(law.lowest, law.highest),
        working_size=scales.working_size,
        data=TrainingData(trained, held_out, pool.fingerprint, scales.crop, scales.short_sides),
        training=settings,
        held_out=errors,
    )
    save_model(model_path, denoiser, card, calibration.to_json())
    write_json(
        options.out / "run.json",
        {"options": _plain(options), "host": host_facts(_device(denoiser))},
    )
    return errors


def _plain(options: ScoreRunOptions) -> dict[str, object]:
    return {k: str(v) if isinstance(v, Path) else v for k, v in asdict(options).items()}


def _device(denoiser: Denoiser) -> torch.device:
    return next(denoiser.parameters()).device


def _empty_like(denoiser: Denoiser, device: torch.device) -> Denoiser:
    copy = new_denoiser(denoiser.network.architecture, denoiser.mean, denoiser.sigma_data, 0)
    return copy.to(device).to(memory_format=torch.channels_last)


@contextmanager
def _deterministic() -> Iterator[None]:
    before = torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before)
