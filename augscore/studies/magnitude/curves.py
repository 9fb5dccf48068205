"""What one operation does to score value and strength, magnitude by magnitude."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from augscore.json_values import Json, numbers, sequence, whole
from augscore.strength.ladder import Ladder
from augscore.studies.figures.band import Band, band_of
from augscore.studies.figures.figure_study import Row
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.rank_agreement import (
    Digests,
    Floats,
    agreement_of_changes,
)
from augscore.studies.figures.sweep import Direction, Sweep
from augscore.studies.figures.sweeps import case_name
from augscore.studies.figures.within_image import WithinImage, one_way, within_image


@dataclass(frozen=True)
class Point:
    """Over images at one magnitude.

    score_value     S of the views, nats
    score_shift     S of the view minus that of its original, nats
    strength        relative: 1 is as far as an unrelated image
    noise_sd        the Gaussian noise that reads as the median strength; None, and why
    """

    magnitude: float
    score_value: Band
    score_shift: Band
    strength: Band
    noise_sd: float | None
    noise_bound: str | None


@dataclass(frozen=True)
class Case:
    """An operation turned one way. Agreements are Spearman's, within each image, with
    |magnitude − weakest| over the levels at which its view changes: of strength `mean`, `p05` over
    the `images` that it changes at all, and of score value `score_mean`. `shift` and `strength`
    are those of the farthest magnitude."""

    name: str
    op: str
    argument: str
    kind: str
    direction: Direction
    farthest: float
    levels: int
    images: int
    unchanged: int
    mean: float | None
    p05: float | None
    score_mean: float | None
    shift: float
    shift_low: float
    shift_high: float
    strength: float
    agreements: tuple[float | None, ...]

    def row(self) -> Row:
        """Without those of single images."""
        return {key: value for key, value in asdict(self).items() if key != "agreements"}


@dataclass(frozen=True)
class Curve:
    sweep: Sweep
    points: tuple[Point, ...]
    cases: tuple[Case, ...]

    def to_json(self) -> dict[str, object]:
        sweep = self.sweep
        return {
            "op": sweep.op,
            "argument": sweep.argument,
            "unit": sweep.unit,
            "kind": sweep.kind,
            "weakest": sweep.weakest,
            "points": [asdict(point) for point in self.points],
            "within_image": [asdict(case) for case in self.cases],
        }

    def rows(self) -> Iterator[Row]:
        """A flat row a magnitude."""
        sweep = self.sweep
        for point in self.points:
            row: dict[str, object] = {"op": sweep.op, "argument": sweep.argument}
            row |= {"unit": sweep.unit, "kind": sweep.kind, "magnitude": point.magnitude}
            for name in ("score_value", "score_shift", "strength"):
                band: Band = getattr(point, name)
                row |= {f"{name}_{key}": value for key, value in asdict(band).items()}
            yield row | {"noise_sd": point.noise_sd, "noise_bound": point.noise_bound}


def curve_of(sweep: Sweep, row: Json, lab: Lab) -> Curve:
    """From the row of a sweep."""
    values = numbers(row["magnitudes"])
    scores, strengths = _table(row["score_values"]), _table(row["strengths"])
    shifts = scores - lab.values.numpy().astype(np.float64)[:, None]
    relative = strengths / lab.unrelated
    ladder = lab.scorer.calibration.ladder_for(lab.side)
    points = tuple(
        _point(value, scores[:, k], shifts[:, k], relative[:, k], ladder, lab)
        for k, value in enumerate(values)
    )
    digests = np.array([[*map(whole, sequence(line))] for line in sequence(row["digests"])])
    agreeing = within_image(sweep, values, strengths, digests)
    cases = tuple(_case(one, values, scores, digests, points) for one in agreeing)
    return Curve(sweep, points, cases)


def _point(
    value: float, scores: Floats, shifts: Floats, relative: Floats, ladder: Ladder, lab: Lab
) -> Point:
    strength = band_of(relative, seed=lab.seed)
    noise_sd, bound = ladder.noise_sd(strength.median * lab.unrelated)
    return Point(
        value,
        band_of(scores, seed=lab.seed),
        band_of(shifts, seed=lab.seed),
        strength,
        noise_sd,
        bound,
    )


def _case(
    one: WithinImage,
    values: tuple[float, ...],
    scores: Floats,
    digests: Digests,
    points: tuple[Point, ...],
) -> Case:
    sweep, places = one.sweep, one_way(one.sweep, one.direction, values)
    end = points[places[-1]]
    sizes = np.abs(np.array(one.magnitudes) - sweep.weakest)
    of_score = agreement_of_changes(scores[:, places], sizes, digests[:, places])
    return Case(
        name=case_name(sweep, one.direction),
        op=sweep.op,
        argument=sweep.argument,
        kind=sweep.kind,
        direction=one.direction,
        farthest=one.magnitudes[-1],
        levels=len(places),
        images=len(one.known),
        unchanged=len(one.agreement) - len(one.known),
        mean=one.mean,
        p05=one.low,
        score_mean=None if np.isnan(of_score).all() else float(np.nanmean(of_score)),
        shift=end.score_shift.median,
        shift_low=end.score_shift.low,
        shift_high=end.score_shift.high,
        strength=end.strength.median,
        agreements=tuple(None if math.isnan(a) else a for a in one.agreement.tolist()),
    )


def _table(value: object) -> Floats:
    return np.array([numbers(row) for row in sequence(value)])
