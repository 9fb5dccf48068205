"""A pipeline that resizes, and returns one image in several sizes: those make no batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from augscore.auditing.probing.guard import Size, in_px
from augscore.auditing.probing.tolerant import detail_of
from augscore.auditing.table import Fault
from augscore.engine.draw import Drawn
from augscore.engine.foreign_draw import ForeignDraw


@dataclass(frozen=True)
class Returned:
    """One image from a transform of another library that resizes: the step with its key, its place
    among the parts, and the size of what it returned."""

    step: ForeignDraw
    part: int | None
    size: Size


def returned_by(
    steps: Sequence[Drawn],
    parts: Sequence[int | None],
    image: int,
    sizes: Mapping[tuple[int, int], Size],
) -> Returned | None:
    """Of the last step of a view that resizes; `sizes` by the place of a step and the key of an
    image. None where there is none, or it broke."""
    for place in reversed(range(len(steps))):
        step = steps[place]
        if isinstance(step, ForeignDraw) and step.resizes and step.applied[image]:
            size = sizes.get((place, int(step.keys[image])))
            return None if size is None else Returned(step.select([image]), parts[place], size)
    return None


def faults_of_sizes(returned: Sequence[Returned | None]) -> list[Fault | None]:
    """What is wrong with each of several draws of one image by one pipeline: a size other than the
    commonest, or, of equally common ones, than the first. Which sizes these are does not matter."""
    counts = Counter(one.size for one in returned if one is not None)
    usual = max(counts, key=lambda size: counts[size], default=None)
    return [
        None if one is None or usual is None or one.size == usual else _fault(one, usual)
        for one in returned
    ]


def _fault(odd: Returned, usual: Size) -> Fault:
    told = (
        f"{odd.step.title} returned {in_px(odd.size)}, and {in_px(usual)} in another draw of the "
        "same image"
    )
    return Fault("op_shape", told, odd.part, detail_of(odd.step))
