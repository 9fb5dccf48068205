"""Gaps of a whole batch → the weights of its pairs, at a step of a run."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore import keys
from augscore.methods.weighting import weigh
from augscore.strength.scorer import Scorer
from augscore.training.config import Shape, WeightingConfig
from augscore.training.weighing.gaps import gap_of
from augscore.training.weighing.scene import Scene

_PERMUTATION = keys.slot("weighing", 0, "permutation")


@dataclass(frozen=True)
class Weights:
    """`values` (M,) float32 of mean 1, without gradient.

    fell_back   no gap told a pair from another, so that all weigh 1
    refused     pairs whose gap is NaN or infinite; they weigh 1
    """

    values: torch.Tensor
    fell_back: bool
    refused: int


@dataclass(frozen=True)
class Weigher:
    """How a run weighs its pairs; `scorer` may be None where `needs_network(config)` is False."""

    config: WeightingConfig
    scorer: Scorer | None
    steps_per_epoch: int
    epochs: float
    seed: int

    def gaps(self, scene: Scene) -> torch.Tensor:
        """(P, N) float32 of one process's views; see `gap_of`."""
        return gap_of(scene, self.config, self.scorer)

    def weights(self, gaps: torch.Tensor, step: int) -> Weights:
        """Weights of (M,) gaps: all of a batch, of every process; the same in each of them.

        `step` counts from 0. Weights grow out of 1 over `warmup_epochs`, and back over the last
        `decay_epochs`.
        """
        config, device = self.config, gaps.device
        gaps = gaps.detach().cpu()  # at once: a device is waited for once, not at every question
        finite = gaps.isfinite()
        refused = len(gaps) - int(finite.sum())
        ones = torch.ones(len(gaps))
        if config.kind == "none" or refused == len(gaps):
            return Weights(ones.to(device), config.kind != "none", refused)
        found = weigh(gaps[finite], *form_of(config))
        if found.fell_back:
            return Weights(ones.to(device), True, refused)
        chosen = self._told_apart(found.weights, step)
        return Weights(ones.masked_scatter(finite, chosen).to(device), False, refused)

    def _told_apart(self, weights: torch.Tensor, step: int) -> torch.Tensor:
        if self.config.kind == "permuted":
            weights = weights[self._permutation(len(weights), step)]
        strength = self._strength(step)
        return weights if strength == 1 else 1 + strength * (weights - 1)

    def _strength(self, step: int) -> float:
        """From 0, all weights 1, to 1, the weights as they are."""
        epoch = step / self.steps_per_epoch
        warmup, decay = self.config.warmup_epochs, self.config.decay_epochs
        grown = epoch / warmup if warmup else 1.0
        left = (self.epochs - epoch) / decay if decay else 1.0
        return max(0.0, min(1.0, grown, left))

    def _permutation(self, count: int, step: int) -> torch.Tensor:
        places = torch.arange(count)
        return torch.argsort(
            keys.field_keys(places, _PERMUTATION, seed=self.seed, step=step), stable=True
        )


def form_of(config: WeightingConfig) -> tuple[Shape, float, float, float | None]:
    """Shape, amplitude, sign and clip; |S − S'| at mean 1 for `scorecl`."""
    clip = config.clip or None
    if config.kind == "scorecl":
        return "abs", 0.0, 1.0, clip
    sign = -config.sign if config.kind == "inverted" else config.sign
    return config.shape, config.amplitude, sign, clip
