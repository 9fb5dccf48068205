"""What the page of a run shows, as data: one panel a question, its curves over the epochs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from augscore.evaluation.collapse import LEAST_SHARE
from augscore.training.reporting.log_row import LogRow

MOST_POINTS = 300
"""More than a curve on a page can show; longer runs are averaged over neighbouring rows."""


@dataclass(frozen=True)
class Curve:
    """Points (x, y), in the order of x; `band`, of equal length, the interval around each y."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    band: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Panel:
    """One picture: `title` says what, `unit` of y in words, `caption` how to read it.

    stacked     the curves are parts of 1, drawn one on another
    lowest      where y begins, None: where the curves do; `highest` likewise, only beside it
    limit       a line worth comparing with, and its name
    """

    title: str
    unit: str
    caption: str
    curves: tuple[Curve, ...]
    stacked: bool = False
    lowest: float | None = None
    highest: float | None = None
    limit: tuple[float, str] | None = None


Value = Callable[[LogRow], float | None]
Mean = Callable[[Sequence[float]], float]


def panels_of(rows: Sequence[LogRow]) -> list[Panel]:
    """Those of which the rows hold anything."""
    found = (*_learning(rows), *_collapse(rows), *_weighting(rows), *_speed(rows))
    return [panel for panel in found if panel.curves]


def absent_from(rows: Sequence[LogRow]) -> list[str]:
    """A sentence for each subject that the rows say nothing of."""
    reasons = {
        "No k-NN accuracy: the run had no labels.": any(r.knn is not None for r in rows),
        "No pair weights: every pair counted the same.": any(
            r.weight_max is not None for r in rows
        ),
    }
    return [reason for reason, shown in reasons.items() if not shown]


def _learning(rows: Sequence[LogRow]) -> list[Panel]:
    return [
        Panel("Loss", "as minimised", "", _present(_curve("loss", rows, lambda r: r.loss))),
        Panel(
            "k-NN accuracy",
            "%",
            "Weighted k-NN on the backbone's features; the band is the 95 % interval.",
            _present(_knn(rows)),
        ),
        Panel(
            "Learning rate",
            "",
            "",
            _present(_curve("rate", rows, lambda r: r.learning_rate)),
            lowest=0.0,
        ),
    ]


def _collapse(rows: Sequence[LogRow]) -> list[Panel]:
    return [
        Panel(
            "Cosine of embeddings",
            "−1 to 1",
            "Two views of one image, and views of different images. If both reach 1, all images "
            "look the same to the network.",
            _present(
                _curve("same image", rows, lambda r: r.positive_cosine),
                _curve("different", rows, lambda r: r.negative_cosine),
            ),
        ),
        Panel(
            "Spread of embeddings",
            "1 = fills the sphere",
            "Standard deviation per dimension, relative to 1/√d.",
            _present(_curve("spread", rows, lambda r: r.embedding_std)),
            lowest=0.0,
            limit=(LEAST_SHARE, "collapsed <"),
        ),
        Panel(
            "Effective rank",
            "dimensions in use",
            "RankMe of the embeddings, as they are and with their mean taken off.",
            _present(
                _curve("as they are", rows, lambda r: r.rankme),
                _curve("centred", rows, lambda r: r.rankme_centred),
            ),
            lowest=0.0,
        ),
    ]


def _weighting(rows: Sequence[LogRow]) -> list[Panel]:
    return [
        Panel(
            "Pair weights",
            "mean 1",
            "Of the pairs of a batch; a pair of weight 2 counts as two.",
            _present(
                _curve("largest", rows, lambda r: r.weight_max, max),
                _curve("mean", rows, lambda r: r.weight_mean),
                _curve("smallest", rows, lambda r: r.weight_min, min),
            ),
            lowest=0.0,
        ),
        Panel(
            "Effective sample size",
            "% of the batch",
            "How much of a batch counts, given its weights.",
            _present(_curve("of the batch", rows, lambda r: _per_cent(r.effective_sample_size))),
            lowest=0.0,
            highest=100.0,
        ),
    ]


def _speed(rows: Sequence[LogRow]) -> list[Panel]:
    return [
        Panel(
            "Throughput",
            "images/s",
            "",
            _present(_curve("images/s", rows, lambda r: r.images_per_second)),
            lowest=0.0,
        ),
        Panel(
            "Where the time goes",
            "% of the time",
            "",
            _shares([row for row in rows if row.network_share is not None]),
            stacked=True,
            lowest=0.0,
            highest=100.0,
        ),
    ]


def _shares(rows: Sequence[LogRow]) -> tuple[Curve, ...]:
    return _present(
        _curve("network", rows, lambda r: 100 * (r.network_share or 0.0)),
        _curve("augmentation", rows, lambda r: 100 * (r.augmentation_share or 0.0)),
        _curve("scoring", rows, lambda r: 100 * (r.scoring_share or 0.0)),
        _curve("data", rows, lambda r: 100 * (r.data_share or 0.0)),
    )


def _curve(name: str, rows: Sequence[LogRow], value: Value, mean: Mean = fmean) -> Curve:
    """A point stands at the last of the rows whose mean it is, as a row at the last of its
    batches."""
    points = [(row.epoch, y) for row in rows if (y := value(row)) is not None]
    groups = _groups(points)
    return Curve(
        name,
        tuple(group[-1][0] for group in groups),
        tuple(mean([y for _, y in group]) for group in groups),
    )


def _knn(rows: Sequence[LogRow]) -> Curve:
    shown = [r for r in rows if r.knn is not None]
    bands = [(r.knn_low, r.knn_high) for r in shown]
    known = [(low, high) for low, high in bands if low is not None and high is not None]
    return Curve(
        "k-NN",
        tuple(r.epoch for r in shown),
        tuple(r.knn for r in shown if r.knn is not None),
        tuple(known) if len(known) == len(shown) else (),
    )


def _groups(points: Sequence[tuple[float, float]]) -> list[Sequence[tuple[float, float]]]:
    """Neighbours together, at most `MOST_POINTS` groups."""
    size = -(-len(points) // MOST_POINTS) or 1
    return [points[i : i + size] for i in range(0, len(points), size)]


def _present(*curves: Curve) -> tuple[Curve, ...]:
    return tuple(curve for curve in curves if curve.x)


def _per_cent(share: float | None) -> float | None:
    return None if share is None else 100 * share
