"""What happened since the last row of metrics: sums that wait for no device until they are read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch

from augscore.evaluation.collapse import spread
from augscore.methods.weighting import effective_sample_size
from augscore.training.reporting.log_row import LogRow
from augscore.training.stepping.step import Outcome


class Tally:
    """Of the batches since `reset`."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._losses: list[torch.Tensor] = []
        self._weights: list[torch.Tensor] = []
        self._logs: dict[str, list[torch.Tensor]] = {}
        self._embeddings: torch.Tensor | None = None
        self.fallbacks = 0
        self.not_finite = 0

    def add(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            self._losses.append(outcome.loss.detach())
            self._embeddings = outcome.embeddings
            for name, value in outcome.logs.items():
                self._logs.setdefault(name, []).append(value.detach())
            if outcome.weights is not None:
                self._weights.append(_facts(outcome.weights.values))
                self.fallbacks += outcome.weights.fell_back
                self.not_finite += outcome.weights.refused > 0

    def fill(self, row: LogRow) -> LogRow:
        """The row with everything that this tally knows."""
        weights = torch.stack(self._weights) if self._weights else None
        return replace(
            row,
            loss=_mean(self._losses),
            positive_cosine=_mean(self._logs.get("positive_cosine", [])),
            negative_cosine=_mean(self._logs.get("negative_cosine", [])),
            embedding_std=None if self._embeddings is None else _relative_std(self._embeddings),
            weight_mean=None if weights is None else float(weights[:, 0].mean()),
            weight_min=None if weights is None else float(weights[:, 1].min()),
            weight_max=None if weights is None else float(weights[:, 2].max()),
            effective_sample_size=None if weights is None else float(weights[:, 3].mean()),
            fallbacks=self.fallbacks,
            not_finite=self.not_finite,
        )


def _relative_std(embeddings: torch.Tensor) -> float:
    """1 where embeddings fill the sphere."""
    return float(spread(embeddings)) * math.sqrt(embeddings.shape[1])


def _facts(weights: torch.Tensor) -> torch.Tensor:
    share = effective_sample_size(weights) / len(weights)
    return torch.stack([weights.mean(), weights.min(), weights.max(), share])


def _mean(values: Sequence[torch.Tensor]) -> float | None:
    return float(torch.stack(list(values)).mean()) if values else None
