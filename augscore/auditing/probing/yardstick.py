"""A few images of the data that all others are held against: how far two unrelated ones lie."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore import keys
from augscore.auditing.probing.readings import Originals, Seen, between
from augscore.auditing.table import Reading
from augscore.keys import ImageId
from augscore.strength.scorer import Scorer


@dataclass(frozen=True)
class Yardstick:
    """The same for every shard and order: each image has its partner among them by its key."""

    ids: tuple[ImageId, ...]
    seen: tuple[Seen, ...]

    @staticmethod
    def of(ids: tuple[ImageId, ...], pixels: torch.Tensor, scorer: Scorer) -> Yardstick:
        """`pixels`: (M, 3, S, S) float in [0, 1]."""
        described = scorer.describe(pixels)
        seen = (Seen(k, pixels[k], described[k : k + 1]) for k in range(len(ids)))
        return Yardstick(ids, tuple(seen))

    def reading(
        self, image: ImageId, place: int, originals: Originals, scorer: Scorer
    ) -> Reading | None:
        """The image, at `place` of `originals`, against its partner; None without another one."""
        others = [k for k, other in enumerate(self.ids) if other != image]
        if not others:
            return None
        partner = others[keys.image_key(image) % len(others)]
        own = Seen(place, originals.pixels[place], originals.described[place : place + 1])
        return between(own, self.seen[partner], scorer)
