"""`study pairs`: two views of one image by the same operation, at every two of its magnitudes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from augscore.json_values import Json
from augscore.strength.readings import Description
from augscore.studies.figures.figure_study import Piece, Published, Row, Table, Told
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.level_views import level_views
from augscore.studies.figures.originals import score_values
from augscore.studies.figures.rank_agreement import Floats
from augscore.studies.figures.sweep import Sweep
from augscore.studies.figures.sweep_pieces import sweep_pieces, views_of_all
from augscore.studies.figures.sweeps import SWEEPS, WITHOUT
from augscore.studies.pairs.gaps import gaps_of, level_pairs
from augscore.studies.pairs.maps_figure import gap_png, strength_png
from augscore.studies.pairs.sentences import CAPTION, gap_table, sentences


@dataclass(frozen=True)
class PairsStudy:
    """`levels`: magnitudes over the whole range of an operation; both views have each of them."""

    sweeps: tuple[Sweep, ...] = SWEEPS
    levels: int = 7

    @property
    def name(self) -> str:
        return "pairs"

    @property
    def settings(self) -> Row:
        return {"levels": self.levels}

    def views(self, side: int) -> int:
        return views_of_all(side, self.levels)

    def pieces(self, lab: Lab) -> tuple[Piece, ...]:
        return sweep_pieces(self.sweeps, lab, self.levels)

    def measure(self, piece: str, lab: Lab, told: Told) -> Row:
        """`score_values` (N, L); `strengths` (N, pairs) of the pairs of levels i < j, i first."""
        sweep = next(sweep for sweep in self.sweeps if sweep.name == piece)
        values = sweep.spread(lab.side, self.levels)
        scores, seen = _looked_at(sweep, values, lab, told)
        return {
            "magnitudes": list(values),
            "score_values": scores.tolist(),
            "strengths": _between(seen, lab).tolist(),
        }

    def publish(self, rows: Mapping[str, Json], lab: Lab) -> Published:
        """Of all rows, those of earlier calls with other operations, too."""
        found = tuple(gaps_of(s, rows[s.name], lab) for s in SWEEPS if s.name in rows)
        return Published(
            document={"operations": [one.to_json() for one in found], "not_turned": WITHOUT},
            tables=(Table("pairs.csv", tuple(row for one in found for row in one.rows())),),
            pictures={
                "score-gap.png": gap_png(found, lab),
                "pair-strength.png": strength_png(found, lab),
            },
            lines=gap_table(found),
            caption=CAPTION,
            says=sentences(found),
        )


def _looked_at(
    sweep: Sweep, values: Sequence[float], lab: Lab, told: Told
) -> tuple[Floats, list[list[Description]]]:
    """(N, L) score values; and, a level, what the network sees of the images, some at a time."""
    steps = [(sweep.step(value, lab.side),) for value in values]
    scores = np.empty((len(lab.originals), len(values)))
    seen: list[list[Description]] = [[] for _ in values]
    for batch in level_views(lab.scorer, lab.originals, steps, seed=lab.seed):
        described = lab.scorer.describe(batch.views)
        scores[batch.images, batch.levels] = score_values(lab.scorer, batch.views).numpy()
        for level in dict.fromkeys(batch.levels):
            seen[level].append(described[[k for k, one in enumerate(batch.levels) if one == level]])
        told(len(batch.views))
    return scores, seen


def _between(seen: list[list[Description]], lab: Lab) -> Floats:
    """(N, pairs) raw strength."""
    columns = [
        torch.cat([lab.scorer.compare(a, b) for a, b in zip(seen[i], seen[j], strict=True)])
        for i, j in level_pairs(len(seen))
    ]
    return torch.stack(columns, dim=1).to(torch.float64).numpy()
