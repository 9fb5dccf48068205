"""Each operation alone, turned through its magnitudes: the same images and draws at each level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch

from augscore.auditing.anatomy.axes import turned_row
from augscore.auditing.anatomy.parts import Probe
from augscore.auditing.probing.lab import Bench, Lab
from augscore.auditing.probing.pixels import pixels_of
from augscore.auditing.probing.readings import read_pictures
from augscore.auditing.probing.tolerant import tolerant_view
from augscore.auditing.table import LevelRecord
from augscore.engine.bring.dial import Dial
from augscore.engine.drawing.view import draw, resizes
from augscore.engine.nodes import Levelled, Node, Stage, Step
from augscore.engine.policy import Policy, View
from augscore.engine.turned import turned_step


def probe_levels(bench: Bench, lab: Lab, images: Sequence[int]) -> dict[int, list[LevelRecord]]:
    """For the images at these places: every operation at every level of each of its axes."""
    found: dict[int, list[LevelRecord]] = defaultdict(list)
    for place, probe in enumerate(lab.probes):
        for number, axis in enumerate(probe.part.axes):
            for level, value in enumerate(axis.levels):
                records = _at(bench, lab, images, turned(probe, axis.name, value), place)
                for image, record in zip(images, records, strict=True):
                    record = replace(record, part=place, axis=number, level=level)
                    found[image].append(record)
    return found


def _at(
    bench: Bench, lab: Lab, images: Sequence[int], node: Node, part: int
) -> Iterator[LevelRecord]:
    view = View((node,))
    pixels = _given(bench, images, view)
    sizes = [(p.shape[1], p.shape[2]) for p in pixels]
    ids = [bench.ids[i] for i in images]
    drawn = draw(Policy("level", lab.size, (view,)), ids, sizes, size=lab.size, seed=lab.seed)
    steps = drawn.views[0].steps
    pictures, faults = tolerant_view(
        pixels, drawn.views[0], parts=[part] * len(steps), patience=lab.patience
    )
    good = [(i, p) for i, p in zip(images, pictures, strict=True) if p is not None]
    readings = iter(read_pictures(good, bench.originals, lab.scorer, shift=lab.shifts))
    for picture, fault in zip(pictures, faults, strict=True):
        if picture is None:
            yield LevelRecord(0, 0, 0, None, None, fault)
        else:
            yield LevelRecord(0, 0, 0, next(readings), pixels_of(picture), fault)


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
