"""The views of images at every level of an operation, in batches that the network takes whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from augscore.engine.apply import apply_view
from augscore.engine.drawing.view import draw_view
from augscore.engine.nodes import Node
from augscore.engine.policy import Policy, View
from augscore.strength.scorer import Scorer
from augscore.studies.figures.originals import Originals, together


@dataclass(frozen=True)
class LevelBatch:
    """`views` (B, 3, S, S) float; whose they are, and at which level, in `images`, `levels`."""

    images: list[int]
    levels: list[int]
    views: torch.Tensor

    def digests(self) -> list[int]:
        """A number a view, equal for equal pixels."""
        pixels = (view.numpy().tobytes() for view in self.views.cpu())
        hashes = (hashlib.blake2b(one, digest_size=6) for one in pixels)
        return [int.from_bytes(one.digest(), "little") for one in hashes]


def level_views(
    scorer: Scorer, originals: Originals, levels: Sequence[Sequence[Node]], *, seed: int
) -> Iterator[LevelBatch]:
    """Each image through the steps of each level. Whatever else is random than the magnitude is
    the image's own at all of its levels: places, directions, fields of noise."""
    most = together(scorer, originals.side)
    for first in range(0, len(originals), most):
        places = list(range(first, min(first + most, len(originals))))
        per_batch = max(1, most // len(places))
        for start in range(0, len(levels), per_batch):
            some = range(start, min(start + per_batch, len(levels)))
            views = [
                one_level(originals, levels[level], places, seed=seed, device=scorer.device)
                for level in some
            ]
            whose = [place for _ in some for place in places]
            which = [level for level in some for _ in places]
            yield LevelBatch(whose, which, torch.cat(views))


def one_level(
    originals: Originals,
    steps: Sequence[Node],
    places: Sequence[int],
    *,
    seed: int,
    device: torch.device,
) -> torch.Tensor:
    """float32 (B, 3, S, S): the images at `places` through the steps."""
    side = originals.side
    policy = Policy("level", side, (View(tuple(steps)),))
    ids = [originals.ids[place] for place in places]
    drawn = draw_view(policy, ids, [(side, side)] * len(ids), view=0, seed=seed)
    return apply_view(originals.floats(places, device), drawn)
