"""How long a planned run should take: a few of its steps and looks, timed on noise."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from augscore.runtime import memory_errors
from augscore.score.crops import CropPool
from augscore.score.fit import FitOptions, fit_step, new_state
from augscore.score.model import new_denoiser
from augscore.strength.calibrate import NORM_SIGMAS, SIGMA, looks
from augscore.strength.sight import Lens, chunk_size, look
from augscore.training.score.plan import CALIBRATION_CROPS, LESS_MEMORY, ScoreRunPlan

TIMED_STEPS = 3


@dataclass(frozen=True)
class Expectation:
    """Seconds of each part."""

    training: float
    calibration: float


def expect(plan: ScoreRunPlan, done: int = 0) -> Expectation:
    """What is left of a run after `done` steps; takes some seconds itself.

    Raises HostError (`out_of_memory`).
    """
    device = torch.device(plan.device)
    with memory_errors(LESS_MEMORY):
        return Expectation(
            training=(plan.options.steps - done) * _seconds_a_step(plan, device),
            calibration=CALIBRATION_CROPS * _seconds_to_calibrate(plan, device),
        )


def _seconds_a_step(plan: ScoreRunPlan, device: torch.device) -> float:
    generator = torch.Generator().manual_seed(0)
    noise = torch.randint(0, 256, (3, plan.crop, plan.crop), dtype=torch.uint8, generator=generator)
    pool = CropPool(((noise,),), plan.crop)
    options = plan.options
    fit_options = FitOptions(steps=1000, batch_size=options.batch_size, seed=0, bf16=plan.bf16)
    state = new_state(new_denoiser(options.architecture, 0.5, 0.25, 0).to(device), fit_options)
    fit_step(state, pool, fit_options)
    began = time.monotonic()
    for _ in range(TIMED_STEPS):
        fit_step(state, pool, fit_options)
    return (time.monotonic() - began) / TIMED_STEPS


def _seconds_to_calibrate(plan: ScoreRunPlan, device: torch.device) -> float:
    """For one clean image."""
    size = plan.working_size
    denoiser = new_denoiser(plan.options.architecture, 0.5, 0.25, 0).eval().to(device)
    lens = Lens(size, SIGMA, NORM_SIGMAS)
    image = torch.full((1, 3, size, size), 0.5, device=device)
    images = image.expand(chunk_size(image), -1, -1, -1)
    look(denoiser, images, lens)
    began = time.monotonic()
    look(denoiser, images, lens)
    return (time.monotonic() - began) / len(images) * looks(size)
