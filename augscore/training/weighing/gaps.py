"""How far apart the two views of every pair are, by the score network or by a control."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from augscore import keys
from augscore.errors import UsageError
from augscore.strength.scorer import Scorer
from augscore.training.config import WeightingConfig
from augscore.training.weighing.parameter_gaps import parameter_gaps
from augscore.training.weighing.scene import Scene
from augscore.training.weighing.score_values import at_most, log_scores, score_norms
from augscore.training.weighing.strength_gaps import strength_gaps, strengths_between

_BY_NETWORK = frozenset(["score", "scorecl", "permuted", "inverted"])


def needs_network(config: WeightingConfig) -> bool:
    """Whether a score network is looked through."""
    return config.kind in _BY_NETWORK


@torch.no_grad()
def gap_of(scene: Scene, config: WeightingConfig, scorer: Scorer | None) -> torch.Tensor:
    """(P, N) float32 ≥ 0 without gradient, on the device of the views.

    kind        gap
    score, permuted, inverted   of `config.reading`
    scorecl     |S − S'|, S the plain score norm at `config.sigma`
    pixel       root mean square difference of the pixels, [0, 1]
    parameter   distance of what was drawn, see `parameter_gaps`
    uniform     uniform numbers, by the keys of the images
    none        0

    UsageError (`weighting_size`, `weighting_policy`) for views and policies that a kind cannot
    weigh.
    """
    gaps = _by_network(scene, config, scorer) if needs_network(config) else _control(scene, config)
    # In this order: not every device has float64.
    return gaps.to(torch.float32).to(scene.views[0].device)


def _by_network(scene: Scene, config: WeightingConfig, scorer: Scorer | None) -> torch.Tensor:
    if scorer is None:
        raise UsageError(f"weighting {config.kind!r} needs a score model", code="usage")
    if config.kind == "scorecl":
        norms = score_norms(scorer.model.denoiser, scene.views, (config.sigma,))
        return _apart(norms[..., 0], scene)
    match config.reading:
        case "strength":
            return strength_gaps(scorer, scene)
        case "strength-between":
            return strengths_between(scorer, scene)
        case "gap":
            return _score_gaps(scene, scorer, (config.sigma,))
        case "multi-gap":
            return _score_gaps(scene, scorer, scorer.sigmas)


def _score_gaps(scene: Scene, scorer: Scorer, sigmas: Sequence[float]) -> torch.Tensor:
    norms = score_norms(scorer.model.denoiser, scene.views, sigmas)
    return _apart(log_scores(norms, sigmas), scene)


def _apart(values: torch.Tensor, scene: Scene) -> torch.Tensor:
    """(V, N) → (P, N) absolute differences."""
    return torch.stack([(values[a] - values[b]).abs() for a, b in scene.pairs])


def _control(scene: Scene, config: WeightingConfig) -> torch.Tensor:
    match config.kind:
        case "pixel":
            return torch.stack([_pixels_apart(scene, a, b) for a, b in scene.pairs])
        case "parameter":
            return parameter_gaps(scene.draw, scene.pairs)
        case "uniform":
            return _uniform(scene)
        case _:
            return torch.zeros(len(scene.pairs), len(scene.views[0]))


def _pixels_apart(scene: Scene, a: int, b: int) -> torch.Tensor:
    """(N,), the larger view brought to the size of the smaller."""
    first, second = scene.views[a], scene.views[b]
    side = min(first.shape[-1], second.shape[-1])
    difference = at_most(first, side) - at_most(second, side)
    return difference.square().flatten(1).mean(dim=1).sqrt()


def _uniform(scene: Scene) -> torch.Tensor:
    drawn = scene.draw
    images = keys.image_keys(list(drawn.ids))
    slots = [keys.slot("weighing", pair, "uniform") for pair in range(len(scene.pairs))]
    place = {"seed": drawn.seed, "epoch": drawn.epoch, "step": drawn.step}
    return keys.uniforms(images, slots, **place).T
