"""Who judges in a folder: people, classifiers, and the magnitude itself within images."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from augscore.errors import HostError
from augscore.studies.agreement.folder import CIFAR, HUMAN, human_judges
from augscore.studies.agreement.functional.corruptions import Corrupt, corruptions
from augscore.studies.agreement.functional.drops import JUDGE, kinds_of_exam
from augscore.studies.agreement.judges.judge import Judge
from augscore.studies.agreement.judges.pictures import PHOTOS
from augscore.studies.agreement.within.sets import (
    PHOTOGRAPHS,
    SMALL,
    PictureSet,
    SetSizes,
    picture_sets,
)
from augscore.studies.figures.sweeps import SWEEPS


@dataclass(frozen=True)
class Panel:
    """people     with their stimuli
    names      of corruptions; classifiers judge where `corrupt` is there
    sets       in which the magnitude judges within each image
    left_out   who, and why
    """

    people: tuple[Judge, ...]
    names: tuple[str, ...]
    corrupt: Corrupt | None
    sets: tuple[PictureSet, ...]
    left_out: tuple[str, ...]

    @property
    def judges(self) -> frozenset[str]:
        people = {judge.name for judge in self.people} | {one.name for one in self.sets}
        return frozenset(people | ({JUDGE} if self.corrupt is not None else set()))

    def rows(self, pictures: int) -> int:
        """What there is to read, with so many pictures of each of the people's judges."""
        people = sum(min(pictures, judge.references) for judge in self.people)
        exam = len(kinds_of_exam(self.names)) if self.corrupt is not None else 0
        return people + exam + len(self.sets) * len(SWEEPS)


def panel_of(folder: Path, working_size: int, sizes: SetSizes, lent: ExitStack) -> Panel:
    """Raises InputError for tables or pictures that cannot be read."""
    people = human_judges(folder)
    there = {judge.name for judge in people}
    absent = [f"{name}: its files are not in the folder" for name in HUMAN if name not in there]
    sets = picture_sets(folder, working_size, sizes)
    absent += [
        f"{name}: {file} is not in the folder"
        for name, file in ((SMALL, CIFAR), (PHOTOGRAPHS, PHOTOS))
        if name not in {one.name for one in sets}
    ]
    names, corrupt, why = _corruptions(folder, lent)
    return Panel(people, names, corrupt, sets, (*absent, *why))


def _corruptions(
    folder: Path, lent: ExitStack
) -> tuple[tuple[str, ...], Corrupt | None, tuple[str, ...]]:
    """For as long as `lent`, else why not."""
    if not (folder / CIFAR).is_file():
        return (), None, (f"{JUDGE}: {CIFAR} is not in the folder",)
    try:
        names, corrupt = lent.enter_context(corruptions())
    except HostError as error:
        return (), None, (f"{JUDGE}: {error}",)
    return names, corrupt, ()
