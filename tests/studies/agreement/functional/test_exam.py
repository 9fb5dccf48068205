"""Classifiers learn, conditions cost accuracy, and what is done is not done again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import pytest
import torch
from torch import nn

from augscore.json_values import mapping
from augscore.studies.agreement.contenders import LEVEL, PLAIN
from augscore.studies.agreement.functional.classifier import (
    Labelled,
    accuracy,
    train_classifier,
)
from augscore.studies.agreement.functional.conditions import operated
from augscore.studies.agreement.functional.drops import Exam, kinds_of_exam, rows_of_exam
from augscore.studies.agreement.rows import drops_in, values_in
from augscore.studies.figures.sweeps import SWEEPS

ALL = (*(contender.name for contender in PLAIN), LEVEL)


def light_and_dark(count: int) -> Labelled:
    """Class 1 is lighter than class 0."""
    chance = torch.Generator().manual_seed(3)
    labels = torch.arange(count) % 2
    noise = torch.randint(0, 60, (count, 3, 32, 32), generator=chance)
    return Labelled((noise + 60 + 90 * labels[:, None, None, None]).to(torch.uint8), labels)


class ByLight(nn.Module):
    """Says 1 for what is lighter than the middle."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        light = images.mean(dim=(1, 2, 3))
        return torch.stack([-light, light], dim=1)


def test_a_classifier_learns_and_is_its_seeds() -> None:
    data = light_and_dark(64)
    epochs: list[int] = []
    network = train_classifier(data, 1, lambda: epochs.append(1))
    assert accuracy(network, data) > 0.9
    assert len(epochs) == 20
    again = train_classifier(data, 1, lambda: None)
    other = train_classifier(data, 2, lambda: None)
    first, second, third = (next(n.parameters()) for n in (network, again, other))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_each_direction_of_each_operation_has_five_levels_outwards() -> None:
    trials = list(operated(light_and_dark(2).images, SWEEPS))
    counts = Counter(trial.condition.kind for trial in trials)
    assert len(counts) == sum(len(sweep.directions) for sweep in SWEEPS)
    assert max(counts.values()) == 5
    changed = {
        t.condition: t.make().images.float() for t in trials if "Brightness" in t.condition.kind
    }
    levels = [float(image.mean()) for c, image in changed.items() if c.kind.endswith("below")]
    assert levels == sorted(levels, reverse=True)


def test_dark_pictures_cost_the_accuracy_that_they_cost() -> None:
    data = light_and_dark(8)
    exam = Exam((ByLight(),), data)
    assert exam.clean == 1.0

    def corrupt(images: torch.Tensor, name: str, severity: int, /) -> torch.Tensor:
        return torch.zeros_like(images) if severity == 5 else images

    rows = rows_of_exam(exam, ("dark",), corrupt, PLAIN, lambda kind: ALL)
    first = next(iter(rows))
    assert first["drops"] == [0, 0, 0, 0, 0.5]
    rms = values_in([first], "accuracy", "pixel RMS")
    assert [len(values) for values in rms.values()] == [8] * 5
    assert [sum(values) > 0 for values in rms.values()] == [False] * 4 + [True]
    assert list(drops_in([first], "accuracy").values()) == first["drops"]


def test_kinds_that_are_done_are_left_out() -> None:
    exam = Exam((ByLight(),), light_and_dark(2))

    def corrupt(images: torch.Tensor, name: str, severity: int, /) -> torch.Tensor:
        pytest.fail("made again")

    def lacking(kind: str) -> Collection[str]:
        return ALL if kind == "Hue.turns above" else ()

    rows = list(rows_of_exam(exam, ("dark",), corrupt, PLAIN, lacking))
    assert [row["reference"] for row in rows] == ["Hue.turns above"]
    kinds = kinds_of_exam(("dark",))
    assert kinds[0] == "dark"
    assert set(kinds[1:]) == {t.condition.kind for t in operated(exam.pictures.images, SWEEPS)}


def test_who_comes_later_reads_and_needs_no_classifiers() -> None:
    data = light_and_dark(2)

    def corrupt(images: torch.Tensor, name: str, severity: int, /) -> torch.Tensor:
        return images // severity

    def lacking(kind: str) -> Collection[str]:
        return ("pixel RMS",) if kind == "dark" else ()

    (first,) = rows_of_exam(Exam((ByLight(),), data), ("dark",), corrupt, PLAIN, _only_dark)
    (later,) = rows_of_exam(Exam((), data), ("dark",), corrupt, PLAIN, lacking)
    assert "drops" not in later
    assert list(mapping(later["readings"])) == ["pixel RMS"]
    assert drops_in([first, later], "accuracy") == drops_in([first], "accuracy")
    alone = values_in([first], "accuracy", "pixel RMS")
    assert values_in([later], "accuracy", "pixel RMS") == alone


def _only_dark(kind: str) -> Collection[str]:
    return ALL if kind == "dark" else ()
