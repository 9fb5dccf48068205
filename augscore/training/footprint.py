"""How long a planned run should take and how much memory: some images through its networks."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from torch import nn

from augscore.engine.module import Augment
from augscore.runtime import memory_errors
from augscore.score.model import new_denoiser
from augscore.score.network import Architecture
from augscore.training.judging import SCORE, score_plan_of, waits_for_network
from augscore.training.planning.plan import TrainPlan
from augscore.training.score.expectation import expect as expect_score
from augscore.training.score.kind import model_of
from augscore.training.stepping.learner import Learner, new_learner
from augscore.training.weighing.gaps import needs_network
from augscore.training.weighing.score_values import LARGEST_SIDE, score_norms

TIMED_IMAGES = 8
TIMED_STEPS = 2
LESS_MEMORY = "Give a smaller --batch-size or --size, or --amp bf16"
_LIBRARIES_BYTES = 900 << 20


@dataclass(frozen=True)
class Expectation:
    """Of what is left of a run, without reading and looks.

    score_seconds   of the score network that is trained first; 0 where none has to be
    """

    seconds: float
    score_seconds: float
    memory_bytes: int


def expect(plan: TrainPlan, done: int = 0) -> Expectation:
    """Time a few small steps; both grow in proportion to the batch. Takes some seconds itself.

    Raises HostError (`out_of_memory`).
    """
    with memory_errors(LESS_MEMORY):
        learner = new_learner(plan.config, torch.device(plan.device))
        images = _noise(plan)
        activations = _activation_bytes(learner, plan)
        seconds = _seconds_an_image(learner, plan, images)
    config = plan.config
    batch = config.batch_size * config.optim.accumulate
    weights = sum(tensor.numel() * 4 for tensor in learner.state().values())
    memory = _LIBRARIES_BYTES + 3 * weights + activations * config.batch_size
    left = (config.steps - done) * batch
    return Expectation(left * (seconds + _scoring(plan)), _score_first(plan), int(memory))


def _scoring(plan: TrainPlan) -> float:
    """Seconds an image, of a network of the size that is trained first."""
    weighting = plan.config.weighting
    if not needs_network(weighting):
        return 0.0
    device = torch.device(plan.device)
    side = min(plan.config.size, LARGEST_SIDE)
    denoiser = new_denoiser(Architecture(), 0.5, 0.25, 0).eval().to(device)
    views = [torch.full((TIMED_IMAGES, 3, side, side), 0.5, device=device)] * plan.config.views
    spent = []
    for _ in range(TIMED_STEPS + 1):
        began = time.monotonic()
        with torch.no_grad():
            score_norms(denoiser, views, (weighting.sigma,))
        _wait(device)
        spent.append(time.monotonic() - began)
    return min(spent[1:]) / TIMED_IMAGES


def _score_first(plan: TrainPlan) -> float:
    out = plan.request.out / SCORE
    if not waits_for_network(plan) or model_of(out).exists():
        return 0.0
    expected = expect_score(score_plan_of(plan, out))
    return expected.training + expected.calibration


def _noise(plan: TrainPlan) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    side = plan.config.size
    shape = (TIMED_IMAGES, 3, side, side)
    return torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)


def _seconds_an_image(learner: Learner, plan: TrainPlan, images: torch.Tensor) -> float:
    """Views, forward and backward; the loss itself and the update are small beside them."""
    device = torch.device(plan.device)
    config = plan.config
    augment = Augment(plan.policy, size=config.size, seed=config.seed, views=config.views)
    spent = []
    for number in range(TIMED_STEPS + 1):
        began = time.monotonic()
        views = augment(images.to(device), list(range(len(images))), number)
        with torch.autocast(device.type, torch.bfloat16, enabled=config.precision != "float32"):
            online = learner.online([views[place] for place in plan.pairing.online_views])
            if learner.target is not None:
                learner.target([views[place] for place in plan.pairing.target_views])
        loss = sum(z.float().square().mean() for z in (online.p or online.z))
        torch.as_tensor(loss).backward()  # type: ignore[no-untyped-call]
        _wait(device)
        spent.append(time.monotonic() - began)
    return min(spent[1:]) / len(images)


def _activation_bytes(learner: Learner, plan: TrainPlan) -> float:
    """Of one image, all views: what each layer puts out is kept for the way back."""
    sizes: list[int] = []

    def note(module: nn.Module, inputs: object, output: object) -> None:
        if isinstance(output, torch.Tensor):
            sizes.append(output.numel() * (4 if plan.config.precision == "float32" else 2))

    leaves = [m for m in learner.online.modules() if not list(m.children())]
    handles = [module.register_forward_hook(note) for module in leaves]
    side = plan.config.size
    views = [torch.zeros(2, 3, side, side, device=plan.device)] * len(plan.pairing.online_views)
    with torch.no_grad():
        learner.online(views)
    for handle in handles:
        handle.remove()
    return sum(sizes) / 2


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
