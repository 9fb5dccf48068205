"""What an audit was made on: all of its plan that a verdict needs, as plain data.

From these, the table and the gates everything is concluded; no image, model or policy is needed,
so that parts which several machines measured are judged on any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from augscore.auditing.anatomy.parts import pipeline_of
from augscore.auditing.anatomy.policy_tree import tree_of
from augscore.auditing.plan import AuditPlan
from augscore.auditing.table import Table
from augscore.engine.nodes import foreign_in
from augscore.images.records import Skipped
from augscore.runtime import host_facts
from augscore.strength.ladder import Ladder
from augscore.version import VERSION

_VERSIONS = ("python", "torch", "torchvision", "kornia")


@dataclass(frozen=True)
class PolicyTerms:
    """The policy as it was named, in words; `warnings` is what its code warned of."""

    name: str
    source: str
    sha256: str
    library: str
    tree: tuple[str, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class ModelTerms:
    """The score model; `ladder` is the one for the size of the views."""

    name: str
    version: str
    sha256: str
    ladder: Ladder
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class DataTerms:
    """What the walk found, whatever the shard; `root` is a label and no path."""

    root: str | None
    found: int
    ignored: int
    unopened: tuple[Skipped, ...]


@dataclass(frozen=True)
class Terms:
    """Options as in `AuditOptions`, with every default filled in; `device` is of no number;
    `empty` is the table without records and facts."""

    policy: PolicyTerms
    model: ModelTerms
    data: DataTerms
    tool: Mapping[str, str | None]
    device: str
    seed: int
    size: int
    images: int
    op_images: int
    draws: int
    levels: int
    max_pixels: int
    empty: Table


def terms_of(plan: AuditPlan) -> Terms:
    """Those of the whole, also where the plan is that of a shard."""
    options, facts = plan.options, host_facts(plan.scorer.device)
    return Terms(
        policy=_policy(plan),
        model=_model(plan),
        data=_data(plan),
        tool={"name": "augscore", "version": VERSION, **{k: facts[k] for k in _VERSIONS}},
        device=plan.scorer.device.type,
        seed=plan.seed,
        size=plan.size,
        images=options.images,
        op_images=options.op_images,
        draws=options.draws,
        levels=options.levels,
        max_pixels=options.max_pixels,
        empty=empty_table(plan),
    )


def empty_table(plan: AuditPlan) -> Table:
    return Table(
        parts=tuple(probe.part for probe in plan.probes),
        records=(),
        pipelines=tuple(pipeline_of(plan.policy, k) for k in range(len(plan.policy.views))),
    )


def _policy(plan: AuditPlan) -> PolicyTerms:
    given = plan.given
    libraries = [node.library for view in given.views for node in foreign_in(view.steps)]
    return PolicyTerms(
        name=given.name,
        source=given.source,
        sha256=plan.digest,
        library=libraries[0] if libraries else "augscore",
        tree=tree_of(given),
        notes=plan.policy.notes,
        warnings=plan.inspected.warnings,
    )


def _model(plan: AuditPlan) -> ModelTerms:
    model = plan.scorer.model
    ladder = plan.scorer.calibration.ladder_for(plan.size)
    return ModelTerms(model.card.name, model.card.version, model.sha256, ladder, plan.doubts)


def _data(plan: AuditPlan) -> DataTerms:
    root, pool = plan.source.root, plan.pool
    label = None if root is None else PurePath(root).name or root
    return DataTerms(label, pool.total, pool.ignored, pool.unopened)
