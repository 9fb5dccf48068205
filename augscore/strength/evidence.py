"""Does `strength` rise with the magnitude of an operation, and does the score norm?

For each image and each ladder of one operation: the share of steps between neighbouring rungs at
which a reading rises. The step from the untouched image to the first rung is not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from augscore.engine.ladder import apply_op
from augscore.strength.readings import score_value
from augscore.strength.reference import pixel_rms
from augscore.strength.scorer import Scorer


@dataclass(frozen=True)
class OpLadder:
    """Rungs of one operation, away from its neutral value; `shown` names them with their unit."""

    name: str
    op: str
    rungs: tuple[float, ...]
    unit: str


LADDERS = (
    OpLadder("blur", "GaussianBlur", (0.5, 1.0, 1.5, 2.0, 3.0, 4.0), "px sd"),
    OpLadder("noise", "GaussianNoise", (0.01, 0.02, 0.04, 0.08, 0.16, 0.32), "sd"),
    OpLadder("hue", "Hue", (0.04, 0.08, 0.12, 0.16, 0.2), "turns"),
    OpLadder("shift", "Translate", (1.0, 2.0, 4.0, 8.0, 16.0, 32.0), "px"),
    OpLadder("darker", "Brightness", (0.9, 0.75, 0.6, 0.45, 0.3), "factor"),
    OpLadder("brighter", "Brightness", (1.1, 1.25, 1.4, 1.6, 1.8), "factor"),
)


@dataclass(frozen=True)
class RisingRow:
    """Shares of rising steps, 0 to 1, over all images; `medians` are the strengths of the rungs."""

    name: str
    unit: str
    rungs: tuple[float, ...]
    medians: tuple[float, ...]
    strength: float
    score_norm: float
    pixel_rms: float


def rising_table(
    scorer: Scorer, images: torch.Tensor, on_ladder: Callable[[int, int], None]
) -> tuple[RisingRow, ...]:
    """Float images (N, 3, S, S) in [0, 1]; `on_ladder(done, total)` is told of progress."""
    rows = []
    for done, ladder in enumerate(LADDERS):
        on_ladder(done, len(LADDERS))
        rows.append(_rising_row(scorer, images, ladder))
    on_ladder(len(LADDERS), len(LADDERS))
    return tuple(rows)


def _rising_row(scorer: Scorer, images: torch.Tensor, ladder: OpLadder) -> RisingRow:
    described = scorer.describe(images)
    strengths, values, distances = [], [], []
    for rung in ladder.rungs:
        changed = apply_op(images, ladder.op, rung)
        strengths.append(scorer.compare(described, scorer.describe(changed)))
        values.append(score_value(scorer.score_norm(changed), scorer.sigmas))
        distances.append(pixel_rms(images, changed))
    return RisingRow(
        ladder.name,
        ladder.unit,
        ladder.rungs,
        tuple(float(s.median()) for s in strengths),
        _rising_share(strengths),
        _rising_share(values),
        _rising_share(distances),
    )


def _rising_share(rungs: list[torch.Tensor]) -> float:
    """One (N,) tensor a rung → the share of steps that rise."""
    table = torch.stack(rungs)  # (rungs, N)
    return float((table[1:] > table[:-1]).to(torch.float64).mean())
