"""One row of a training run's metrics.jsonl: what is worth watching, each with its unit."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from augscore.json_values import Json, number, whole

_COUNTS = frozenset(["step", "steps", "fallbacks", "not_finite"])


@dataclass(frozen=True, kw_only=True)
class LogRow:
    """Means over the batches since the row before, but for what is said to be otherwise; None
    where there is nothing to say: no weights, no labels, no evaluation in this row.

    step, steps         optimiser steps done, and of the whole run
    epoch               passes over the data so far, with its fraction
    loss                as minimised, of the weighted batch
    learning_rate       of the last step
    images_per_second   images, each with all its views
    seconds_left        of the whole run, expected
    data_share, augmentation_share, scoring_share, network_share
                        of the time, 0 to 1, sum 1: waiting for pixels, making views, weighing
                        pairs, all else (forward, loss, backward, step)
    positive_cosine, negative_cosine    between views of one image, and of different ones, -1 to 1
    weight_mean, weight_min, weight_max of the pairs' weights; the extremes over all batches
    effective_sample_size   (sum w)^2 / (N sum w^2): share of the batch that counts, 0 to 1
    fallbacks           batches that had nothing to weigh by and took ones: a count
    not_finite          batches whose loss or readings were no numbers: a count
    knn, knn_low, knn_high      accuracy of weighted k-NN with its 95 % interval, per cent
    embedding_std       of normalised embeddings, mean over dimensions, over 1/sqrt(d): 1 where
                        they fill the sphere, 0 where they collapsed
    rankme, rankme_centred      effective rank of the embeddings, as they are and with their mean
                        taken off: 1 to d
    """

    step: int
    steps: int
    epoch: float
    loss: float | None = None
    learning_rate: float | None = None
    images_per_second: float | None = None
    seconds_left: float | None = None
    data_share: float | None = None
    augmentation_share: float | None = None
    scoring_share: float | None = None
    network_share: float | None = None
    positive_cosine: float | None = None
    negative_cosine: float | None = None
    weight_mean: float | None = None
    weight_min: float | None = None
    weight_max: float | None = None
    effective_sample_size: float | None = None
    fallbacks: int = 0
    not_finite: int = 0
    knn: float | None = None
    knn_low: float | None = None
    knn_high: float | None = None
    embedding_std: float | None = None
    rankme: float | None = None
    rankme_centred: float | None = None

    def to_json(self) -> dict[str, object]:
        """Every field, in their order; None for NaN and infinity."""
        return {f.name: _finite(getattr(self, f.name)) for f in fields(self)}

    @staticmethod
    def from_json(row: Json) -> LogRow:
        """Fields that the row lacks have their defaults; its other keys are left aside.

        Raises TypeError for what is no number, or without `step`, `steps` or `epoch`.
        """
        named = {f.name for f in fields(LogRow)}
        values = {k: _read(k, v) for k, v in row.items() if k in named and v is not None}
        return LogRow(**values)  # type: ignore[arg-type]


def _read(name: str, value: object) -> int | float:
    return whole(value) if name in _COUNTS else number(value)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
