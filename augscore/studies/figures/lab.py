"""What every piece of a study of figures shares: images, the scorer, what it sees of them."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

import torch

from augscore.images.records import Skipped
from augscore.measuring.sources import Offer
from augscore.measuring.survey import state_of
from augscore.strength.readings import STRENGTH
from augscore.strength.scorer import Scorer
from augscore.studies.figures.choosing import Chosen
from augscore.studies.figures.originals import (
    Originals,
    score_values,
    together,
    unrelated_strength,
)
from augscore.version import VERSION


@dataclass(frozen=True)
class Lab:
    """N images at one size. `offers` are the files they came from, in their order; `values` (N,)
    their score values, on the CPU; `unrelated` the median strength between two of them."""

    source: str | None
    scorer: Scorer
    originals: Originals
    offers: tuple[Offer, ...]
    values: torch.Tensor
    unrelated: float
    skipped: tuple[Skipped, ...]
    seed: int

    @property
    def side(self) -> int:
        return self.originals.side

    @property
    def settings(self) -> dict[str, object]:
        """What all rows of a folder share; its images by names, sizes and times."""
        digest = hashlib.blake2b(digest_size=16)
        for offer in self.offers:
            digest.update(state_of(offer))
        return {
            "images": len(self.originals),
            "size": self.side,
            "seed": self.seed,
            "data": digest.hexdigest(),
            "model": self.scorer.model.sha256,
            "reading": STRENGTH,
            "device": self.scorer.device.type,
            "version": VERSION,
        }

    def seconds_of_a_view(self) -> float:
        """Looked at as in the study: as many at once as the network sees together."""
        count = together(self.scorer, self.side)
        places = [place % len(self.originals) for place in range(count)]
        views = self.originals.floats(places, self.scorer.device)
        began = time.monotonic()
        self.scorer.describe(views)
        score_values(self.scorer, views)
        return (time.monotonic() - began) / count


def lab_of(source: str | None, scorer: Scorer, chosen: Chosen, *, seed: int) -> Lab:
    originals = Originals.of(scorer, chosen.pixels, chosen.ids)
    unrelated = unrelated_strength(scorer, originals)
    return Lab(
        source=source,
        scorer=scorer,
        originals=originals,
        offers=chosen.offers,
        values=score_values(scorer, chosen.pixels),
        unrelated=unrelated,
        skipped=chosen.skipped,
        seed=seed,
    )
