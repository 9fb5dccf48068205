"""What each operation does by itself, with the magnitudes that views draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from augscore.auditing.anatomy.part import Part
from augscore.auditing.columns import Floats
from augscore.auditing.findings.evidence import FEWEST_IMAGES, Evidence

TOO_FEW = "no operation was measured alone on 50 images or more"


@dataclass(frozen=True)
class Alone:
    """A part over M images with any value: `relative` strength and `rms` over those of unrelated
    images, (M, K) with NaN for missing; `images` are the places of the M.

    `raw_rms` is in pixel values; `where` tells a level, for a part that no view drew often enough.
    """

    place: int
    part: Part
    images: tuple[int, ...]
    relative: Floats
    rms: Floats
    raw_rms: Floats
    where: str = ""


def alone_in(evidence: Evidence) -> tuple[Alone, ...]:
    """Of all lively parts that 50 images or more say something of."""
    if not evidence.scale.unrelated_strength or not evidence.scale.unrelated_rms:
        return ()
    found = (_drawn(evidence, place) or _at_level(evidence, place) for place in evidence.lively)
    return tuple(alone for alone in found if alone is not None)


def per_image(values: Floats) -> Floats:
    """(M, K) → (M,) means over what there is of each image."""
    known = ~np.isnan(values)
    means: Floats = np.where(known, values, 0.0).sum(axis=1) / known.sum(axis=1)
    return means


def _drawn(evidence: Evidence, place: int) -> Alone | None:
    alone = evidence.columns.alone
    return _alone(evidence, place, alone.strength[:, :, place], alone.rms[:, :, place], "")


def _at_level(evidence: Evidence, place: int) -> Alone | None:
    """At the level that the policy names, where it has one magnitude and names it."""
    part = evidence.parts[place]
    if len(part.axes) != 1 or part.axes[0].set_to not in part.axes[0].levels:
        return None
    axis = part.axes[0]
    level = axis.levels.index(axis.set_to) if axis.set_to is not None else 0
    readings = evidence.columns.curves[place][0].readings
    where = f" at {axis.name} {axis.levels[level]:g}"
    pick = slice(level, level + 1)
    return _alone(evidence, place, readings.strength[:, pick], readings.rms[:, pick], where)


def _alone(
    evidence: Evidence, place: int, strength: Floats, rms: Floats, where: str
) -> Alone | None:
    present = np.flatnonzero((~np.isnan(rms)).any(axis=1))
    scale = evidence.scale
    if len(present) < FEWEST_IMAGES or not scale.unrelated_strength or not scale.unrelated_rms:
        return None
    return Alone(
        place=place,
        part=evidence.parts[place],
        images=tuple(present.tolist()),
        relative=strength[present] / scale.unrelated_strength,
        rms=rms[present] / scale.unrelated_rms,
        raw_rms=rms[present],
        where=where,
    )
