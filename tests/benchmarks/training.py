"""A training step of the score network: bf16 and channels_last against float32 and contiguous."""

from __future__ import annotations

from collections.abc import Callable

import torch

from augscore.benching.pictures import smooth_pictures
from augscore.score import dsm
from augscore.score.model import new_denoiser
from augscore.score.network import Architecture
from tests.benchmarks.case import Case, Setting

CROP = 64
FORMATS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def cases(setting: Setting) -> list[Case]:
    return [
        Case("training step", f"{precision}, {layout}", setting.batch_size, step)
        for precision in ("float32", "bf16")
        for layout in FORMATS
        for step in [_step(setting, bf16=precision == "bf16", layout=layout)]
    ]


def _step(setting: Setting, *, bf16: bool, layout: str) -> Callable[[], float]:
    """As `augscore.score.fit` does it, with the precision and the layout left open."""
    device, memory_format = setting.device, FORMATS[layout]
    denoiser = new_denoiser(Architecture(), 0.5, 0.25, 0).to(device)
    denoiser.to(memory_format=memory_format)
    optimizer = torch.optim.AdamW(denoiser.parameters(), lr=1e-4, foreach=True)
    images = smooth_pictures(setting.batch_size, CROP).to(device, torch.float32) / 255
    clean = images.contiguous(memory_format=memory_format)
    generator = torch.Generator(device=device).manual_seed(0)

    def step() -> float:
        noise = torch.randn(clean.shape, generator=generator, device=device)
        sigma = dsm.SigmaLaw().draw(len(clean), generator)
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            loss = dsm.loss(denoiser, clean, noise, sigma, denoiser.sigma_data).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(denoiser.parameters(), 1.0)
        optimizer.step()
        return float(loss.detach())

    return step
