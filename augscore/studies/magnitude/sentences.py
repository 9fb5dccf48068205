"""What the curves show, and where that differs from the captions of ScoreCL's figures."""

from __future__ import annotations

from collections.abc import Sequence

from augscore.studies.figures.wording import agrees, short, signed
from augscore.studies.magnitude.curves import Case, Curve

GOAL = 0.98
CAPTION = (
    "agrees: Spearman's rank correlation of strength with |magnitude − weakest| within an image, "
    "mean over images and 5th percentile; strength, S change: medians at the farthest magnitude "
    "(to), in relative strength and nats; S agrees: the correlation of the score value."
)
_HEADS = ("operation", "to", "agrees", "5 %", "strength", "S change", "S agrees")


def agreement_table(curves: Sequence[Curve]) -> list[tuple[str, ...]]:
    """Heads, then a line an operation and direction."""
    return [_HEADS, *(_line(case) for curve in curves for case in curve.cases)]


def sentences(curves: Sequence[Curve]) -> tuple[str, ...]:
    cases = [case for curve in curves for case in curve.cases]
    return (_score_falls(cases), *_colour(cases), _strength_rises(cases))


def direction_of(case: Case) -> str:
    """`falls` or `rises` where the 95 % interval of the change at the farthest magnitude leaves 0
    out, else `neither`."""
    if case.shift_high < 0:
        return "falls"
    return "rises" if case.shift_low > 0 else "neither"


def _score_falls(cases: Sequence[Case]) -> str:
    falls, rises, neither = _counts(cases)
    return (
        f"The score value S falls with magnitude in {falls} of {len(cases)} cases (an operation "
        f"turned one way), rises in {rises}, and does neither in {neither}: at the farthest "
        "magnitude, by the 95 % interval of the median change."
    )


def _colour(cases: Sequence[Case]) -> list[str]:
    """Figure 2 of the paper: strong views, above all of colour operations, have low values."""
    colour = [case for case in cases if case.kind == "colour"]
    if not colour:
        return []
    falls, rises, _ = _counts(colour)
    return [
        f"Of {len(colour)} cases of colour operations S falls in {falls} and rises in {rises}. "
        f"This {agrees(falls, len(colour))} with the caption of ScoreCL's Figure 2, by which "
        "strong views, above all of colour operations, have low score values."
    ]


def _strength_rises(cases: Sequence[Case]) -> str:
    known = [case for case in cases if case.mean is not None]
    good = sum(case.mean is not None and case.mean >= GOAL for case in known)
    if not known:
        return "No operation changes any of these images."
    least = min(known, key=lambda case: case.mean or 0.0)
    return (
        f"Strength follows magnitude within an image (mean Spearman {GOAL} or more) in {good} of "
        f"{len(known)} cases; least in {least.name}: {least.mean:.3f}."
    )


def _counts(cases: Sequence[Case]) -> tuple[int, int, int]:
    found = [direction_of(case) for case in cases]
    return found.count("falls"), found.count("rises"), found.count("neither")


def _line(case: Case) -> tuple[str, ...]:
    return (
        case.name,
        short(case.farthest),
        _maybe(case.mean),
        _maybe(case.p05),
        f"{case.strength:.3f}",
        signed(case.shift),
        "none" if case.score_mean is None else signed(case.score_mean),
    )


def _maybe(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}".replace("-", "−")
