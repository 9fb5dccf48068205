"""What of a study is done, kind by kind, and how long the rest should take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from augscore.runtime import ProgressSink
from augscore.strength.model_path import IN_A_RUN
from augscore.studies.cells import Cell
from augscore.studies.rows import StudyRow
from augscore.studies.study_folder import score_of
from augscore.studies.training_runs import Runs, looks_through_network
from augscore.studies.weighting import missing_of
from augscore.training.footprint import expect
from augscore.training.judging import score_plan_of
from augscore.training.score.expectation import expect as expect_score


@dataclass(frozen=True)
class Kind:
    """The runs of one method and weighting.

    seconds     of training in one of them, scoring included; without looks
    """

    method: str
    weighting: str
    done: int
    missing: int
    seconds: float


@dataclass(frozen=True)
class Forecast:
    """`score_seconds` of the one score network that is trained for all runs; 0 where none has to
    be."""

    kinds: tuple[Kind, ...]
    score_seconds: float

    @property
    def seconds(self) -> float:
        return sum(kind.seconds * kind.missing for kind in self.kinds) + self.score_seconds


def forecast(
    runs: Runs, cells: Sequence[Cell], rows: Sequence[StudyRow], progress: ProgressSink
) -> Forecast:
    """Takes some seconds itself, for every method of which no run is finished."""

    def timed(cell: Cell) -> float:
        return expect(runs.plan(cell, runs.score_model(cell), progress)).seconds

    missing = missing_of(cells, rows)
    return Forecast(kinds_of(cells, rows, timed), _score_seconds(runs, missing, progress))


def kinds_of(
    cells: Sequence[Cell], rows: Sequence[StudyRow], timed: Callable[[Cell], float]
) -> tuple[Kind, ...]:
    """Kinds in the order of the cells. A run takes as long as finished ones of its method did that
    look through a score network, or do not, as it does; else as long as `timed` says of one."""
    missing = set(missing_of(cells, rows))
    took: dict[tuple[str, bool], list[float]] = {}
    for row in rows:
        took.setdefault(_cost(row.cell), []).append(row.seconds)
    for cell in cells:
        if _cost(cell) not in took:
            took[_cost(cell)] = [timed(cell)]
    of_kind: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        of_kind.setdefault((cell.method, cell.weighting), []).append(cell)
    return tuple(
        Kind(
            method,
            weighting,
            done=sum(cell not in missing for cell in mine),
            missing=sum(cell in missing for cell in mine),
            seconds=fmean(took[_cost(mine[0])]),
        )
        for (method, weighting), mine in of_kind.items()
    )


def _cost(cell: Cell) -> tuple[str, bool]:
    """Runs that agree in it take about as long."""
    return cell.method, looks_through_network(cell)


def _score_seconds(runs: Runs, missing: Sequence[Cell], progress: ProgressSink) -> float:
    own = score_of(runs.out)
    waiting = [cell for cell in missing if runs.score_model(cell) == own]
    if not waiting or (own / IN_A_RUN).exists():
        return 0.0
    first = runs.plan(replace(waiting[0], seed=0), own, progress)
    expected = expect_score(score_plan_of(first, own))
    return expected.training + expected.calibration
