"""Is a trained network worth using? In words, from its errors on images that it never saw."""

from __future__ import annotations

from collections.abc import Sequence

from augscore.score.model import ModelCard
from augscore.score.wiener import ErrorRow

FEWEST_HELD_OUT = 5


def levels_lost(errors: Sequence[ErrorRow]) -> int:
    """At how many noise levels the network is no better than the best linear denoiser."""
    return sum(not row.network < row.wiener for row in errors)


def doubts(errors: Sequence[ErrorRow], held_out: int) -> tuple[str, ...]:
    """One phrase each; none for a network that beats the linear denoiser on five images or more."""
    if not errors:
        return ()
    found = []
    lost = levels_lost(errors)
    if lost:
        found.append(
            f"worse than the linear denoiser at {lost} of {len(errors)} noise levels: train longer"
        )
    if held_out < FEWEST_HELD_OUT:
        images = "1 image was" if held_out == 1 else f"{held_out} images were"
        found.append(f"only {images} held out: the comparison is uncertain, give more images")
    return tuple(found)


def doubts_of(card: ModelCard) -> tuple[str, ...]:
    """The same from the card of a model."""
    return doubts(card.held_out, card.data.held_out)
