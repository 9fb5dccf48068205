"""What the pairs show, and where that differs from the caption of ScoreCL's Figure 3."""

from __future__ import annotations

from collections.abc import Sequence

from augscore.studies.figures.band import Band
from augscore.studies.figures.sweeps import sweep_name
from augscore.studies.figures.wording import agrees, signed
from augscore.studies.pairs.gaps import Gaps

CAPTION = (
    "Spearman's rank correlation within an image, over all pairs of magnitudes m1, m2: of the "
    "score gap |S − S'| with |m1 − m2|, with the difference of their distances from doing "
    "nothing (||m1| − |m2||), and of the strength between the views with |m1 − m2|; medians "
    "over images, with the 95 % interval of the first."
)
_HEADS = ("operation", "gap, |m1 − m2|", "95 %", "gap, ||m1| − |m2||", "strength")
_TWO_SIDED = frozenset({"ShearX", "ShearY", "Translate", "TranslateX", "TranslateY"})
"""As the caption says."""


def gap_table(found: Sequence[Gaps]) -> list[tuple[str, ...]]:
    """Heads, then a line an operation."""
    return [_HEADS, *map(_line, found)]


def sentences(found: Sequence[Gaps]) -> tuple[str, ...]:
    return (_gaps_grow(found), *_two_sided(found), _strengths_grow(found))


def _gaps_grow(found: Sequence[Gaps]) -> str:
    growing = sum(_is_positive(one.gap_by_difference) for one in found)
    return (
        f"The gap |S − S'| grows with the difference of the two magnitudes in {growing} of "
        f"{len(found)} cases, by the 95 % interval of the median rank correlation. This "
        f"{agrees(growing, len(found))} with the caption of ScoreCL's Figure 3, which says so of "
        "the same operation."
    )


def _two_sided(found: Sequence[Gaps]) -> list[str]:
    named = [one for one in found if one.sweep.op in _TWO_SIDED]
    if not named:
        return []
    better = sum(_median(one.gap_by_size) > _median(one.gap_by_difference) for one in named)
    return [
        f"Of {len(named)} shears and translations the gap follows ||m1| − |m2|| better than "
        f"|m1 − m2| in {better}. This {agrees(better, len(named))} with that caption, which calls "
        "them two-sided."
    ]


def _strengths_grow(found: Sequence[Gaps]) -> str:
    growing = sum(_is_positive(one.strength_by_difference) for one in found)
    return (
        f"The strength between the two views grows with the difference in {growing} of "
        f"{len(found)} cases."
    )


def _is_positive(band: Band | None) -> bool:
    return band is not None and band.low > 0


def _median(band: Band | None) -> float:
    return -1.0 if band is None else band.median


def _line(one: Gaps) -> tuple[str, ...]:
    first = one.gap_by_difference
    interval = "" if first is None else f"{signed(first.low, 2)} to {signed(first.high, 2)}"
    return (
        sweep_name(one.sweep),
        _shown(first),
        interval,
        _shown(one.gap_by_size) if len(one.sweep.directions) == 2 else "",
        _shown(one.strength_by_difference),
    )


def _shown(band: Band | None) -> str:
    return "none" if band is None else signed(band.median, 2)
