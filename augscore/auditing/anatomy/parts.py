"""A policy → its operations, one by one, and which of them each drawn step belongs to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from augscore.auditing.anatomy.axes import LEVEL, axes_of_step, axis_of_level
from augscore.auditing.anatomy.part import Axis, Part
from augscore.auditing.anatomy.shaping import nothing_by_design
from augscore.engine.bring.dial import Dial
from augscore.engine.bring.dials import dials_of
from augscore.engine.check import settings
from augscore.engine.draw import Drawn
from augscore.engine.foreign_draw import ForeignDraw
from augscore.engine.level_tables import (
    AUG_MIX,
    AUG_MIX_COLOUR,
    AUTO_AUGMENT,
    IDENTITY,
    RAND_AUGMENT,
    SUB_POLICIES,
    TRIVIAL_AUGMENT_WIDE,
    level_map,
)
from augscore.engine.nodes import (
    AUTO_LEVELS,
    LEVELS,
    MOST_SEVERITY,
    AugMix,
    AutoAugment,
    Foreign,
    Levelled,
    Node,
    OneOf,
    RandAugment,
    RandomApply,
    RandomOrder,
    Stage,
    Step,
    TrivialAugmentWide,
)
from augscore.engine.ops.table import find_op
from augscore.engine.policy import Policy

_PLACE = re.compile(r" \d+(\.\d+)?$")
_ALL_BITS = 8.0


@dataclass(frozen=True)
class Probe:
    """A part and what does it: a step, a row of a level table, a pipeline of another library, or
    the dial of an operation inside one.

    `stage` and `op` are what its drawn steps are called, `occurrence` counts those of one name.
    """

    part: Part
    node: Node | Levelled | Dial
    stage: str
    op: str
    occurrence: int = 0


def probes_of(policy: Policy, levels: int) -> tuple[Probe, ...]:
    """Every operation of every pipeline; equal pipelines of several views count once."""
    found: list[Probe] = []
    for place, view in enumerate(policy.views):
        if pipeline_of(policy, place) == place:
            prefix = f"view {place + 1} > " if place else ""
            probes = _numbered(_walk(view.steps, "", 1.0, levels))
            found += [
                replace(p, part=replace(p.part, path=prefix + p.part.path, view=place))
                for p in probes
            ]
    return tuple(found)


def pipeline_of(policy: Policy, view: int) -> int:
    """The first view that has the same pipeline as view number `view`, which may be past the
    policy's own."""
    wanted = policy.views[view % len(policy.views)]
    return next(k for k, other in enumerate(policy.views) if other == wanted)


def places_of(
    steps: Sequence[Drawn], probes: Sequence[Probe], pipeline: int
) -> tuple[int | None, ...]:
    """For each drawn step of a view of `pipeline` the place of its probe; None has none."""
    names = {
        (p.stage, p.op, p.occurrence): place
        for place, p in enumerate(probes)
        if p.part.view == pipeline
    }
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for step in steps:
        name = step.title if isinstance(step, ForeignDraw) else step.op
        occurrence = seen[step.stage, name]
        seen[step.stage, name] += 1
        found.append(names.get((_plain(step.stage), name, occurrence)))
    return tuple(found)


def _plain(stage: str) -> str:
    """Without the places that RandAugment and its like number."""
    return " > ".join(_PLACE.sub("", piece) for piece in stage.split(" > "))


def _numbered(found: Iterator[Probe]) -> list[Probe]:
    """Several of one name get numbers from the second on."""
    seen: Counter[tuple[str, str]] = Counter()
    paths: Counter[str] = Counter()
    numbered = []
    for probe in found:
        occurrence = seen[probe.stage, probe.op]
        seen[probe.stage, probe.op] += 1
        paths[probe.part.path] += 1
        times = paths[probe.part.path]
        path = probe.part.path if times == 1 else f"{probe.part.path} {times}"
        numbered.append(replace(probe, part=replace(probe.part, path=path), occurrence=occurrence))
    return numbered


def _walk(nodes: Sequence[Node], stage: str, chance: float, levels: int) -> Iterator[Probe]:
    for node in nodes:
        match node:
            case Step():
                yield _step(node, stage, chance, levels)
            case Foreign():
                yield from _foreign(node, stage, chance, levels)
            case RandomApply() | OneOf() | RandomOrder():
                yield from _group(node, stage, chance, levels)
            case _:
                yield from _table(node, stage, chance, levels)


def _foreign(node: Foreign, stage: str, chance: float, levels: int) -> Iterator[Probe]:
    """A transform of another library, and the operations that it chooses among."""
    name = node.name if isinstance(node, Stage) else node.library
    own = node.chance if isinstance(node, Stage) else None
    part = _part(stage, name, 0.0)
    part = replace(
        part, chance=None if own is None else chance * own, neutral=nothing_by_design(name)
    )
    yield Probe(part, node, stage, name)
    inside = _inside(stage, name)
    for dial in dials_of(node):
        chosen = _thinned(dial.levels, levels, dial.set_to)
        axis = Axis(LEVEL, dial.unit, chosen, set_to=dial.set_to, is_ordered=dial.magnitude)
        part = _part(inside, dial.name, 0.0, (axis,) if len(chosen) > 1 else ())
        part = replace(part, chance=None, magnitude_free=dial.free, is_observed=False)
        yield Probe(part, dial, inside, dial.name)


def _thinned(levels: tuple[float, ...], count: int, set_to: float | None) -> tuple[float, ...]:
    """About `count` of them, with both ends and the one that is set."""
    last = len(levels) - 1
    kept = {levels[round(last * k / (count - 1))] for k in range(count)}
    return tuple(level for level in levels if level in kept or level == set_to)


def _group(
    node: RandomApply | OneOf | RandomOrder, stage: str, chance: float, levels: int
) -> Iterator[Probe]:
    if isinstance(node, RandomApply):
        yield from _walk(node.steps, stage, chance * node.p, levels)
        return
    inside = _inside(stage, node.kind)
    if isinstance(node, RandomOrder):
        yield from _walk(node.steps, inside, chance, levels)
        return
    weights = node.weights or (1.0,) * len(node.choices)
    for inner, weight in zip(node.choices, weights, strict=True):
        share = chance * node.p * weight / sum(weights)
        yield from _walk([inner], inside, share, levels)


def _table(
    node: RandAugment | TrivialAugmentWide | AutoAugment | AugMix,
    stage: str,
    chance: float,
    levels: int,
) -> Iterator[Probe]:
    """What a container chooses from a table and turns by a level."""
    if isinstance(node, AutoAugment):
        yield from _learnt(node, stage, chance, levels)
        return
    if isinstance(node, AugMix):
        yield Probe(_part(stage, node.kind, chance), node, stage, node.kind)
        rows = AUG_MIX + (AUG_MIX_COLOUR if node.all_ops else ())
        farthest = (LEVELS - 1) * node.severity / MOST_SEVERITY
        for probe in _rows(node.kind, rows, stage, 1.0, levels, None):
            part = _up_to(probe.part, levels, farthest)
            yield replace(probe, part=replace(part, chance=None, is_observed=False))
        return
    if isinstance(node, TrivialAugmentWide):
        rows = node.ops or TRIVIAL_AUGMENT_WIDE
        yield from _rows(node.kind, rows, stage, chance / len(rows), levels, None)
        return
    rows = node.ops or RAND_AUGMENT
    share = 1 - (1 - 1 / len(rows)) ** node.num_ops
    yield from _rows(node.kind, rows, stage, chance * share, levels, float(node.magnitude))


def _step(step: Step, stage: str, chance: float, levels: int) -> Probe:
    op = find_op(step.op)
    part = _part(stage, step.op, chance * step.p, axes_of_step(step, levels))
    part = replace(part, neutral=_neutral(step), magnitude_free=not op.knobs)
    return Probe(part, step, stage, step.op)


def _rows(
    kind: str,
    rows: Sequence[Levelled],
    stage: str,
    chance: float,
    levels: int,
    set_to: float | None,
) -> Iterator[Probe]:
    """The identity is left out: it is never drawn as a step."""
    for row in rows:
        driven = level_map(row)
        if driven is None:
            continue
        op, how = driven
        inside = _inside(stage, kind)
        part = _part(inside, how.label, chance, (axis_of_level(levels, set_to),))
        part = replace(part, neutral=_neutral_row(row, set_to), magnitude_free=not how.magnitude)
        yield Probe(part, row, inside, op.name)


def _learnt(node: AutoAugment, stage: str, chance: float, levels: int) -> Iterator[Probe]:
    """AutoAugment's rows, each with the chance that its sub-policies give it."""
    policies = SUB_POLICIES[node.policy]
    used = {name for policy in policies for name, _, _ in policy}
    rows = [row for row in AUTO_AUGMENT if row.op in used and row.op != IDENTITY]
    for probe in _rows(node.kind, rows, stage, 1.0, levels, None):
        assert isinstance(probe.node, Levelled)
        share = sum(_share(policy, probe.node.op) for policy in policies) / len(policies)
        learnt = [m for policy in policies for name, _, m in policy if name == probe.node.op]
        part = _up_to(probe.part, levels, (LEVELS - 1) * max(learnt) / (AUTO_LEVELS - 1))
        yield replace(probe, part=replace(part, chance=chance * share))


def _up_to(part: Part, levels: int, farthest: float) -> Part:
    """The part of a row turned no farther than its container draws it."""
    if part.magnitude_free:
        return part
    return replace(part, axes=(axis_of_level(levels, None, farthest),))


def _share(policy: Sequence[tuple[str, float, int]], op: str) -> float:
    without = 1.0
    for name, p, _ in policy:
        without *= 1 - p if name == op else 1
    return 1 - without


def _part(stage: str, name: str, chance: float, axes: tuple[Axis, ...] = ()) -> Part:
    return Part(_inside(stage, name), name, 0, chance, axes)


def _inside(stage: str, name: str) -> str:
    return f"{stage} > {name}" if stage else name


def _neutral(step: Step) -> str:
    keeps_all = step.op == "RandomPosterize" and settings(step).span("bits") == (
        _ALL_BITS,
        _ALL_BITS,
    )
    return "it keeps all 8 bits" if keeps_all else ""


def _neutral_row(row: Levelled, set_to: float | None) -> str:
    if row.argument != "bits" or set_to is None:
        return ""
    bits = row.start + (row.end - row.start) * set_to / 30
    return "it keeps all 8 bits at this level" if round(bits) >= _ALL_BITS else ""
