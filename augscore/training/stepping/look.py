"""How good a network is at some moment: its nearest neighbours, and has it collapsed?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import torch

from augscore.evaluation.accuracy import Accuracy, accuracy
from augscore.evaluation.collapse import rank_me
from augscore.evaluation.features import Preprocessing, features_of
from augscore.evaluation.knn import Bank, weighted_knn
from augscore.training.reporting.log_row import LogRow
from augscore.training.stepping.learner import Learner

RANKED = 2048


@dataclass(frozen=True)
class Labelled:
    """Images (3, H, W) uint8, read anew each time it is asked, and their classes (N,) int64."""

    images: Callable[[], Iterable[torch.Tensor]]
    labels: torch.Tensor


@dataclass(frozen=True)
class Look:
    """`knn` None without labels; ranks from 1 to the number of features."""

    knn: Accuracy | None
    rankme: float
    rankme_centred: float


@dataclass(frozen=True)
class Looking:
    """What is looked at: `bank` are images of training, `test` others with classes, if any."""

    bank: Callable[[], Iterable[torch.Tensor]]
    bank_labels: torch.Tensor | None
    test: Labelled | None
    preprocessing: Preprocessing
    device: torch.device

    def at(self, learner: Learner) -> Look:
        """Weighted nearest neighbours (k = 200, T = 0.1) on features of the online backbone."""
        backbone = learner.online.backbone
        known = features_of(backbone, self.bank(), self.preprocessing, self.device)
        ranked = known[:RANKED]
        return Look(
            self._knn(known, learner),
            float(rank_me(ranked)),
            float(rank_me(ranked, centred=True)),
        )

    def _knn(self, known: torch.Tensor, learner: Learner) -> Accuracy | None:
        if self.test is None or self.bank_labels is None:
            return None
        backbone = learner.online.backbone
        asked = features_of(backbone, self.test.images(), self.preprocessing, self.device)
        found = weighted_knn(Bank(known, self.bank_labels), asked)
        return accuracy(found, self.test.labels)


def with_look(row: LogRow, look: Look) -> LogRow:
    """The row with what was seen; accuracies in per cent."""
    row = replace(row, rankme=look.rankme, rankme_centred=look.rankme_centred)
    if look.knn is None:
        return row
    return replace(
        row, knn=100 * look.knn.value, knn_low=100 * look.knn.low, knn_high=100 * look.knn.high
    )
