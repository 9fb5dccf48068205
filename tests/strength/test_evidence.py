"""The table of rising steps counts what it says."""

from __future__ import annotations

import pytest
import torch

from augscore.engine.ladder import apply_op
from augscore.strength import evidence
from augscore.strength.evidence import LADDERS, rising_table
from augscore.strength.readings import score_value
from augscore.strength.scorer import Scorer

pytestmark = pytest.mark.usefixtures("small_chunks")


def test_shares_are_counted_over_images_and_steps(
    tiny_scorer: Scorer, images: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(evidence, "LADDERS", LADDERS[1:2])
    few = images[:3]
    rows = rising_table(tiny_scorer, few, lambda done, total: told.append((done, total)))
    assert [row.name for row in rows] == ["noise"]
    assert told == [(0, 1), (1, 1)]
    row, ladder = rows[0], LADDERS[1]
    changed = [apply_op(few, ladder.op, rung) for rung in ladder.rungs]
    strengths = [tiny_scorer.strength(few, c).tolist() for c in changed]
    values = [score_value(tiny_scorer.score_norm(c), tiny_scorer.sigmas).tolist() for c in changed]
    for share, table in ((row.strength, strengths), (row.score_norm, values)):
        steps = [table[r + 1][i] > table[r][i] for r in range(5) for i in range(3)]
        assert share == pytest.approx(sum(steps) / 15)
    assert row.medians[2] == pytest.approx(sorted(strengths[2])[1])
    assert row.pixel_rms == 1.0
