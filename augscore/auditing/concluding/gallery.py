"""Views worth looking at: which ones, and their pixels, drawn again from the files."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

from augscore.auditing.anatomy.parts import Probe
from augscore.auditing.audit import Example
from augscore.auditing.finding import Finding
from augscore.auditing.plan import AuditPlan, taken_apart
from augscore.auditing.probing.levels import turned
from augscore.auditing.probing.tolerant import tolerant_view
from augscore.auditing.table import ImageRecord, LevelRecord, Table, ViewRecord
from augscore.engine.draw import Draw
from augscore.engine.drawing.view import draw
from augscore.engine.policy import Policy, View
from augscore.engine.presets import preset
from augscore.errors import UsageError
from augscore.images.resize import bring_to_size
from augscore.keys import ImageId
from augscore.measuring.sources import Offer, entry_id
from augscore.measuring.subjects import Subject, subject

KINDS = ("weakest", "typical", "strongest")
MOST_FINDINGS = 20


@dataclass(frozen=True)
class Chosen:
    """View number `view` of an image, or an operation alone at one `level`; `strength` is
    relative."""

    kind: str
    image: ImageId
    view: int
    strength: float
    finding: Finding | None = None
    level: LevelRecord | None = None


@dataclass(frozen=True)
class Shown:
    """An example with its pixels, float32 (3, S, S) in [0, 1]; `finding` is what it is evidence
    of."""

    example: Example
    original: torch.Tensor
    view: torch.Tensor
    finding: Finding | None = None


@dataclass(frozen=True)
class Studio:
    """What draws the views of an audit again: its policy, and where its images are, by their ids.

    Everything else is as in the plan.
    """

    policy: Policy
    probes: tuple[Probe, ...]
    size: int
    seed: int
    draws: int
    max_pixels: int
    offers: Mapping[ImageId, Offer]


def studio_of(plan: AuditPlan) -> Studio:
    return Studio(
        plan.policy,
        plan.probes,
        plan.size,
        plan.seed,
        plan.options.draws,
        plan.options.max_pixels,
        {entry_id(offer): offer for offer in plan.pool.offers},
    )


def choose(table: Table, unrelated: float | None, each: int) -> tuple[Chosen, ...]:
    """The weakest, the most typical and the strongest views, `each` of them, of as many images.

    Ties go by the rank of the image; an image is shown once.
    """
    readings = sorted(
        (view.reading.strength, record.place, view.number, record.id)
        for record in table.records
        for view in record.views
        if view.reading is not None
    )
    if not readings or not unrelated:
        return ()
    middle = readings[len(readings) // 2][0]
    orders = (readings, sorted(readings, key=lambda r: abs(r[0] - middle)), readings[::-1])
    seen: set[ImageId] = set()
    found: list[Chosen] = []
    for kind, order in zip(KINDS, orders, strict=True):
        left = each
        for strength, _, number, image in order:
            if left and image not in seen:
                seen.add(image)
                found.append(Chosen(kind, image, number, strength / unrelated))
                left -= 1
    return tuple(found)


def evidence(
    table: Table, findings: Sequence[Finding], unrelated: float | None, each: int
) -> tuple[Chosen, ...]:
    """For each finding up to `each` of its images: its operation alone at the level that shows it,
    or, where it has no levels, the view that it moves most."""
    records = {record.id: record for record in table.records}
    places = {part.path: place for place, part in enumerate(table.parts)}
    found: list[Chosen] = []
    for finding in findings[:MOST_FINDINGS]:
        place = None if finding.part is None else places.get(finding.part)
        own = [records[image] for image in finding.images if image in records][:each]
        chosen = (_proof(finding, record, place, unrelated or 0.0) for record in own)
        found += [one for one in chosen if one is not None]
    return tuple(found)


def _proof(
    finding: Finding, record: ImageRecord, place: int | None, unrelated: float
) -> Chosen | None:
    level = None if place is None else _telling_level(finding.code, record, place)
    view = None if level is not None else _telling_view(record, place)
    reading = level.reading if level is not None else view.reading if view is not None else None
    if reading is None:
        return None
    strength = reading.strength / unrelated if unrelated else 0.0
    number = 0 if view is None else view.number
    return Chosen("evidence", record.id, number, strength, finding, level)


def _telling_level(code: str, record: ImageRecord, place: int) -> LevelRecord | None:
    """What is destroyed shows where least is left; what is not the identity, at the first level;
    all else where it is strongest."""
    levels = [level for level in record.levels if level.part == place and level.reading]
    if code == "DESTRUCTIVE":
        return min(levels, key=_spread, default=None)
    if code == "NOT_IDENTITY_AT_ZERO":
        levels = [level for level in levels if level.level == 0]
    return max(
        levels, key=lambda level: level.reading.strength if level.reading else 0.0, default=None
    )


def _strength(level: LevelRecord) -> float:
    return 0.0 if level.reading is None else level.reading.strength


def _spread(level: LevelRecord) -> float:
    return 1.0 if level.pixels is None else level.pixels.sd


def _telling_view(record: ImageRecord, place: int | None) -> ViewRecord | None:
    """The view in which the operation was applied and does most; without one, the strongest."""
    whole = [view for view in record.views if view.reading is not None]
    own = [view for view in whole if place in view.applied] if place is not None else whole
    return max(own, key=lambda view: _moved(view, place), default=None)


def _moved(view: ViewRecord, place: int | None) -> float:
    alone = next((p.alone for p in view.parts if p.part == place), None)
    reading = alone or view.reading
    return 0.0 if reading is None else reading.strength


def show(chosen: Sequence[Chosen], studio: Studio) -> Iterator[Shown]:
    """Read the images again and draw their views; those that are gone are left out."""
    for one in chosen:
        offer = studio.offers.get(one.image)
        read = None if offer is None else subject(offer, studio.max_pixels)
        if isinstance(read, Subject):
            yield from _shown(one, read, studio)


def _shown(chosen: Chosen, read: Subject, studio: Studio) -> Iterator[Shown]:
    drawn = _drawn(chosen, read, studio)
    number = 0 if chosen.level is not None else chosen.view
    (picture,), _ = tolerant_view([read.reference], drawn.views[number])
    if picture is not None:
        steps = tuple(drawn.describe(0, number)["steps"])
        command = "" if chosen.level is not None else _command(chosen, studio)
        example = Example(chosen.kind, chosen.image, number + 1, chosen.strength, steps, command)
        original = bring_to_size(read.reference, studio.size)
        yield Shown(example, original, picture, chosen.finding)


def _drawn(chosen: Chosen, read: Subject, studio: Studio) -> Draw:
    sizes = [(read.reference.shape[1], read.reference.shape[2])]
    if chosen.level is None:
        policy, views = studio.policy, studio.draws
    else:
        probe = studio.probes[chosen.level.part]
        axis = probe.part.axes[chosen.level.axis]
        node = turned(probe, axis.name, axis.levels[chosen.level.level])
        policy, views = Policy(probe.part.path, studio.size, (View((node,)),)), 1
    return draw(policy, [read.id], sizes, size=studio.size, seed=studio.seed, views=views)


def _command(chosen: Chosen, studio: Studio) -> str:
    """Draws it again as view number `chosen.view` + 1; the folder is the user's to name, and so is
    a policy that is no preset."""
    words = ["augscore", "policy", "draw", _called(studio.policy), f"DATA/{chosen.image}"]
    words += ["--id", str(chosen.image), "--seed", str(studio.seed), "--size", str(studio.size)]
    return shlex.join([*words, "-n", str(chosen.view + 1)])


def _called(policy: Policy) -> str:
    """A preset's name, if it is one."""
    try:
        same = taken_apart(preset(policy.name)).views == policy.views
    except UsageError:
        same = False
    return policy.name if same else "POLICY"
