"""Within-image agreement of strength with magnitude: the first row of the judges' table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from augscore.engine.ops.record import Op
from augscore.keys import ImageId
from augscore.strength.scorer import Scorer
from augscore.studies.figures.level_views import level_views
from augscore.studies.figures.originals import Originals
from augscore.studies.figures.rank_agreement import (
    Digests,
    Floats,
    agreement_of_changes,
)
from augscore.studies.figures.sweep import Direction, Sweep
from augscore.studies.figures.sweeps import sweeps_of

LEVELS = 11


@dataclass(frozen=True)
class WithinImage:
    """Of one sweep in one direction: `agreement` (N,) is each image's Spearman correlation of
    strength with |magnitude − weakest| over those of the `magnitudes` at which its view changes,
    NaN where the operation leaves it alone."""

    sweep: Sweep
    direction: Direction
    magnitudes: tuple[float, ...]
    agreement: Floats

    @property
    def known(self) -> Floats:
        """Of the images that the operation changes."""
        found: Floats = self.agreement[~np.isnan(self.agreement)]
        return found

    @property
    def mean(self) -> float | None:
        return float(self.known.mean()) if len(self.known) else None

    @property
    def low(self) -> float | None:
        """The 5th percentile over images."""
        return float(np.quantile(self.known, 0.05)) if len(self.known) else None


def within_image_spearman(
    scorer: Scorer,
    images: torch.Tensor,
    op: Op,
    *,
    ids: Sequence[ImageId] | None = None,
    seed: int = 0,
    levels: int = LEVELS,
) -> tuple[WithinImage, ...]:
    """Of every magnitude of an operation, in each direction from its weakest value.

    `images`: (N, 3, S, S), uint8 or float in [0, 1]; `levels` a direction, the weakest included.
    An image's views differ by the magnitude alone: noise is scaled, crops and boxes are nested.
    Raises UsageError for an operation without a magnitude.
    """
    originals = Originals.of(scorer, images, ids)
    found: list[WithinImage] = []
    for sweep in sweeps_of(op.name):
        values = sweep.levels(originals.side, levels)
        strengths, digests = strengths_at(scorer, originals, sweep, values, seed=seed)
        found += within_image(sweep, values, strengths, digests)
    return tuple(found)


def strengths_at(
    scorer: Scorer, originals: Originals, sweep: Sweep, values: Sequence[float], *, seed: int
) -> tuple[Floats, Digests]:
    """(N, L) raw strength of every image at every value, and a digest of its view there."""
    steps = [(sweep.step(value, originals.side),) for value in values]
    found = np.empty((len(originals), len(values)))
    digests = np.empty(found.shape, dtype=np.int64)
    for batch in level_views(scorer, originals, steps, seed=seed):
        described = scorer.describe(batch.views)
        strengths = scorer.compare(originals.described[batch.images], described)
        found[batch.images, batch.levels] = strengths.numpy()
        digests[batch.images, batch.levels] = batch.digests()
    return found, digests


def within_image(
    sweep: Sweep, values: Sequence[float], strengths: Floats, digests: Digests
) -> tuple[WithinImage, ...]:
    """From (N, L) strengths and digests of the views at the values of a sweep, ascending: one a
    direction."""
    found = []
    for direction in sweep.directions:
        places = one_way(sweep, direction, values)
        magnitudes = tuple(values[place] for place in places)
        sizes = np.abs(np.array(magnitudes) - sweep.weakest)
        agreement = agreement_of_changes(strengths[:, places], sizes, digests[:, places])
        found.append(WithinImage(sweep, direction, magnitudes, agreement))
    return tuple(found)


def one_way(sweep: Sweep, direction: Direction, values: Sequence[float]) -> list[int]:
    """The places of the values on one side, from the weakest outwards."""
    sign = -1 if direction == "below" else 1
    mine = [place for place, v in enumerate(values) if sign * (v - sweep.weakest) >= 0]
    return sorted(mine, key=lambda place: abs(values[place] - sweep.weakest))
