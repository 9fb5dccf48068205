"""`measure` on a folder against decoding and resizing its files alone, on all cores."""

from __future__ import annotations

import torch

from augscore.images.batches import in_order
from augscore.images.find import find
from augscore.images.records import Candidate, Skipped
from augscore.images.resize import bring_to_size
from augscore.measuring.plan import MeasureOptions
from augscore.measuring.run import measure_source
from augscore.measuring.sources import folder_source
from augscore.measuring.subjects import subject
from augscore.runtime import usable_cores
from augscore.strength.readings import Description
from augscore.strength.scorer import Scorer, load_scorer
from tests.benchmarks.case import Case, Setting

SIZE = 224


class WithoutNorms(Scorer):
    """Strength alone: the clean images are not looked at for typicality and score shift."""

    def score_norm(self, images: torch.Tensor, sigma: object = None) -> torch.Tensor:
        return torch.ones(len(images), len(self.sigmas))


class Blind(WithoutNorms):
    """No pass of the network at all."""

    def describe(self, images: torch.Tensor) -> Description:
        count = len(images)
        errors = torch.zeros(count, 3, 13, 13)
        small, large = torch.zeros(count, 64, 6, 6), torch.zeros(count, 64, 3, 3)
        return Description((small, large), errors, errors)


def cases(setting: Setting) -> list[Case]:
    files = [found for found in find([setting.folder]) if isinstance(found, Candidate)]
    scorer = load_scorer(setting.model, str(setting.device))
    source = folder_source([setting.folder])

    def read_one(file: Candidate) -> torch.Tensor | None:
        outcome = subject(file)
        if isinstance(outcome, Skipped):
            return None
        return bring_to_size(outcome.reference, SIZE)

    def read_alone() -> int:
        return sum(image is not None for image in in_order(files, read_one, workers=usable_cores()))

    def one(kind: type[Scorer], policy: str) -> object:
        used = kind(scorer.model, scorer.calibration, scorer.device)
        return measure_source(source, used, MeasureOptions(policy=policy, size=SIZE))

    group = f"measure, {SIZE} px"
    return [
        Case(group, "decode and resize alone", len(files), read_alone),
        Case(group, "simclr, no network", len(files), lambda: one(Blind, "simclr")),
        Case(group, "identity, no network", len(files), lambda: one(Blind, "identity")),
        Case(group, "simclr, strength alone", len(files), lambda: one(WithoutNorms, "simclr")),
        Case(group, "simclr, everything", len(files), lambda: one(Scorer, "simclr")),
    ]
