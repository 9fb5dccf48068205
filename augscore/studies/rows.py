"""One row of a study: a finished run, as rows.jsonl keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from augscore.json_values import Json, number, whole
from augscore.runs.journal import read_journal
from augscore.studies.cells import Cell


@dataclass(frozen=True, kw_only=True)
class StudyRow:
    """What a run of a cell came to.

    knn, knn_low, knn_high  accuracy of weighted k-NN behind the last epoch, whatever it was before,
                            and its 95 % interval over test images, per cent
    loss                    of the last batches; None where it was no number
    rankme                  effective rank of the features, 1 to their number
    effective_sample_size   share of a batch that counts, 0 to 1; None without weights
    scoring_share           of the time, 0 to 1
    images, test_images     trained on, and asked for
    seconds                 of training; evaluations and the score network's own training apart
    device, version         kind of device; of augscore
    """

    method: str
    weighting: str
    seed: int
    knn: float
    knn_low: float
    knn_high: float
    loss: float | None
    rankme: float | None
    effective_sample_size: float | None
    scoring_share: float | None
    epochs: int
    steps: int
    batch_size: int
    images: int
    test_images: int
    seconds: float
    device: str
    version: str

    @property
    def cell(self) -> Cell:
        return Cell(self.method, self.weighting, self.seed)

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def read_rows(path: Path) -> tuple[StudyRow, ...]:
    """The rows of a journal, in their order; the first of each cell, none without a file.

    Raises TypeError or KeyError for a row that is not a study's.
    """
    return first_of_each(_row(entry) for entry in read_journal(path))


def first_of_each(rows: Iterable[StudyRow]) -> tuple[StudyRow, ...]:
    found: dict[Cell, StudyRow] = {}
    for row in rows:
        found.setdefault(row.cell, row)
    return tuple(found.values())


def _row(entry: Json) -> StudyRow:
    return StudyRow(
        method=_word(entry["method"]),
        weighting=_word(entry["weighting"]),
        seed=whole(entry["seed"]),
        knn=number(entry["knn"]),
        knn_low=number(entry["knn_low"]),
        knn_high=number(entry["knn_high"]),
        loss=_maybe(entry["loss"]),
        rankme=_maybe(entry["rankme"]),
        effective_sample_size=_maybe(entry["effective_sample_size"]),
        scoring_share=_maybe(entry["scoring_share"]),
        epochs=whole(entry["epochs"]),
        steps=whole(entry["steps"]),
        batch_size=whole(entry["batch_size"]),
        images=whole(entry["images"]),
        test_images=whole(entry["test_images"]),
        seconds=number(entry["seconds"]),
        device=_word(entry["device"]),
        version=_word(entry["version"]),
    )


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no word")
    return value


def _maybe(value: object) -> float | None:
    return None if value is None else number(value)
