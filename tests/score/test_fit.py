"""Training: bit-equal continuation, steps that are not finite, held-out loss, closed forms."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from augscore.runs.checkpoint import Checkpoint, find_checkpoint, save_checkpoint
from augscore.score import dsm
from augscore.score.crops import CropPool
from augscore.score.fit import (
    HELD_OUT_SIGMAS,
    FitOptions,
    FitState,
    averaged,
    fit,
    fit_step,
    held_out_crops,
    held_out_loss,
    new_state,
)
from augscore.score.model import new_denoiser
from augscore.score.network import Architecture
from augscore.training.score.fit_checkpoint import restore, to_checkpoint

TINY = Architecture(widths=(8, 8, 8), blocks=1, conditioning=8)
CPU = torch.device("cpu")


def options(steps: int = 6, bf16: bool = True, warmup: int = 2, seed: int = 1) -> FitOptions:
    return FitOptions(steps=steps, batch_size=3, seed=seed, bf16=bf16, warmup=warmup)


def begun(fit_options: FitOptions) -> FitState:
    return new_state(new_denoiser(TINY, 0.45, 0.25, 0), fit_options)


@pytest.fixture
def pool() -> CropPool:
    pictures = torch.randint(0, 256, (4, 3, 24, 28), dtype=torch.uint8)
    return CropPool(tuple((p,) for p in pictures), 16)


def everything(state: FitState) -> list[torch.Tensor]:
    parameters = list(state.denoiser.parameters())
    moments = [
        torch.as_tensor(v).detach().clone()
        for p in parameters
        for _, v in sorted(state.optimizer.state[p].items())
    ]
    return [p.detach().clone() for p in parameters] + [a.clone() for a in state.average] + moments


@pytest.mark.parametrize("bf16", [True, False])
def test_a_run_continued_from_a_file_ends_bit_equal(
    pool: CropPool, tmp_path: Path, bf16: bool
) -> None:
    chosen = options(bf16=bf16)
    straight = begun(chosen)
    losses = [report.loss for report in fit(straight, pool, chosen)]
    half = begun(chosen)
    first = [fit_step(half, pool, chosen).loss for _ in range(3)]
    save_checkpoint(tmp_path, to_checkpoint(half, {}))
    resumed = begun(chosen)
    checkpoint = find_checkpoint(tmp_path).checkpoint
    assert checkpoint is not None
    restore(resumed, checkpoint, CPU)
    assert resumed.step == 3
    second = [report.loss for report in fit(resumed, pool, chosen)]
    assert first + second == losses
    for a, b in zip(everything(resumed), everything(straight), strict=True):
        assert torch.equal(a, b)


def test_a_checkpoint_before_any_finite_step_can_be_continued(
    pool: CropPool, tmp_path: Path
) -> None:
    state = begun(options())
    state.step = 1
    save_checkpoint(tmp_path, to_checkpoint(state, {}))
    checkpoint = find_checkpoint(tmp_path).checkpoint
    assert checkpoint is not None
    resumed = begun(options())
    restore(resumed, checkpoint, CPU)
    assert resumed.step == 1
    assert fit_step(resumed, pool, options()).finite


def test_training_is_a_function_of_the_seed_and_leaves_the_global_state_alone(
    pool: CropPool,
) -> None:
    before = torch.random.get_rng_state()
    one, two, other = begun(options()), begun(options()), begun(options(seed=2))
    for state in (one, two):
        for _ in fit(state, pool, options()):
            pass
    for _ in fit(other, pool, options(seed=2)):
        pass
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(map(torch.equal, everything(one), everything(two)))
    assert not all(map(torch.equal, everything(one), everything(other)))


def test_a_step_that_is_not_finite_changes_nothing(
    pool: CropPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = begun(options())
    fit_step(state, pool, options())
    before = everything(state)
    real = dsm.loss
    monkeypatch.setattr(dsm, "loss", lambda *args: real(*args) * float("nan"))
    report = fit_step(state, pool, options())
    assert not report.finite
    assert state.step == 2
    assert all(map(torch.equal, everything(state), before))
    monkeypatch.setattr(dsm, "loss", real)
    assert fit_step(state, pool, options()).finite
    assert not all(map(torch.equal, everything(state), before))


def test_a_finite_loss_with_an_infinite_gradient_changes_nothing(
    pool: CropPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = begun(options())
    fit_step(state, pool, options())
    before = everything(state)
    head = state.denoiser.network.head.weight
    monkeypatch.setattr(dsm, "loss", lambda *args: (head * 0).abs().sqrt().sum(dim=(1, 2, 3)) + 1.0)
    report = fit_step(state, pool, options())
    assert math.isfinite(report.loss)
    assert not report.finite
    assert all(map(torch.equal, everything(state), before))


def test_first_loss_is_near_1_and_training_lowers_the_held_out_loss() -> None:
    flat = tuple((torch.full((3, 24, 24), v, dtype=torch.uint8),) for v in (20, 90, 160, 230))
    chosen = FitOptions(steps=40, batch_size=8, seed=0, warmup=5, bf16=False)
    mean, sd = 125 / 255, 78.3 / 255
    state = new_state(new_denoiser(TINY, mean, sd, 0), chosen)
    held = held_out_crops(CropPool(flat, 16), count=16, seed=3, device=CPU)
    scratch = new_denoiser(TINY, mean, sd, 0)
    before = held_out_loss(averaged(state, scratch), held, sd)
    assert tuple(before) == HELD_OUT_SIGMAS
    for value in before.values():
        assert value == pytest.approx(1, abs=0.3)
    for _ in fit(state, CropPool(flat, 16), chosen):
        pass
    after = held_out_loss(averaged(state, scratch), held, sd)
    assert after[0.3] < 0.8 * before[0.3]


def test_held_out_loss_is_the_weighted_error_at_each_sigma() -> None:
    pool = CropPool(((torch.randint(0, 256, (3, 20, 20), dtype=torch.uint8),),), 8)
    held = held_out_crops(pool, count=5, seed=0, device=CPU)
    assert not torch.equal(held.noise[0], held.noise[1])
    found = held_out_loss(lambda y, s: y, held, 0.25)
    for sigma, value in found.items():
        power = float(held.noise.to(torch.float64).square().mean())
        weight = (sigma**2 + 0.25**2) / (sigma * 0.25) ** 2
        assert value == pytest.approx(weight * sigma**2 * power, rel=1e-4)


def test_the_average_is_what_is_evaluated(pool: CropPool) -> None:
    state = begun(options())
    for _ in fit(state, pool, options()):
        pass
    evaluated = averaged(state, copy.deepcopy(state.denoiser))
    for p, average, current in zip(
        evaluated.parameters(), state.average, state.denoiser.parameters(), strict=True
    ):
        assert torch.equal(p, average)
        assert p is not current
    assert not all(map(torch.equal, state.average, state.denoiser.parameters()))


def test_the_average_follows_the_recursion(pool: CropPool) -> None:
    state = begun(options())
    expected = [a.to(torch.float64) for a in state.average]
    for n in range(4):
        fit_step(state, pool, options())
        decay = min(0.999, (1 + n) / (10 + n))
        expected = [
            decay * a + (1 - decay) * p.detach().to(torch.float64)
            for a, p in zip(expected, state.denoiser.parameters(), strict=True)
        ]
    for found, wanted in zip(state.average, expected, strict=True):
        torch.testing.assert_close(found.to(torch.float64), wanted, atol=1e-6, rtol=1e-5)


def test_reports_name_the_step_and_the_scheduled_rate(pool: CropPool) -> None:
    chosen = options(steps=4, warmup=2)
    reports = list(fit(begun(chosen), pool, chosen))
    assert [r.step for r in reports] == [1, 2, 3, 4]
    assert [r.learning_rate for r in reports] == pytest.approx(
        [1e-3, 2e-3, 2e-3, 2e-3 * 0.5 * (1 + math.cos(math.pi / 2))]
    )


def test_every_step_has_crops_and_noise_of_its_own(
    pool: CropPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = []
    real = dsm.loss

    def watched(
        denoise: dsm.Denoise,
        clean: torch.Tensor,
        noise: torch.Tensor,
        sigma: torch.Tensor,
        sigma_data: float,
    ) -> torch.Tensor:
        seen.append((clean.clone(), noise.clone(), sigma.clone()))
        return real(denoise, clean, noise, sigma, sigma_data)

    monkeypatch.setattr(dsm, "loss", watched)
    state = begun(options())
    for step in range(3):
        report = fit_step(state, pool, options())
        assert state.optimizer.param_groups[0]["lr"] == report.learning_rate
        crops = pool.batch(count=3, step=step, seed=1).to(torch.float32) / 255
        assert torch.equal(seen[step][0], crops)
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert not torch.equal(seen[one][1], seen[other][1])
        assert not torch.equal(seen[one][2], seen[other][2])
    assert not torch.equal(seen[0][1][0], seen[0][1][1])


def test_gradients_are_clipped(pool: CropPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """With SGD-like inspection: the gradient that reaches the optimiser has norm at most 1."""
    state = begun(options())
    real = dsm.loss
    monkeypatch.setattr(dsm, "loss", lambda *args: 1e4 * real(*args))
    fit_step(state, pool, options())
    gradients = [p.grad for p in state.denoiser.parameters() if p.grad is not None]
    norm = math.sqrt(sum(float(g.square().sum()) for g in gradients))
    assert norm == pytest.approx(1, rel=1e-3)


@given(st.integers(0, 2**31), st.integers(0, 100))
def test_fresh_weights_depend_on_the_seed_alone(seed: int, other: int) -> None:
    small = Architecture((4,), 1, 4)
    state = torch.random.get_rng_state()
    one = new_denoiser(small, 0.5, 0.25, seed).network.stem.weight
    torch.manual_seed(other)
    two = new_denoiser(small, 0.5, 0.25, seed).network.stem.weight
    assert torch.equal(one, two)
    torch.random.set_rng_state(state)


@pytest.mark.slow
def test_a_small_network_comes_near_the_closed_form_on_gaussian_data() -> None:
    """Images of one random colour and brightness plus white pixels: covariance known exactly."""
    side, flat_sd, white_sd = 16, 0.2, 0.05
    pictures = []
    for _ in range(512):
        colour = 0.5 + flat_sd * torch.randn(3, 1, 1) + white_sd * torch.randn(3, side, side)
        pictures.append(((colour.clamp(0, 1) * 255).round().to(torch.uint8),))
    pool = CropPool(tuple(pictures), side)
    total_sd = math.sqrt(flat_sd**2 + white_sd**2)
    chosen = FitOptions(steps=1500, batch_size=32, seed=0, bf16=False, warmup=50)
    architecture = Architecture((16, 16, 16), 1, 16)
    state = new_state(new_denoiser(architecture, 0.5, total_sd, 0), chosen)
    for _ in fit(state, pool, chosen):
        pass
    network = averaged(state, new_denoiser(architecture, 0.5, total_sd, 0)).requires_grad_(False)
    count = 400
    clean = 0.5 + flat_sd * torch.randn(count, 3, 1, 1)
    clean = clean + white_sd * torch.randn(count, 3, side, side)
    for sigma in (0.1, 0.2):
        noisy = clean + sigma * torch.randn_like(clean)
        error = float((network(noisy, torch.full((count,), sigma)) - clean).square().mean())
        white = sigma**2 * white_sd**2 / (white_sd**2 + sigma**2)
        constant = white_sd**2 + side**2 * flat_sd**2
        ideal = ((side**2 - 1) * white + sigma**2 * constant / (constant + sigma**2)) / side**2
        pixelwise = sigma**2 * total_sd**2 / (total_sd**2 + sigma**2)
        assert ideal * 0.95 < error < 1.8 * ideal
        assert error < 0.5 * pixelwise


def test_checkpoints_hold_no_more_than_tensors_and_settings(pool: CropPool, tmp_path: Path) -> None:
    state = begun(options())
    fit_step(state, pool, options())
    made = to_checkpoint(state, {"seed": 1})
    assert isinstance(made, Checkpoint)
    save_checkpoint(tmp_path, made)
    loaded = find_checkpoint(tmp_path).checkpoint
    assert loaded is not None
    assert loaded.settings == {"seed": 1}
    assert loaded.tensors.keys() == made.tensors.keys()
    for name, tensor in made.tensors.items():
        assert torch.equal(loaded.tensors[name], tensor)
