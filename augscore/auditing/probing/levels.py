"""Each operation alone, turned through its magnitudes: the same images and draws at each level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

from augscore.auditing.anatomy.axes import turned_row
from augscore.auditing.anatomy.parts import Probe
from augscore.auditing.probing.lab import Bench, Lab
from augscore.auditing.probing.pixels import pixels_of
from augscore.auditing.probing.readings import read_pictures
from augscore.auditing.probing.tolerant import tolerant_view
from augscore.auditing.table import Fault, LevelRecord
from augscore.engine.bring.dial import Dial
from augscore.engine.drawing.view import draw, resizes
from augscore.engine.nodes import Levelled, Node, Stage, Step
from augscore.engine.policy import Policy, View
from augscore.engine.turned import turned_step


def probe_levels(bench: Bench, lab: Lab, images: Sequence[int]) -> dict[int, list[LevelRecord]]:
    """For the images at these places: every operation at every level of each of its axes.

    All levels of an axis are looked at together: chunks of the network are then nearly full.
    """
    found: dict[int, list[LevelRecord]] = defaultdict(list)
    for place, probe in enumerate(lab.probes):
        for number, axis in enumerate(probe.part.axes):
            tried = [
                trial
                for level, value in enumerate(axis.levels)
                for trial in _tried(
                    bench, lab, images, turned(probe, axis.name, value), level, place
                )
            ]
            for image, record in _recorded(tried, bench, lab):
                found[image].append(replace(record, part=place, axis=number))
    return found


@dataclass(frozen=True)
class _Trial:
    """What came of an image, by its place, at a level; `picture` is None where nothing did."""

    image: int
    level: int
    picture: torch.Tensor | None
    fault: Fault | None


def _tried(
    bench: Bench, lab: Lab, images: Sequence[int], node: Node, level: int, part: int
) -> Iterator[_Trial]:
    view = View((node,))
    pixels = _given(bench, images, view)
    sizes = [(p.shape[1], p.shape[2]) for p in pixels]
    ids = [bench.ids[i] for i in images]
    drawn = draw(Policy("level", lab.size, (view,)), ids, sizes, size=lab.size, seed=lab.seed)
    steps = drawn.views[0].steps
    pictures, faults = tolerant_view(
        pixels, drawn.views[0], parts=[part] * len(steps), patience=lab.patience
    )
    for image, picture, fault in zip(images, pictures, faults, strict=True):
        yield _Trial(image, level, picture, fault)


def _recorded(tried: Sequence[_Trial], bench: Bench, lab: Lab) -> Iterator[tuple[int, LevelRecord]]:
    good = [(trial.image, trial.picture) for trial in tried if trial.picture is not None]
    readings = iter(read_pictures(good, bench.originals, lab.scorer, shift=lab.shifts))
    for trial in tried:
        if trial.picture is None:
            yield trial.image, LevelRecord(0, 0, trial.level, None, None, trial.fault)
        else:
            pixels = pixels_of(trial.picture)
            record = LevelRecord(0, 0, trial.level, next(readings), pixels, trial.fault)
            yield trial.image, record


def _given(bench: Bench, images: Sequence[int], view: View) -> list[torch.Tensor]:
    """As they were decoded where the operation resizes, else already at their size."""
    if resizes(view):
        return [bench.images[i] for i in images]
    return [bench.originals.pixels[i] for i in images]


def turned(probe: Probe, axis: str, value: float) -> Node:
    """The operation alone, at one level of one of its axes, applied to all."""
    match probe.node:
        case Levelled() as row:
            return turned_row(row, value)
        case Dial() as dial:
            return Stage(
                dial.name, f"{dial.name} at {value:g}", False, dial.at(value), name=dial.name
            )
        case Step() as step:
            return turned_step(step, axis, value)
        case node:
            raise TypeError(f"{node} has no magnitude")
