"""Pictures against their originals → readings.

Each number is made from one picture alone, so that the batch cannot change its last bit. A picture
that equals its original reads exactly 0, so the network does not look at it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from augscore.auditing.table import Reading
from augscore.strength.readings import Description, score_shift
from augscore.strength.reference import pixel_rms
from augscore.strength.scorer import Scorer

UNCHANGED = Reading(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Originals:
    """B originals at the size of the views, float32 (B, 3, S, S), and what the network sees of
    them; `norms` (B, L) are None where no shift is asked for."""

    pixels: torch.Tensor
    described: Description
    norms: torch.Tensor | None

    @staticmethod
    def of(pixels: torch.Tensor, scorer: Scorer, *, norms: bool) -> Originals:
        return Originals(
            pixels, scorer.describe(pixels), scorer.score_norm(pixels) if norms else None
        )


@dataclass(frozen=True)
class Seen:
    """A picture, the place of its original, and what the network sees of it."""

    original: int
    pixels: torch.Tensor
    described: Description


def read_pictures(
    pictures: Sequence[tuple[int, torch.Tensor]],
    originals: Originals,
    scorer: Scorer,
    *,
    shift: bool = False,
) -> list[Reading]:
    """`pictures` are (place of the original, picture (3, S, S)); one reading each."""
    return [reading for reading, _ in see_pictures(pictures, originals, scorer, shift=shift)]


def see_pictures(
    pictures: Sequence[tuple[int, torch.Tensor]],
    originals: Originals,
    scorer: Scorer,
    *,
    shift: bool = False,
) -> list[tuple[Reading, Seen]]:
    """The same, with what the network sees, to compare the pictures with each other."""
    changed = [
        n for n, (place, p) in enumerate(pictures) if not torch.equal(p, originals.pixels[place])
    ]
    described, norms = _looked_at([pictures[n][1] for n in changed], scorer, shift)
    at = {n: row for row, n in enumerate(changed)}
    found: list[tuple[Reading, Seen]] = []
    for n, (place, picture) in enumerate(pictures):
        one = slice(place, place + 1)
        if n not in at or described is None:
            still = UNCHANGED if shift else replace(UNCHANGED, shift=None)
            found.append((still, Seen(place, picture, originals.described[one])))
            continue
        row = slice(at[n], at[n] + 1)
        strength = float(scorer.compare(originals.described[one], described[row]))
        rms = float(pixel_rms(originals.pixels[one], picture[None]))
        moved = None
        if norms is not None and originals.norms is not None:
            moved = float(score_shift(originals.norms[one], norms[row], scorer.sigmas))
        found.append((Reading(strength, rms, moved), Seen(place, picture, described[row])))
    return found


def between(a: Seen, b: Seen, scorer: Scorer) -> Reading:
    """Two pictures of one size against each other."""
    if torch.equal(a.pixels, b.pixels):
        return Reading(0.0, 0.0)
    strength = float(scorer.compare(a.described, b.described))
    return Reading(strength, float(pixel_rms(a.pixels[None], b.pixels[None])))


def _looked_at(
    pictures: list[torch.Tensor], scorer: Scorer, shift: bool
) -> tuple[Description | None, torch.Tensor | None]:
    if not pictures:
        return None, None
    batch = torch.stack(pictures)
    return scorer.describe(batch), scorer.score_norm(batch) if shift else None
