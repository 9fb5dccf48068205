"""The table's column of strength in the card of the model that it is about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from augscore.errors import ModelError
from augscore.json_values import Json, mapping, number, optional, sequence, text, whole
from augscore.score.model import ScoreModel, load_model, save_model
from augscore.strength.readings import STRENGTH as READING
from augscore.studies.agreement.contenders import STRENGTH
from augscore.studies.agreement.figures import Figure
from augscore.studies.agreement.table import figure_json


@dataclass(frozen=True)
class AgreementSummary:
    """`reading` by name and version; of each judge `pictures` at most, within images more."""

    reading: str
    pictures: int
    figures: tuple[Figure, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "reading": self.reading,
            "pictures": self.pictures,
            "figures": [figure_json(figure) for figure in self.figures],
        }


def summary_of(figures: Mapping[str, Sequence[Figure]], pictures: int) -> AgreementSummary:
    """`figures` by contender."""
    judged = tuple(figure for figure in figures[STRENGTH] if figure.judge != STRENGTH)
    return AgreementSummary(READING, pictures, judged)


def summary_from_json(block: Json) -> AgreementSummary:
    """Back from a card; raises TypeError or KeyError for another shape."""
    figures = tuple(_figure(mapping(row)) for row in sequence(block["figures"]))
    return AgreementSummary(text(block["reading"]), whole(block["pictures"]), figures)


def save_summary(path: Path, model: ScoreModel, summary: AgreementSummary) -> str:
    """Put it in the card of the model's file, whose SHA-256 from now on comes back.

    Raises ModelError (`model_mismatch`) for a file that is no longer the model's, else as
    `write_bytes`.
    """
    if load_model(path).sha256 != model.sha256:
        raise ModelError(
            f"model '{path}' was changed since it was read; its card is left as it is",
            code="model_mismatch",
            hint="Run the study again for the new one, with another --out",
        )
    card = replace(model.card, agreement=summary.to_json())
    save_model(path, model.denoiser, card, model.calibration)
    return load_model(path).sha256


def _figure(row: Json) -> Figure:
    return Figure(
        text(row["judge"]),
        text(row["what"]),
        *(_value(row[key]) for key in ("value", "low", "high")),
    )


def _value(value: object) -> float:
    known = optional(value, number)
    return math.nan if known is None else known
