"""How much accuracy each condition costs, and what contenders read of the same pictures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, groupby
from pathlib import Path

import torch
from torch import nn

from augscore.json_values import Json
from augscore.studies.agreement.contenders import LEVEL, Against, Contender
from augscore.studies.agreement.functional.cifar import read_cifar
from augscore.studies.agreement.functional.classifier import Labelled, accuracy, train_classifier
from augscore.studies.agreement.functional.conditions import (
    Changed,
    corrupted,
    kind_of,
    operated,
)
from augscore.studies.agreement.functional.corruptions import Corrupt
from augscore.studies.figures.sweeps import SWEEPS

JUDGE = "accuracy"
SEEDS = (0, 1, 2)
TESTED, READ = 600, 64
"""Test pictures for the accuracy under a condition; of those, how many the contenders see."""


@dataclass(frozen=True)
class Exam:
    """Classifiers of the same pictures, none where all drops are known, and the pictures; `clean`:
    mean accuracy untouched."""

    networks: tuple[nn.Module, ...]
    pictures: Labelled

    @cached_property
    def clean(self) -> float:
        return self.accuracy(self.pictures.images)

    def accuracy(self, images: torch.Tensor) -> float:
        """Mean over the networks, 0 to 1."""
        changed = Labelled(images, self.pictures.labels)
        return sum(accuracy(network, changed) for network in self.networks) / len(self.networks)


def rows_of_exam(
    exam: Exam,
    names: Sequence[str],
    corrupt: Corrupt,
    contenders: Sequence[Contender],
    lacking: Callable[[str], Collection[str]],
) -> Iterator[Json]:
    """One a kind of change that contenders have not read, by their names in `lacking`: readings of
    every picture, and with the level's number, which comes first, the drop of each level."""
    images = exam.pictures.images
    eyes = {c.name: c.look(images[:READ]) for c in contenders}
    trials = chain(corrupted(images, names, corrupt), operated(images, SWEEPS))
    for kind, group in groupby(trials, key=lambda trial: trial.condition.kind):
        trials_of_kind, missing = list(group), lacking(kind)
        if not missing:
            continue
        changed = [trial.make() for trial in trials_of_kind]
        row: dict[str, object] = {
            "judge": JUDGE,
            "reference": kind,
            "conditions": [[kind, one.condition.level] for one in changed],
            "readings": _readings(changed, len(images[:READ]), eyes, missing),
        }
        if LEVEL in missing:
            row["clean"] = exam.clean
            row["drops"] = [exam.clean - exam.accuracy(one.images) for one in changed]
        yield row


def _readings(
    changed: Sequence[Changed], count: int, eyes: Mapping[str, Against], names: Collection[str]
) -> dict[str, list[list[float]]]:
    """All levels at once, which is faster for networks."""
    images = torch.cat([one.images[:count] for one in changed])
    places = list(range(count)) * len(changed)
    found: dict[str, list[list[float]]] = {
        name: against(places, images).view(len(changed), count).tolist()
        for name, against in eyes.items()
        if name in names
    }
    if LEVEL in names:
        found[LEVEL] = [[float(one.condition.level)] * count for one in changed]
    return found


def prepared_exam(path: Path, on_epoch: Callable[[], None]) -> Exam:
    """Trains the classifiers on all training pictures."""
    training, _ = read_cifar(path)
    networks = tuple(train_classifier(training, seed, on_epoch) for seed in SEEDS)
    return replace(ungraded_exam(path), networks=networks)


def ungraded_exam(path: Path) -> Exam:
    """For contenders that come after all drops are known."""
    _, test = read_cifar(path)
    return Exam((), Labelled(test.images[:TESTED], test.labels[:TESTED]))


def kinds_of_exam(names: Sequence[str]) -> tuple[str, ...]:
    """What there will be a row of."""
    return (*names, *(kind_of(sweep, way) for sweep in SWEEPS for way in sweep.directions))
