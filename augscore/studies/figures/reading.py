"""Score value and strength of every image at every level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from augscore.engine.nodes import Node
from augscore.studies.figures.figure_study import Row, Told
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.level_views import level_views
from augscore.studies.figures.originals import score_values
from augscore.studies.figures.rank_agreement import Digests, Floats


@dataclass(frozen=True)
class LevelReadings:
    """(N, L): images in their order, levels in theirs; raw strength. `digests` are equal where an
    image has equal pixels."""

    score_values: Floats
    strengths: Floats
    digests: Digests

    def to_json(self) -> Row:
        return {
            "score_values": self.score_values.tolist(),
            "strengths": self.strengths.tolist(),
        }


def read_levels(lab: Lab, levels: Sequence[Sequence[Node]], told: Told) -> LevelReadings:
    """Each image through the steps of each level; `told` is handed numbers of views."""
    strengths = np.empty((len(lab.originals), len(levels)))
    scores = np.empty_like(strengths)
    digests = np.empty(strengths.shape, dtype=np.int64)
    for batch in level_views(lab.scorer, lab.originals, levels, seed=lab.seed):
        seen = lab.scorer.describe(batch.views)
        originals = lab.originals.described[batch.images]
        at = (batch.images, batch.levels)
        strengths[at] = lab.scorer.compare(originals, seen).numpy()
        scores[at] = score_values(lab.scorer, batch.views).numpy()
        digests[at] = batch.digests()
        told(len(batch.views))
    return LevelReadings(scores, strengths, digests)
