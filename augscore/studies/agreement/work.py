"""All that a study has still to read, judge by judge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import torch

from augscore.images.resize import bring_to_size
from augscore.json_values import Json
from augscore.runtime import Progress, ProgressSink
from augscore.strength.scorer import Scorer
from augscore.studies.agreement.contenders import (
    LEVEL,
    PLAIN,
    STRENGTH,
    UNTRAINED,
    Contender,
    of_scorer,
)
from augscore.studies.agreement.folder import CIFAR
from augscore.studies.agreement.functional.cifar import read_cifar
from augscore.studies.agreement.functional.classifier import EPOCHS
from augscore.studies.agreement.functional.drops import (
    JUDGE,
    SEEDS,
    kinds_of_exam,
    prepared_exam,
    rows_of_exam,
    ungraded_exam,
)
from augscore.studies.agreement.judges.pictures import KODAK, PHOTOS, Archive
from augscore.studies.agreement.lacking import Lacking
from augscore.studies.agreement.panel import Panel
from augscore.studies.agreement.rows import row_of
from augscore.studies.agreement.untrained import untrained_twin
from augscore.studies.agreement.within.rows import rows_of_set

BASE = (STRENGTH, UNTRAINED, *(contender.name for contender in PLAIN), LEVEL)
_CLEAN = 16


@dataclass(frozen=True)
class Work:
    """`pictures` of each of the people's judges in `folder`, at most; `others` beside the reading;
    what was read so far, and by whom, in `lacking`.
    """

    folder: Path
    scorer: Scorer
    others: tuple[Contender, ...]
    pictures: int
    panel: Panel
    lacking: Lacking


def missing_rows(work: Work, progress: ProgressSink) -> Iterator[Json]:
    """Raises InputError for pictures that cannot be read."""
    total, seen = work.panel.rows(work.pictures), work.lacking.count_done(work.panel.judges)
    if seen >= total:
        return
    contenders = _contenders(work)
    people = _rows_of_people(work, contenders)
    exam = _rows_of_exam(work, contenders, progress)
    sets = _rows_of_sets(work, contenders)
    for row in chain(people, exam, sets):
        yield row
        seen += 1
        progress(Progress("judging", seen, total, "parts"))


def _contenders(work: Work) -> tuple[Contender, ...]:
    control = untrained_twin(work.scorer, _clean(work.folder, work.scorer))
    own = (of_scorer(STRENGTH, work.scorer), of_scorer(UNTRAINED, control))
    return (*own, *PLAIN, *work.others)


def _rows_of_people(work: Work, contenders: Sequence[Contender]) -> Iterator[Json]:
    for judge in work.panel.people:
        for group in judge.groups(work.pictures, work.lacking.done(judge.name)):
            names = work.lacking.names(judge.name, group.name)
            yield row_of(judge.name, group, contenders, names)


def _rows_of_exam(
    work: Work, contenders: Sequence[Contender], progress: ProgressSink
) -> Iterator[Json]:
    panel, names = work.panel, partial(work.lacking.names, JUDGE)
    kinds = kinds_of_exam(panel.names)
    if panel.corrupt is None or all(not names(kind) for kind in kinds):
        return
    graded = any(LEVEL in names(kind) for kind in kinds)
    path = work.folder / CIFAR
    exam = prepared_exam(path, _epochs(progress)) if graded else ungraded_exam(path)
    yield from rows_of_exam(exam, panel.names, panel.corrupt, contenders, names)


def _rows_of_sets(work: Work, contenders: Sequence[Contender]) -> Iterator[Json]:
    for one in work.panel.sets:
        names = partial(work.lacking.names, one.name)
        yield from rows_of_set(one, work.scorer, contenders, names)


def _epochs(progress: ProgressSink) -> Callable[[], None]:
    epochs = 0

    def on_epoch() -> None:
        nonlocal epochs
        epochs += 1
        progress(Progress("training classifiers", epochs, EPOCHS * len(SEEDS), "epochs"))

    return on_epoch


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
