"""The judges' table: as Markdown, as rows for a screen, as JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict

from augscore.studies.agreement.figures import RESAMPLES, Figure
from augscore.studies.agreement.within.following import Following

SCHEMA = "augscore.study-agreement/1"
SPREAD = f"95 % interval: bootstrap over pictures, {RESAMPLES} resamples"

Figures = Mapping[str, Sequence[Figure]]
"""By contender; each has the same judges in the same order."""


def table_rows(figures: Figures) -> list[tuple[str, ...]]:
    """Heads, then a line a figure: the judge, what of it, and every contender's correlation."""
    return _rows(figures, _told)


def screen_rows(figures: Figures) -> list[tuple[str, ...]]:
    """The same for a screen: the intervals are those of the first contender alone."""
    first = next(iter(figures))
    heads, *rest = _rows(figures, _value)
    spread = [f"{figure.low:.2f} to {figure.high:.2f}" for figure in figures[first]]
    lines = [(*row[:3], told, *row[3:]) for row, told in zip(rest, spread, strict=True)]
    return [(*heads[:3], "95 %", *heads[3:]), *lines]


def _rows(figures: Figures, told: Callable[[Figure], str]) -> list[tuple[str, ...]]:
    names = list(figures)
    lines = [("judge", "", *names)]
    for place, figure in enumerate(next(iter(figures.values()), ())):
        cells = (told(figures[name][place]) for name in names)
        lines.append((figure.judge, figure.what, *cells))
    return lines


def markdown(figures: Figures, followed: Sequence[Following], command: str) -> str:
    """table.md; `command` made it."""
    return "\n".join(
        [
            "# Agreement with judges",
            "",
            f"`{command}`",
            "",
            *_table(table_rows(figures), words=2),
            "",
            f"Spearman's rank correlation, but where it says Kendall's; in brackets the {SPREAD}.",
            "",
            *(text for one in followed for text in _operations(one)),
        ]
    )


def _operations(one: Following) -> list[str]:
    least = ", ".join(f"{contender} {name}" for contender, name in one.least.items())
    return [
        f"## {one.judge[0].upper()}{one.judge[1:]}: what strength follows",
        "",
        f"{one.pictures} pictures of {one.side} px, from the worst: Spearman's correlation of "
        "strength with how far the operation is turned, within each picture that it changes.",
        "",
        *_table(_operation_rows(one), words=1),
        "",
        f"Least operation of each: {least}.",
        "",
    ]


def _operation_rows(one: Following) -> list[tuple[str, ...]]:
    lines = [
        (case.name, _number(case.mean), _number(case.p05), str(case.images))
        for case in one.operations
    ]
    return [("operation", "mean", "5th percentile", "pictures"), *lines]


def _table(rows: Sequence[Sequence[str]], words: int) -> list[str]:
    """The first row are its heads; so many columns are `words`, the others numbers."""
    head, *lines = rows
    rule = ["---" if place < words else "---:" for place in range(len(head))]
    return [f"| {' | '.join(row)} |" for row in (head, rule, *lines)]


def figures_json(figures: Figures) -> list[dict[str, object]]:
    """In the order of the table; values in [−1, 1]."""
    return [
        {"name": name, "figures": [figure_json(figure) for figure in found]}
        for name, found in figures.items()
    ]


def _told(figure: Figure) -> str:
    if not math.isfinite(figure.low):
        return _value(figure)
    return f"{_value(figure)} ({figure.low:.2f} to {figure.high:.2f})"


def _value(figure: Figure) -> str:
    return _number(figure.value if math.isfinite(figure.value) else None)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def figure_json(figure: Figure) -> dict[str, object]:
    """NaN is null: a correlation of values that are all equal."""
    known = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in asdict(figure).items()
    }
    return known
