"""One backbone on training and test images: a row of accuracy for each classifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch

from augscore.evaluation.accuracy import Accuracy, ClassAccuracy, accuracy, by_class
from augscore.evaluation.features import RAW_SIZE
from augscore.evaluation.knn import (
    MAJORITY_K,
    TEMPERATURE,
    Bank,
    K,
    leave_one_out,
    majority_knn,
    small_set_k,
    weighted_knn,
)
from augscore.evaluation.linear import AdamProbe, fit_by_adam, fit_logistic
from augscore.evaluation.seen import Extraction, Seen, see
from augscore.images.collection import Collection
from augscore.images.records import Skipped
from augscore.runtime import Progress, ProgressSink

SMALL_SET = 2000
"""Images, training and test together, below which each is also told by all the others."""


@dataclass(frozen=True)
class EvalOptions:
    """`knn`, `linear`: which classifiers; `epochs`: of the linear probe by Adam."""

    knn: bool = True
    linear: bool = False
    k: int = K
    temperature: float = TEMPERATURE
    epochs: int = 100
    seed: int = 0


@dataclass(frozen=True)
class Row:
    """One classifier: its name for programs, its numbers, and how often it is right."""

    classifier: str
    settings: Mapping[str, object]
    images: int
    accuracy: Accuracy
    classes: tuple[ClassAccuracy, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "classifier": self.classifier,
            "settings": dict(self.settings),
            "images": self.images,
            "accuracy": self.accuracy.value,
            "interval": [self.accuracy.low, self.accuracy.high],
            "classes": [
                {"name": row.name, "images": row.images, "accuracy": row.accuracy}
                for row in self.classes
            ],
        }


@dataclass(frozen=True)
class Side:
    """Training or test images: how many took part, what did not, and a digest of what was given."""

    images: int
    unlabelled: int
    skipped: tuple[Skipped, ...]
    fingerprint: str

    def to_json(self) -> dict[str, object]:
        return {
            "images": self.images,
            "unlabelled": self.unlabelled,
            "fingerprint": self.fingerprint,
            "skipped": [
                {"path": s.name, "reason": s.reason, "detail": s.detail} for s in self.skipped
            ],
        }


@dataclass(frozen=True)
class Evaluation:
    """Of one backbone on one data set; `rows` end with what needs no training at all."""

    classes: tuple[str, ...]
    train: Side
    test: Side
    rows: tuple[Row, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "classes": len(self.classes),
            "train": self.train.to_json(),
            "test": self.test.to_json(),
            "rows": [row.to_json() for row in self.rows],
        }


def evaluate(
    train: Collection, test: Collection, how: Extraction, options: EvalOptions
) -> Evaluation:
    """`train` and `test` have the same classes. Raises as `see`."""
    known = see(train, how, "looking at training images")
    asked = see(test, how, "looking at test images")
    classifying = _Classifying(known, asked, train.classes, options, how.device)
    return Evaluation(
        classes=train.classes,
        train=_side(known, train),
        test=_side(asked, test),
        rows=tuple(classifying.rows(how.progress)),
    )


def _side(seen: Seen, images: Collection) -> Side:
    return Side(len(seen.labels), seen.unlabelled, seen.skipped, images.fingerprint)


@dataclass(frozen=True)
class _Classifying:
    known: Seen
    asked: Seen
    classes: tuple[str, ...]
    options: EvalOptions
    device: torch.device

    def rows(self, progress: ProgressSink) -> Iterator[Row]:
        progress(Progress("classifying", 0, None, "images"))
        if self.options.knn:
            yield from self._neighbours()
        if self.options.linear:
            yield from self._linear()
        yield self._pixels()
        yield self._commonest()

    def _neighbours(self) -> Iterator[Row]:
        bank, asked = self._bank(self.known.features), self._placed(self.asked.features)
        k, temperature = min(self.options.k, len(bank)), self.options.temperature
        found = weighted_knn(bank, asked, k=k, temperature=temperature)
        yield self._row("knn_weighted", {"k": k, "temperature": temperature}, found)
        few = min(MAJORITY_K, len(bank))
        yield self._row("knn_majority", {"k": few}, majority_knn(bank, asked, k=few))
        if len(bank) + len(asked) < SMALL_SET:
            yield self._left_out()

    def _left_out(self) -> Row:
        labels = torch.cat([self.known.labels, self.asked.labels])
        features = torch.cat([self.known.features, self.asked.features])
        k, temperature = small_set_k(labels), self.options.temperature
        found = leave_one_out(Bank(features, labels), k=k, temperature=temperature)
        settings = {"k": k, "temperature": temperature}
        return self._row("knn_leave_one_out", settings, found, labels)

    def _linear(self) -> Iterator[Row]:
        bank, asked = self._bank(self.known.features), self._placed(self.asked.features)
        recipe = AdamProbe(epochs=self.options.epochs, seed=self.options.seed)
        settings = {"epochs": recipe.epochs, "lr": recipe.lr, "batch_size": recipe.batch_size}
        yield self._row("linear_adam", settings, fit_by_adam(bank, recipe).predict(asked))
        yield self._row("linear_lbfgs", {"strength": 1.0}, fit_logistic(bank).predict(asked.cpu()))

    def _pixels(self) -> Row:
        bank, asked = self._bank(self.known.pixels), self._placed(self.asked.pixels)
        k, temperature = min(self.options.k, len(bank)), self.options.temperature
        found = weighted_knn(bank, asked, k=k, temperature=temperature)
        settings = {"k": k, "temperature": temperature, "size": RAW_SIZE}
        return self._row("pixels_knn", settings, found)

    def _commonest(self) -> Row:
        commonest = self.known.labels.bincount().argmax()
        return self._row("commonest_class", {}, commonest.expand(len(self.asked.labels)))

    def _row(
        self,
        classifier: str,
        settings: Mapping[str, object],
        found: torch.Tensor,
        labels: torch.Tensor | None = None,
    ) -> Row:
        labels = self.asked.labels if labels is None else labels
        told = accuracy(found, labels, seed=self.options.seed)
        rows = by_class(found, labels, self.classes)
        return Row(classifier, settings, len(labels), told, rows)

    def _bank(self, features: torch.Tensor) -> Bank:
        return Bank(self._placed(features), self._placed(self.known.labels))

    def _placed(self, values: torch.Tensor) -> torch.Tensor:
        """On the GPU if there is one of CUDA's, whose sorting knows no bounds."""
        return values.to(self.device) if self.device.type == "cuda" else values
