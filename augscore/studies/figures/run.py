"""A study of figures, readable in one sitting: missing pieces → rows → tables, pictures, JSON.

Rows are journalled, so that the same command goes on where it was stopped; the files for people are
made from them once all are there, the JSON last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from augscore.json_values import Json, text
from augscore.outputs import RowWriter, write_bytes, write_json
from augscore.runs.journal import Journal, read_journal
from augscore.runtime import Progress, ProgressSink, StopFlag, Stopped, StopSignal
from augscore.score.verdict import doubts_of
from augscore.strength.intervals import RESAMPLES
from augscore.studies.figures.figure_study import FigureStudy, Piece, Published
from augscore.studies.figures.lab import Lab
from augscore.studies.model_facts import model_facts
from augscore.studies.study_folder import claimed_study, rows_of

ENOUGH = 10
"""Images, from which on an interval over them is told without a word of caution."""


@dataclass(frozen=True)
class FigureHooks:
    """`stop` is asked between pieces, and ends one at once."""

    progress: ProgressSink
    stop: StopFlag


@dataclass(frozen=True)
class FigureResult:
    """`published` and `document` None: a signal stopped it; `files` in the order of writing."""

    published: Published | None
    document: Mapping[str, object] | None
    files: tuple[str, ...]
    missing: tuple[str, ...]
    stopped_by: StopSignal | None


def command_of(study: FigureStudy) -> str:
    return f"study {study.name}"


def run_figures(
    study: FigureStudy, lab: Lab, out: Path, command: str, hooks: FigureHooks
) -> FigureResult:
    """`command`: how to make it again. Raises as `claimed_study`."""
    pieces = study.pieces(lab)
    with claimed_study(out, command_of(study), settings_of(study, lab), {"source": lab.source}):
        rows = rows_in(out)
        with Journal(rows_of(out)) as journal:
            _measure_missing(study, lab, missing_of(pieces, rows), rows, journal, hooks)
        missing = missing_of(pieces, rows)
        if missing:
            names = tuple(piece.name for piece in missing)
            return FigureResult(None, None, (), names, hooks.stop.ask())
        published = _cautious(study.publish(rows, lab), len(lab.originals))
        document = document_of(study, lab, published, command)
        return FigureResult(
            published, document, _written(out, study, published, document), (), None
        )


def settings_of(study: FigureStudy, lab: Lab) -> dict[str, object]:
    return {**lab.settings, **study.settings}


def rows_in(out: Path) -> dict[str, Json]:
    """By the names of their pieces; none without a folder."""
    return {text(row["piece"]): row for row in read_journal(rows_of(out))}


def missing_of(pieces: Sequence[Piece], rows: Mapping[str, Json]) -> tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece.name not in rows)


def document_of(
    study: FigureStudy, lab: Lab, published: Published, command: str
) -> dict[str, object]:
    """What the JSON says: how it came about, what it shows, and the numbers."""
    model = lab.scorer.model
    return {
        "schema": f"augscore.study-{study.name}/1",
        "complete": True,
        "command": command,
        "source": lab.source,
        "images": len(lab.originals),
        "skipped": len(lab.skipped),
        "size": lab.side,
        "seeds": [lab.seed],
        "spread": "p05 and p95: over images; low and high: 95 % interval of the median, bootstrap "
        f"over images, {RESAMPLES:,} resamples",
        "model": {**model_facts(model), "doubts": list(doubts_of(model.card))},
        "device": lab.scorer.device.type,
        "unrelated_strength": lab.unrelated,
        "says": list(published.says),
        **published.document,
    }


def _cautious(published: Published, images: int) -> Published:
    if images >= ENOUGH:
        return published
    few = f"Of {images} images alone: intervals over so few mean little."
    return replace(published, says=(few, *published.says))


def _measure_missing(
    study: FigureStudy,
    lab: Lab,
    missing: Sequence[Piece],
    rows: dict[str, Json],
    journal: Journal,
    hooks: FigureHooks,
) -> None:
    total = sum(piece.views for piece in missing)
    done = 0

    def told(views: int) -> None:
        nonlocal done
        done += views
        hooks.progress(Progress("measuring", done, total, "views"))

    for piece in missing:
        try:
            with hooks.stop.at_once():
                row = {"piece": piece.name, **study.measure(piece.name, lab, told)}
        except Stopped:
            return
        journal.append(row)
        rows[piece.name] = row


def _written(
    out: Path, study: FigureStudy, published: Published, document: Mapping[str, object]
) -> tuple[str, ...]:
    for table in published.tables:
        with RowWriter(out / table.name) as writer:
            for row in table.rows:
                writer.write(row)
    for name, data in published.pictures.items():
        write_bytes(out / name, data)
    result = f"{study.name}.json"
    write_json(out / result, document)
    return (*(table.name for table in published.tables), *published.pictures, result)
