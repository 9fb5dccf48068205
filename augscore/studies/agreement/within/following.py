"""Which operations a contender follows: rows of a set → figures, and a list from the worst."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from augscore.json_values import Json, mapping, number, sequence, whole
from augscore.studies.agreement.figures import Figure, draws, interval
from augscore.studies.figures.rank_agreement import Floats
from augscore.studies.figures.sweep import Direction, Sweep
from augscore.studies.figures.sweeps import SWEEPS, case_name

MEAN, LEAST, LOW = "mean", "least operation", "5th percentile"
_LOW = 0.05


@dataclass(frozen=True)
class Case:
    """A sweep in one direction; `agreement` (N,) as in `WithinImage`, picture by picture."""

    sweep: Sweep
    direction: Direction
    agreement: Floats


@dataclass(frozen=True)
class Followed:
    """Over the `images` that the operation changes: Spearman's correlation of a reading with
    |magnitude − weakest|, its mean and its 5th percentile; None where it changes none."""

    name: str
    op: str
    argument: str
    direction: Direction
    images: int
    mean: float | None
    p05: float | None


@dataclass(frozen=True)
class Following:
    """In one set of `pictures` of `side` px: what strength follows, from the worst, and the
    operation that each contender follows least, by its name."""

    judge: str
    pictures: int
    side: int
    least: Mapping[str, str]
    operations: tuple[Followed, ...]

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def cases_in(rows: Sequence[Json], judge: str, contender: str) -> tuple[Case, ...]:
    """In the order of the sweeps."""
    ways = {
        row["reference"]: sequence(mapping(row["agreements"])[contender])
        for row in rows
        if row["judge"] == judge and contender in mapping(row["agreements"])
    }
    return tuple(
        case for sweep in SWEEPS if sweep.name in ways for case in _cases(sweep, ways[sweep.name])
    )


def figures_of_following(judge: str, cases: Sequence[Case]) -> tuple[Figure, ...]:
    """mean             over sweeps and directions, of means over pictures
    least operation  the lowest of those means
    5th percentile   over pictures; mean over sweeps and directions
    """
    table = np.array([case.agreement for case in cases])  # (cases, pictures)
    whole_set = _three(table)
    drawn = [_three(table[:, places]) for places in draws(table.shape[1], 0)]
    return tuple(
        Figure(judge, what, whole_set[k], *interval(some[k] for some in drawn))
        for k, what in enumerate((MEAN, LEAST, LOW))
    )


def following(
    judge: str, rows: Sequence[Json], contenders: Sequence[str], listed: str
) -> Following:
    """`listed`: whose operations are told one by one. Of a judge that has rows."""
    row = next(row for row in rows if row["judge"] == judge)
    all_cases = {name: cases_in(rows, judge, name) for name in contenders}
    found = [_followed(case) for case in all_cases[listed]]
    return Following(
        judge,
        pictures=whole(row["pictures"]),
        side=whole(row["side"]),
        least={
            name: _from_worst([_followed(case) for case in cases])[0].name
            for name, cases in all_cases.items()
        },
        operations=tuple(_from_worst(found)),
    )


def _from_worst(found: Sequence[Followed]) -> list[Followed]:
    return sorted(found, key=lambda one: math.inf if one.mean is None else one.mean)


def _cases(sweep: Sweep, ways: Sequence[object]) -> Iterator[Case]:
    for direction, values in zip(sweep.directions, ways, strict=True):
        known = [math.nan if value is None else number(value) for value in sequence(values)]
        yield Case(sweep, direction, np.array(known))


def _followed(case: Case) -> Followed:
    known = _known(case.agreement)
    return Followed(
        name=case_name(case.sweep, case.direction),
        op=case.sweep.op,
        argument=case.sweep.argument,
        direction=case.direction,
        images=len(known),
        mean=float(known.mean()) if len(known) else None,
        p05=float(np.quantile(known, _LOW)) if len(known) else None,
    )


def _three(table: Floats) -> tuple[float, float, float]:
    """NaN for all where no operation changes a picture."""
    rows = [known for row in table if len(known := _known(row))]
    if not rows:
        return math.nan, math.nan, math.nan
    means = [float(row.mean()) for row in rows]
    low = [float(np.quantile(row, _LOW)) for row in rows]
    return float(np.mean(means)), min(means), float(np.mean(low))


def _known(row: Floats) -> Floats:
    found: Floats = row[~np.isnan(row)]
    return found
