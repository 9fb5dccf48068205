"""What the rows of a weighting study show, as a table, as JSON and in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from augscore.methods.table import METHODS
from augscore.studies.cells import NONE
from augscore.studies.comparisons import (
    CONTROL,
    Comparison,
    Group,
    Spread,
    comparisons_of,
    groups_of,
)
from augscore.studies.rows import StudyRow

SCHEMA = "augscore.study-weighting/1"

_HEADS = (
    "method",
    "weighting",
    "runs",
    "k-NN [%]",
    "minus none [points]",
    "of each seed",
    "a run [s]",
)


def document(rows: Sequence[StudyRow]) -> dict[str, object]:
    """The whole result; per cent and points of k-NN accuracy behind the last epoch."""
    return {
        "schema": SCHEMA,
        "groups": [asdict(group) for group in groups_of(rows)],
        "comparisons": [{**asdict(c), "verdict": c.verdict} for c in comparisons_of(rows)],
        "says": sentences(rows),
        "rows": [row.to_json() for row in rows],
    }


def table_rows(rows: Sequence[StudyRow]) -> list[tuple[str, ...]]:
    """Heads, then a line a method and weighting."""
    found = {(c.method, c.weighting): c for c in comparisons_of(rows) if c.base == NONE}
    return [_HEADS, *(_line(g, found.get((g.method, g.weighting))) for g in groups_of(rows))]


def markdown(rows: Sequence[StudyRow], command: str) -> str:
    """table.md; `command` made it."""
    head, *lines = table_rows(rows)
    rule = ["---" if i < 2 else "---:" for i in range(len(head))]
    told = [f"- {sentence}" for sentence in sentences(rows)]
    return "\n".join(
        [
            "# Weighted pairs",
            "",
            f"`{command}`",
            "",
            setting(rows),
            "",
            *(f"| {' | '.join(cells)} |" for cells in [head, tuple(rule), *lines]),
            "",
            *told,
            "",
        ]
    )


def setting(rows: Sequence[StudyRow]) -> str:
    """One line that says what all numbers are of."""
    if not rows:
        return "No run is finished yet."
    epochs = _range([row.epochs for row in rows])
    length = f"{epochs} epoch{'' if epochs == '1' else 's'}"
    images, asked = (_range([r.images for r in rows]), _range([r.test_images for r in rows]))
    devices = ", ".join(sorted({row.device for row in rows}))
    return (
        f"{length} on {images} images, batch {_range([r.batch_size for r in rows])}, "
        f"{devices}. k-NN accuracy behind the last epoch, {asked} test images; mean ± sd over "
        "seeds. Differences are paired: runs of one seed share initial weights, order and draws."
    )


def sentences(rows: Sequence[StudyRow]) -> list[str]:
    """What each comparison shows, whichever way it points."""
    return [_sentence(c) for c in comparisons_of(rows)]


def _line(group: Group, against: Comparison | None) -> tuple[str, ...]:
    return (
        _title(group.method),
        group.weighting,
        str(group.knn.n),
        _mean(group.knn, signed=False),
        "" if against is None else _mean(against.spread, signed=True),
        "" if against is None else ", ".join(_signed(d) for d in against.differences),
        f"{group.seconds:,.0f}",
    )


def _sentence(c: Comparison) -> str:
    what = f"{_title(c.method)}: {c.weighting} minus {_base(c.base)} is"
    low, high = c.spread.low, c.spread.high
    if low is None or high is None:
        return f"{what} {_signed(c.spread.mean)} points in one pair of runs; chance is not known."
    over = f"over {c.spread.n} seeds (95 % interval {_signed(low)} to {_signed(high)})"
    return f"{what} {_mean(c.spread, signed=True)} points {over}: {_MEANING[c.verdict]}."


_MEANING = {
    "unclear": "no difference is shown",
    "better": "it helps here",
    "worse": "it hurts here",
}


def _base(base: str) -> str:
    return "the same weights permuted" if base == CONTROL else base


def _title(method: str) -> str:
    return METHODS[method].title if method in METHODS else method


def _mean(spread: Spread, *, signed: bool) -> str:
    mean = _signed(spread.mean) if signed else f"{spread.mean:.2f}"
    return mean if spread.sd is None else f"{mean} ± {spread.sd:.2f}"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _range(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
