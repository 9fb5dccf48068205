"""What the histograms show, and where that differs from the caption of ScoreCL's Figure 2."""

from __future__ import annotations

import numpy as np

from augscore.studies.figures.band import Band, band_of
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.rank_agreement import Floats
from augscore.studies.figures.wording import short, signed
from augscore.studies.histogram.bins import Bins, overlap
from augscore.studies.histogram.values import Values

CAPTION = (
    "Over images: score values S [nats] of originals and views, S change of the view, its relative "
    "strength; the interval is that of the median."
)
_FEW = 10


def spread_table(values: Values, lab: Lab) -> list[tuple[str, ...]]:
    """Heads, then a line a reading."""
    readings = (
        ("S, originals", values.originals),
        ("S, views", values.views),
        ("S change", values.shifts),
        ("strength", values.strengths),
    )
    heads = ("reading", "images", "median", "95 % interval", "5 %", "95 %")
    return [heads, *(_line(name, numbers, lab) for name, numbers in readings)]


def sentences(values: Values, scores: Bins, policy: str, lab: Lab) -> tuple[str, ...]:
    return (_lower(values, policy, lab), *_colour(values, lab), _peaks(scores))


def _lower(values: Values, policy: str, lab: Lab) -> str:
    band = band_of(values.shifts, seed=lab.seed)
    share = 100 * float((values.shifts < 0).mean())
    verdict, agrees = _verdict(band)
    return (
        f"The score value S of a view by {policy} is {verdict} that of its original: median change "
        f"{_told(band)}; it is lower in {share:.0f} % of the images. This {agrees} with the "
        "caption of ScoreCL's Figure 2, by which strongly augmented views have low score values."
    )


def _verdict(band: Band) -> tuple[str, str]:
    if band.high < 0:
        return "lower than", "agrees"
    return ("higher than", "disagrees") if band.low > 0 else ("as high as", "disagrees")


def _colour(values: Values, lab: Lab) -> list[str]:
    """Where both kinds of views are there."""
    colour = values.colour
    with_it, without = values.shifts[colour], values.shifts[~colour]
    if min(len(with_it), len(without)) < _FEW:
        return []
    one, other = band_of(with_it, seed=lab.seed), band_of(without, seed=lab.seed)
    return [
        f"With a colour operation the change is {_told(one)} in {len(with_it):,} views, without "
        f"one {_told(other)} in {len(without):,}. {_compared(one, other)} the caption, by which "
        "colour operations lower S most."
    ]


def _compared(one: Band, other: Band) -> str:
    if one.high < other.low:
        return "This agrees with"
    disagrees = one.low > other.high
    return "This disagrees with" if disagrees else "The intervals overlap: this does not settle"


def _peaks(scores: Bins) -> str:
    first, second = (int(np.argmax(scores.counts[name])) for name in ("originals", "views"))
    where = "elsewhere than" if first != second else "where"
    agrees = "agrees" if first != second else "disagrees"
    return (
        f"The fullest bin of views, {_bin(scores, second)}, lies {where} that of originals, "
        f"{_bin(scores, first)}; the two histograms have {overlap(scores):.0f} % in common. This "
        f"{agrees} with the caption, by which augmented images peak where originals do not."
    )


def _bin(scores: Bins, place: int) -> str:
    return f"{signed(scores.edges[place], 2)} to {signed(scores.edges[place + 1], 2)}"


def _told(band: Band) -> str:
    return f"{signed(band.median)} nats (95 % interval {signed(band.low)} to {signed(band.high)})"


def _line(name: str, values: Floats, lab: Lab) -> tuple[str, ...]:
    band = band_of(values, seed=lab.seed)
    return (
        name,
        f"{len(values):,}",
        short(band.median),
        f"{short(band.low)} to {short(band.high)}",
        short(band.p05),
        short(band.p95),
    )
