"""Which model and reading the numbers of a study belong to."""

from __future__ import annotations

from augscore.score.model import ScoreModel
from augscore.strength.readings import STRENGTH


def model_facts(model: ScoreModel) -> dict[str, object]:
    return {
        "name": model.card.name,
        "version": model.card.version,
        "sha256": model.sha256,
        "reading": STRENGTH,
    }
