"""Train the denoiser by denoising score matching.

A step is a pure function of (state, seed, step number), so a run that continues from a checkpoint
ends with the same weights, bit for bit, as one that was never interrupted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch

from augscore import keys
from augscore.runs.ema import ema_decay, update_ema
from augscore.runs.schedules import warmup_cosine
from augscore.score import dsm
from augscore.score.crops import CropPool
from augscore.score.denoiser import Denoiser

_NOISE = keys.slot("fit", 0, "noise")
HELD_OUT_SIGMAS = (0.02, 0.05, 0.1, 0.3)


@dataclass(frozen=True)
class FitOptions:
    """Everything that shapes the weights; `bf16` means autocast in the network alone."""

    steps: int
    batch_size: int
    seed: int
    learning_rate: float = 2e-3
    warmup: int = 100
    weight_decay: float = 1e-4
    clip_norm: float = 1.0
    longest_ema: float = 0.999
    bf16: bool = True
    sigma_law: dsm.SigmaLaw = field(default_factory=dsm.SigmaLaw)


@dataclass
class FitState:
    """What a checkpoint holds: the network, its average, the optimiser, the step."""

    denoiser: Denoiser
    average: list[torch.Tensor]
    optimizer: torch.optim.AdamW
    step: int = 0


@dataclass(frozen=True)
class StepReport:
    """After step number `step` (from 1): the weighted loss, 1.0 for an untrained network.

    A step that is not `finite` changed no weight.
    """

    step: int
    loss: float
    learning_rate: float
    finite: bool


def new_state(denoiser: Denoiser, options: FitOptions) -> FitState:
    denoiser.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(
        denoiser.parameters(),
        lr=options.learning_rate,
        betas=(0.9, 0.99),
        weight_decay=options.weight_decay,
        foreach=True,
    )
    average = [p.detach().clone() for p in denoiser.parameters()]
    return FitState(denoiser, average, optimizer)


def fit(state: FitState, pool: CropPool, options: FitOptions) -> Iterator[StepReport]:
    """One report a step, from the state's step on; the state is changed in place."""
    while state.step < options.steps:
        yield fit_step(state, pool, options)


def fit_step(state: FitState, pool: CropPool, options: FitOptions) -> StepReport:
    device = next(state.denoiser.parameters()).device
    crops = pool.batch(count=options.batch_size, step=state.step, seed=options.seed)
    clean = crops.to(device, torch.float32).div_(255).contiguous(memory_format=torch.channels_last)
    generator = keys.generator(_NOISE, seed=options.seed, step=state.step, device=device)
    noise = torch.randn(clean.shape, generator=generator, device=device)
    sigma = options.sigma_law.draw(len(clean), generator)
    rate = warmup_cosine(
        state.step, steps=options.steps, warmup=options.warmup, peak=options.learning_rate
    )
    with torch.autocast(device.type, torch.bfloat16, enabled=options.bf16):
        losses = dsm.loss(state.denoiser, clean, noise, sigma, state.denoiser.sigma_data)
    loss = losses.mean()
    finite = _update(state, loss, rate, options)
    state.step += 1
    return StepReport(state.step, float(loss.detach()), rate, finite)


def _update(state: FitState, loss: torch.Tensor, rate: float, options: FitOptions) -> bool:
    """One optimiser step; a step whose loss or gradient is not finite changes nothing."""
    parameters = list(state.denoiser.parameters())
    state.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    norm = torch.nn.utils.clip_grad_norm_(parameters, options.clip_norm)
    finite = bool(torch.isfinite(norm)) and bool(torch.isfinite(loss))
    if not finite:
        return False
    for group in state.optimizer.param_groups:
        group["lr"] = rate
    state.optimizer.step()
    decay = ema_decay(state.step, longest=options.longest_ema)
    update_ema(state.average, [p.detach() for p in parameters], decay)
    return True


@torch.no_grad()
def averaged(state: FitState, into: Denoiser) -> Denoiser:
    """The averaged weights, in a denoiser of the same shape: the only ones to evaluate."""
    for target, source in zip(into.parameters(), state.average, strict=True):
        target.copy_(source)
    return into


@dataclass(frozen=True)
class HeldOut:
    """Crops of photographs that training never sees, and fixed noise of their shape."""

    crops: torch.Tensor
    noise: torch.Tensor


def held_out_crops(pool: CropPool, *, count: int, seed: int, device: torch.device) -> HeldOut:
    crops = pool.batch(count=count, step=0, seed=seed).to(device, torch.float32) / 255
    noise = torch.stack([keys.normals(i + 1, tuple(crops.shape[1:])) for i in range(count)])
    return HeldOut(crops, noise.to(device))


@torch.inference_mode()
def held_out_loss(denoise: dsm.Denoise, held_out: HeldOut, sigma_data: float) -> dict[float, float]:
    """The weighted loss at each of four σ, in float32."""
    losses: dict[float, float] = {}
    for level in HELD_OUT_SIGMAS:
        sigma = torch.full((len(held_out.crops),), level, device=held_out.crops.device)
        per_crop = dsm.loss(denoise, held_out.crops, held_out.noise, sigma, sigma_data)
        losses[level] = float(per_crop.mean())
    return losses
