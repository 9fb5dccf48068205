"""How much accuracy each condition costs, and what contenders read of the same pictures."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

import torch
from torch import nn

from augscore.json_values import Json
from augscore.studies.agreement.contenders import LEVEL, Contender
from augscore.studies.agreement.functional.cifar import read_cifar
from augscore.studies.agreement.functional.classifier import Labelled, accuracy, train_classifier
from augscore.studies.agreement.functional.conditions import Changed, corrupted, operated
from augscore.studies.agreement.functional.corruptions import Corrupt
from augscore.studies.figures.sweeps import SWEEPS

JUDGE = "accuracy"
SEEDS = (0, 1, 2)
TESTED, READ = 600, 64
"""Test pictures for the accuracy under a condition; of those, how many the contenders see."""


@dataclass(frozen=True)
class Exam:
    """Classifiers of the same pictures, and the pictures; `clean`: mean accuracy untouched."""

    networks: tuple[nn.Module, ...]
    pictures: Labelled

    @property
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
    done: Collection[str],
) -> Iterator[Json]:
    """One a kind of change that is not done: its levels' drops, and readings of every picture."""
    images, clean = exam.pictures.images, exam.clean
    trials = chain(corrupted(images, names, corrupt), operated(images, SWEEPS))
    for kind, group in groupby(trials, key=lambda trial: trial.condition.kind):
        trials_of_kind = list(group)
        if kind in done:
            continue
        changed = [trial.make() for trial in trials_of_kind]
        yield {
            "judge": JUDGE,
            "reference": kind,
            "clean": clean,
            "conditions": [[kind, one.condition.level] for one in changed],
            "drops": [clean - exam.accuracy(one.images) for one in changed],
            "readings": _readings(images[:READ], changed, contenders),
        }


def _readings(
    references: torch.Tensor, changed: Sequence[Changed], contenders: Sequence[Contender]
) -> dict[str, list[list[float]]]:
    found = {
        c.name: [c.read(references, one.images[: len(references)]).tolist() for one in changed]
        for c in contenders
    }
    found[LEVEL] = [[float(one.condition.level)] * len(references) for one in changed]
    return found


def prepared_exam(path: Path, on_epoch: Callable[[], None]) -> Exam:
    """Trains the classifiers on all training pictures."""
    training, test = read_cifar(path)
    networks = tuple(train_classifier(training, seed, on_epoch) for seed in SEEDS)
    return Exam(networks, Labelled(test.images[:TESTED], test.labels[:TESTED]))


def kinds_of_exam(names: Sequence[str]) -> int:
    """How many rows there will be."""
    return len(names) + sum(len(sweep.directions) for sweep in SWEEPS)
