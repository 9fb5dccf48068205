"""Do judges that have never seen the reading agree with it? Readable in one sitting.

What was read is journalled picture by picture and condition by condition, so that the same command
goes on where it was stopped; tables are made from all rows in the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import torch

from augscore.errors import HostError
from augscore.images.resize import bring_to_size
from augscore.json_values import Json
from augscore.outputs import write_json, write_text
from augscore.runs.journal import Journal, read_journal
from augscore.runtime import Progress, ProgressSink, StopFlag, Stopped, StopSignal
from augscore.strength.scorer import Scorer
from augscore.studies.agreement.contenders import (
    LEVEL,
    PLAIN,
    STRENGTH,
    UNTRAINED,
    Contender,
    of_scorer,
)
from augscore.studies.agreement.figures import Figure, condition_figure, figures_of
from augscore.studies.agreement.folder import CIFAR, HUMAN, human_judges
from augscore.studies.agreement.functional.cifar import read_cifar
from augscore.studies.agreement.functional.classifier import EPOCHS
from augscore.studies.agreement.functional.corruptions import Corrupt, corruptions
from augscore.studies.agreement.functional.drops import (
    JUDGE,
    SEEDS,
    kinds_of_exam,
    prepared_exam,
    rows_of_exam,
)
from augscore.studies.agreement.judges.judge import Judge
from augscore.studies.agreement.judges.pictures import KODAK, PHOTOS, Archive
from augscore.studies.agreement.rows import drops_in, key_of, readings_in, row_of, values_in
from augscore.studies.agreement.table import SCHEMA, SPREAD, figures_json, markdown
from augscore.studies.agreement.untrained import untrained_twin
from augscore.studies.model_facts import model_facts
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
    """`figures` by contender; None where a signal stopped it. `left_out`: who, and why."""

    figures: Mapping[str, Sequence[Figure]] | None
    left_out: tuple[str, ...]
    stopped_by: StopSignal | None


@dataclass(frozen=True)
class _Panel:
    """Who judges: people, and classifiers where `corrupt` is there, under corruptions `names`."""

    people: tuple[Judge, ...]
    names: tuple[str, ...]
    corrupt: Corrupt | None
    left_out: tuple[str, ...]

    def rows(self, pictures: int) -> int:
        people = sum(min(pictures, judge.references) for judge in self.people)
        return people + (kinds_of_exam(self.names) if self.corrupt is not None else 0)


def run_agreement(study: AgreementStudy, hooks: AgreementHooks) -> AgreementResult:
    """Raises InputError for tables or pictures that cannot be read, else as `claimed_study`."""
    with (
        ExitStack() as lent,
        claimed_study(study.out, COMMAND, study.settings, {"folder": study.folder.name}),
    ):
        panel = _panel(study.folder, lent)
        rows = list(read_journal(rows_of(study.out)))
        with Journal(rows_of(study.out)) as journal:
            try:
                with hooks.stop.at_once():
                    for row in _missing_rows(study, panel, rows, hooks.progress):
                        journal.append(row)
                        rows.append(row)
            except Stopped as end:
                return AgreementResult(None, panel.left_out, end.by)
        figures = {name: _figures(panel, rows, name) for name in _NAMES}
        write_text(study.out / TABLE, markdown(figures, study.command))
        write_json(study.out / RESULT, document(study, figures))
    return AgreementResult(figures, panel.left_out, None)


def document(study: AgreementStudy, figures: Mapping[str, Sequence[Figure]]) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "complete": True,
        "command": study.command,
        "folder": study.folder.name,
        "pictures": study.pictures,
        "spread": SPREAD,
        "model": model_facts(study.scorer.model),
        "contenders": figures_json(figures),
    }


def _panel(folder: Path, lent: ExitStack) -> _Panel:
    people = human_judges(folder)
    there = {judge.name for judge in people}
    absent = [f"{name}: its files are not in the folder" for name in HUMAN if name not in there]
    if not (folder / CIFAR).is_file():
        return _Panel(people, (), None, (*absent, f"{JUDGE}: {CIFAR} is not in the folder"))
    try:
        names, corrupt = lent.enter_context(corruptions())
    except HostError as error:
        return _Panel(people, (), None, (*absent, f"{JUDGE}: {error}"))
    return _Panel(people, names, corrupt, tuple(absent))


def _missing_rows(
    study: AgreementStudy, panel: _Panel, rows: Sequence[Json], progress: ProgressSink
) -> Iterator[Json]:
    done = {key_of(row) for row in rows}
    total = panel.rows(study.pictures)
    if len(done) >= total:
        return
    contenders = _contenders(study)
    people = _rows_of_people(study, panel, done, contenders)
    exam = _rows_of_exam(study, panel, done, contenders, progress)
    seen = len(done)
    for part in (people, exam):
        for row in part:
            yield row
            seen += 1
            progress(Progress("judging", seen, total, "parts"))


def _rows_of_people(
    study: AgreementStudy,
    panel: _Panel,
    done: Collection[tuple[str, str]],
    contenders: Sequence[Contender],
) -> Iterator[Json]:
    for judge in panel.people:
        for group in judge.groups(study.pictures, _references(judge.name, done)):
            yield row_of(judge.name, group, contenders)


def _rows_of_exam(
    study: AgreementStudy,
    panel: _Panel,
    done: Collection[tuple[str, str]],
    contenders: Sequence[Contender],
    progress: ProgressSink,
) -> Iterator[Json]:
    kinds = _references(JUDGE, done)
    if panel.corrupt is None or len(kinds) >= kinds_of_exam(panel.names):
        return
    epochs = 0

    def on_epoch() -> None:
        nonlocal epochs
        epochs += 1
        progress(Progress("training classifiers", epochs, EPOCHS * len(SEEDS), "epochs"))

    exam = prepared_exam(study.folder / CIFAR, on_epoch)
    yield from rows_of_exam(exam, panel.names, panel.corrupt, contenders, kinds)


def _references(judge: str, done: Collection[tuple[str, str]]) -> frozenset[str]:
    return frozenset(reference for name, reference in done if name == judge)


def _contenders(study: AgreementStudy) -> tuple[Contender, ...]:
    control = untrained_twin(study.scorer, _clean(study.folder, study.scorer))
    return (of_scorer(STRENGTH, study.scorer), of_scorer(UNTRAINED, control), *PLAIN)


def _clean(folder: Path, scorer: Scorer) -> torch.Tensor:
    """Pictures by which the control's channels are standardised, float (N, 3, S, S)."""
    size = scorer.calibration.lens.working_size
    for name, ending in ((PHOTOS, ".jpg"), (KODAK, ".png")):
        if (folder / name).is_file():
            archive = Archive(folder / name)
            pictures = (archive.picture(one) for one in archive.names(ending)[:_CLEAN])
            return torch.stack([bring_to_size(picture, size) for picture in pictures])
    training, _ = read_cifar(folder / CIFAR)
    return training.images[:_CLEAN].to(torch.float32) / 255


def _figures(panel: _Panel, rows: Sequence[Json], contender: str) -> tuple[Figure, ...]:
    """Those of all judges, one after the other."""
    found: list[Figure] = []
    for judge in panel.people:
        found += figures_of(judge, readings_in(rows, judge.name, contender))
    if panel.corrupt is not None:
        drops, values = drops_in(rows, JUDGE), values_in(rows, JUDGE, contender)
        for what, kinds in (("pooled", None), ("corruptions", panel.names)):
            some = {c: v for c, v in values.items() if kinds is None or c.kind in kinds}
            found.append(condition_figure(JUDGE, what, some, drops))
    return tuple(found)
