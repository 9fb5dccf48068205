"""How good an encoder's features are, as a person reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .figures import count, four, percent, plural
from .lines import Line, Span, join, line, pack, table
from .names import shown
from .skips import skipped_lines

if TYPE_CHECKING:
    from augscore.evaluation.evaluate import Evaluation, Row
    from augscore.training.encoder_file import EncoderCard

_NAMES: dict[str, Callable[[Row], str]] = {
    "knn_weighted": lambda row: f"k-NN, {_k_and_t(row)}",
    "knn_majority": lambda row: f"k-NN, k {row.settings['k']}, Euclidean, unweighted",
    "knn_leave_one_out": lambda row: f"k-NN, {_k_and_t(row)}, leave one of all out",
    "linear_adam": lambda row: f"linear, Adam, {row.settings['epochs']} epochs",
    "linear_lbfgs": lambda row: "linear, L-BFGS",
    "pixels_knn": lambda row: f"raw pixels at {row.settings['size']} px, k-NN, {_k_and_t(row)}",
    "commonest_class": lambda row: "always the commonest class",
}
_COLUMNS = {
    "knn_weighted": "k-NN",
    "knn_majority": "k-NN, 5",
    "knn_leave_one_out": "one out",
    "linear_adam": "Adam",
    "linear_lbfgs": "L-BFGS",
    "pixels_knn": "pixels",
}


def encoder_line(card: EncoderCard) -> Line:
    return line(
        Span(f"{shown(card.arch)} by {shown(card.method)}", "strong"),
        f"   {plural(card.epochs, 'epoch')}, {card.size} px, {count(card.feature_dim)} features",
    )


def evaluation_lines(
    title: str, told: str, found: Evaluation, width: int, *, per_class: bool
) -> list[Line]:
    """`told`: how training and test images were parted."""
    skipped = (*found.train.skipped, *found.test.skipped)
    unlabelled = found.train.unlabelled + found.test.unlabelled
    return join(
        [
            pack(f"{shown(title)}: ", shown(told).split(), width, gap=" "),
            [line(row) for row in table([_HEAD, *map(_cells, found.rows)])],
            _class_lines(found) if per_class else [],
            [line(f"{count(unlabelled)} without a class")] if unlabelled else [],
            skipped_lines(skipped, width),
        ]
    )


_HEAD = ["top-1 [%]", "accuracy", "95 % interval"]


def _cells(row: Row) -> list[str]:
    told = row.accuracy
    interval = f"{percent(100 * told.low)} ... {percent(100 * told.high)}"
    return [_NAMES[row.classifier](row), percent(100 * told.value), interval]


def _k_and_t(row: Row) -> str:
    temperature = row.settings["temperature"]
    assert isinstance(temperature, float)
    return f"k {row.settings['k']}, T {four(temperature)}"


def _class_lines(found: Evaluation) -> list[Line]:
    """A row for every class, in their order, a column for every classifier."""
    rows = [row for row in found.rows if row.classifier in _COLUMNS]
    own = [row for row in rows if row.images == found.test.images]
    head = ["class [%]", "images", *(_COLUMNS[row.classifier] for row in own)]
    body = [_class_cells(place, own) for place in range(len(found.classes))]
    return [line(text) for text in table([head, *body])]


def _class_cells(place: int, rows: Sequence[Row]) -> list[str]:
    first = rows[0].classes[place]
    shares = (row.classes[place].accuracy for row in rows)
    told = ["-" if share is None else percent(100 * share) for share in shares]
    return [shown(first.name), count(first.images), *told]
