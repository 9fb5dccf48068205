"""Histograms of score values and strengths, and an example for each bin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from augscore.studies.figures.rank_agreement import Floats
from augscore.studies.histogram.values import Values

BINS = 16
_TAIL = 0.005


@dataclass(frozen=True)
class Bins:
    """`counts` of images by what is counted, (B,) each, between (B + 1,) edges. What lies outside
    is counted in the first or the last bin."""

    edges: Floats
    counts: Mapping[str, tuple[int, ...]]

    def shares(self, name: str) -> Floats:
        """Per cent of the images."""
        counts = np.array(self.counts[name], dtype=np.float64)
        return np.asarray(100 * counts / counts.sum(), dtype=np.float64)

    def to_json(self) -> dict[str, object]:
        return {"edges": self.edges.tolist(), **{k: list(v) for k, v in self.counts.items()}}


def binned(values: Values) -> tuple[Bins, Bins]:
    """Of score values, `originals` and `views` in the same bins; of strengths, `views`."""
    edges = _edges(np.concatenate([values.originals, values.views]))
    both = {"originals": values.originals, "views": values.views}
    scores = Bins(edges, {name: _counts(edges, some) for name, some in both.items()})
    edges = _edges(values.strengths)
    return scores, Bins(edges, {"views": _counts(edges, values.strengths)})


def examples_of(edges: Floats, values: Floats) -> list[int | None]:
    """For each bin the place of the value nearest to its middle; None for an empty one."""
    places = _places(edges, values)
    found: list[int | None] = []
    for k in range(len(edges) - 1):
        inside = np.flatnonzero(places == k)
        middle = (edges[k] + edges[k + 1]) / 2
        nearest = np.abs(values[inside] - middle).argmin() if len(inside) else None
        found.append(None if nearest is None else int(inside[nearest]))
    return found


def overlap(bins: Bins) -> float:
    """Per cent of the images that both histograms have in common."""
    return float(np.minimum(bins.shares("originals"), bins.shares("views")).sum())


def _edges(values: Floats) -> Floats:
    low, high = np.quantile(values, [_TAIL, 1 - _TAIL])
    room = 1e-6 if high == low else 0.0
    return np.linspace(low - room, high + room, BINS + 1)


def _places(edges: Floats, values: Floats) -> npt.NDArray[np.int64]:
    return (np.searchsorted(edges, values, side="right") - 1).clip(0, len(edges) - 2)


def _counts(edges: Floats, values: Floats) -> tuple[int, ...]:
    return tuple(np.bincount(_places(edges, values), minlength=len(edges) - 1).tolist())
