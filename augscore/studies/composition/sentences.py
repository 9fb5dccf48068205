"""What the contours show, and whether that is as ScoreCL's Figure 4 says."""

from __future__ import annotations

from augscore.studies.composition.explained import Share
from augscore.studies.composition.surface import Surface
from augscore.studies.figures.sweeps import sweep_name
from augscore.studies.figures.wording import short, signed

CAPTION = (
    "Medians over images with only one of the two at its farthest magnitude, and with both: "
    "change of the score value S [nats], and relative strength."
)
LINEAR = 0.95
"""A plane that explains as much of the variance is called linear."""


def surface_table(surface: Surface) -> list[tuple[str, ...]]:
    """Heads, then a line for each corner that is away from doing nothing."""
    first, second = surface.first, surface.second
    ends = [_ends(surface.firsts, first.weakest), _ends(surface.seconds, second.weakest)]
    lines = [
        (
            f"{short(surface.firsts[i])}",
            f"{short(surface.seconds[j])}",
            signed(float(surface.score_shift[i, j])),
            f"{surface.strength[i, j]:.3f}",
        )
        for i in ends[0]
        for j in ends[1]
    ]
    return [(sweep_name(first), sweep_name(second), "S change", "strength"), *lines]


def sentences(surface: Surface) -> tuple[str, ...]:
    score, strength = surface.score_explained, surface.strength_explained
    is_linear = score.plane.value >= LINEAR
    verdict = "nearly linear, unlike" if is_linear else "not linear, as"
    return (
        f"A plane in both magnitudes explains {_told(score.plane)} of how the mean score value S "
        f"varies, two separate curves added {_told(score.curves)}: the map from magnitudes to S "
        f"is {verdict} the caption of ScoreCL's Figure 4 says.",
        f"Of the mean strength a plane explains {_told(strength.plane)}, two separate curves "
        f"{_told(strength.curves)}.",
    )


def _ends(values: tuple[float, ...], weakest: float) -> list[int]:
    """The places of the lowest value, of the weakest, of the highest."""
    middle = min(range(len(values)), key=lambda place: abs(values[place] - weakest))
    return sorted({0, middle, len(values) - 1})


def _told(share: Share) -> str:
    return (
        f"{100 * share.value:.1f} % (95 % interval {100 * share.low:.1f} to {100 * share.high:.1f})"
    )
