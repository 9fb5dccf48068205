"""Do judges that have never seen the reading agree with it? Readable in one sitting.

What was read is journalled picture by picture and condition by condition, so that the same command
goes on where it was stopped; tables are made from all rows in the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from augscore.images.resize import bring_to_size
from augscore.json_values import Json, mapping, numbers, sequence, text, whole
from augscore.outputs import write_json, write_text
from augscore.runs.journal import Journal, read_journal
from augscore.runtime import Progress, ProgressSink, StopFlag, Stopped, StopSignal
from augscore.strength.readings import STRENGTH as READING
from augscore.strength.scorer import Scorer
from augscore.studies.agreement.contenders import (
    LEVEL,
    PLAIN,
    STRENGTH,
    UNTRAINED,
    Contender,
    of_scorer,
)
from augscore.studies.agreement.figures import Figure, Reading, figures_of
from augscore.studies.agreement.folder import HUMAN, human_judges
from augscore.studies.agreement.judges.judge import Condition, Group, Judge
from augscore.studies.agreement.judges.pictures import KODAK, PHOTOS, Archive
from augscore.studies.agreement.table import SCHEMA, SPREAD, figures_json, markdown
from augscore.studies.agreement.untrained import untrained_twin
from augscore.studies.study_folder import claimed_study, rows_of

COMMAND = "study agreement"
TABLE, RESULT = "table.md", "agreement.json"
_CLEAN = 16
_NAMES = (STRENGTH, UNTRAINED, *(contender.name for contender in PLAIN), LEVEL)


@dataclass(frozen=True)
class AgreementStudy:
    """folder    of judges
    out       where the study lives
    pictures  of each human judge, at most
    command   how to make it again
    """

    folder: Path
    out: Path
    pictures: int
    scorer: Scorer
    command: str

    @property
    def settings(self) -> Mapping[str, object]:
        return {"pictures": self.pictures, "model": self.scorer.model.sha256}


@dataclass(frozen=True)
class AgreementHooks:
    """`stop` ends the work at once; what was read is kept."""

    progress: ProgressSink
    stop: StopFlag


@dataclass(frozen=True)
class AgreementResult:
    """`figures` by contender; None where a signal stopped it. `left_out`: judges without files."""

    figures: Mapping[str, Sequence[Figure]] | None
    left_out: tuple[str, ...]
    stopped_by: StopSignal | None


def run_agreement(study: AgreementStudy, hooks: AgreementHooks) -> AgreementResult:
    """Raises InputError for tables or pictures that cannot be read, else as `claimed_study`."""
    judges = human_judges(study.folder)
    left_out = tuple(name for name in HUMAN if name not in {judge.name for judge in judges})
    with claimed_study(study.out, COMMAND, study.settings, {"folder": study.folder.name}):
        rows = list(read_journal(rows_of(study.out)))
        with Journal(rows_of(study.out)) as journal:
            try:
                with hooks.stop.at_once():
                    for row in _missing_rows(study, judges, rows, hooks.progress):
                        journal.append(row)
                        rows.append(row)
            except Stopped as end:
                return AgreementResult(None, left_out, end.by)
        figures = _figures(judges, rows)
        write_text(study.out / TABLE, markdown(figures, study.command))
        write_json(study.out / RESULT, document(study, figures))
    return AgreementResult(figures, left_out, None)


def document(study: AgreementStudy, figures: Mapping[str, Sequence[Figure]]) -> dict[str, object]:
    card = study.scorer.model.card
    return {
        "schema": SCHEMA,
        "complete": True,
        "command": study.command,
        "folder": study.folder.name,
        "pictures": study.pictures,
        "spread": SPREAD,
        "model": {
            "name": card.name,
            "version": card.version,
            "sha256": study.scorer.model.sha256,
            "reading": READING,
        },
        "contenders": figures_json(figures),
    }


def _missing_rows(
    study: AgreementStudy, judges: Sequence[Judge], rows: Sequence[Json], progress: ProgressSink
) -> Iterator[Json]:
    done = {(text(row["judge"]), text(row["reference"])) for row in rows}
    total = sum(min(study.pictures, judge.references) for judge in judges)
    if len(done) >= total:
        return
    contenders = _contenders(study)
    seen = len(done)
    for judge in judges:
        for group in judge.groups(study.pictures, _names(judge, done)):
            yield _row(judge, group, contenders)
            seen += 1
            progress(Progress("judging", seen, total, "pictures"))


def _names(judge: Judge, done: set[tuple[str, str]]) -> frozenset[str]:
    return frozenset(reference for name, reference in done if name == judge.name)


def _contenders(study: AgreementStudy) -> tuple[Contender, ...]:
    control = untrained_twin(study.scorer, _clean(study.folder, study.scorer))
    return (of_scorer(STRENGTH, study.scorer), of_scorer(UNTRAINED, control), *PLAIN)


def _clean(folder: Path, scorer: Scorer) -> torch.Tensor:
    """Pictures by which the control's channels are standardised, float (N, 3, S, S)."""
    path, ending = next(
        (folder / name, ending)
        for name, ending in ((PHOTOS, ".jpg"), (KODAK, ".png"))
        if (folder / name).is_file()
    )
    archive = Archive(path)
    size = scorer.calibration.lens.working_size
    names = archive.names(ending)[:_CLEAN]
    return torch.stack([bring_to_size(archive.picture(name), size) for name in names])


def _row(judge: Judge, group: Group, contenders: Sequence[Contender]) -> Json:
    readings = {c.name: c.read(group.reference[None], group.images).tolist() for c in contenders}
    readings[LEVEL] = [float(condition.level) for condition in group.conditions]
    return {
        "judge": judge.name,
        "reference": group.name,
        "conditions": [[condition.kind, condition.level] for condition in group.conditions],
        "readings": readings,
    }


def _figures(judges: Sequence[Judge], rows: Sequence[Json]) -> dict[str, tuple[Figure, ...]]:
    """By contender: those of all judges, one after the other."""
    found: dict[str, tuple[Figure, ...]] = {}
    for judge in judges:
        by_contender: dict[str, list[Reading]] = {}
        for row in rows:
            if text(row["judge"]) != judge.name:
                continue
            for name, values in mapping(row["readings"]).items():
                by_contender.setdefault(name, []).extend(_readings(row, numbers(values)))
        for name in _NAMES:
            found[name] = (*found.get(name, ()), *figures_of(judge, by_contender[name]))
    return found


def _readings(row: Json, values: Sequence[float]) -> Iterator[Reading]:
    for (kind, level), value in zip(
        map(sequence, sequence(row["conditions"])), values, strict=True
    ):
        yield Reading(text(row["reference"]), Condition(text(kind), whole(level)), value)
