"""The nearest curve that never falls."""

from __future__ import annotations

from collections.abc import Sequence


def isotonic_fit(values: Sequence[float]) -> tuple[float, ...]:
    """The non-decreasing sequence of least squared distance, by pooling adjacent violators
    (Ayer, Brunk, Ewing, Reid & Silverman 1955)."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        mean, count = float(value), 1
        while blocks and blocks[-1][0] > mean:
            before, own = blocks.pop()
            mean = (before * own + mean * count) / (own + count)
            count += own
        blocks.append((mean, count))
    return tuple(mean for mean, count in blocks for _ in range(count))
