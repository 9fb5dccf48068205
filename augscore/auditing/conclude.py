"""Measurements → the audit: judged, summed up, not yet held against gates."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from augscore.auditing.audit import Audit, DataResult, Design
from augscore.auditing.columns import columns_of
from augscore.auditing.findings.judge import judge
from augscore.auditing.op_results import op_results
from augscore.auditing.options import FEW, FEWEST_FOR_VERDICTS
from augscore.auditing.plan import AuditPlan
from augscore.auditing.policy_result import policy_result
from augscore.auditing.scale import scale_of
from augscore.auditing.statistics.mean import STUDENTISED_BELOW
from augscore.auditing.statistics.resampling import RESAMPLES
from augscore.auditing.table import Table
from augscore.images.records import Skipped
from augscore.runtime import host_facts
from augscore.strength.readings import STRENGTH
from augscore.version import VERSION

ALPHA = 0.05
_MOST_SKIPPED = 100
_VERSIONS = ("python", "torch", "torchvision", "kornia")


def conclude(
    table: Table,
    plan: AuditPlan,
    skipped: Sequence[Skipped] = (),
    *,
    stopped_by: str | None = None,
) -> Audit:
    """A pure function of what was measured: the same table gives the same audit, bit for bit."""
    columns = columns_of(table)
    scale = scale_of(columns)
    findings, checks = judge(table, seed=plan.seed)
    facts = host_facts(plan.scorer.device)
    return Audit(
        status="inconclusive",
        complete=stopped_by is None,
        stopped_by=stopped_by,
        tool={"name": "augscore", "version": VERSION, **{k: facts[k] for k in _VERSIONS}},
        policy=policy_result(columns, plan, scale),
        data=_data(table, plan, skipped),
        design=_design(table, plan),
        scale=scale,
        ops=op_results(table.parts, columns, scale, findings, seed=plan.seed),
        findings=findings,
        checks=checks,
        warnings=_warnings(table, plan, skipped),
    )


def _data(table: Table, plan: AuditPlan, skipped: Sequence[Skipped]) -> DataResult:
    reasons = Counter(item.reason for item in skipped)
    shown = skipped[:_MOST_SKIPPED]
    labels = {record.label for record in table.records if record.label is not None}
    root = plan.source.root
    return DataResult(
        root=None if root is None else PurePath(root).name or root,
        found=plan.pool.total,
        measured=len(table.records),
        probed=sum(record.place < plan.options.op_images for record in table.records),
        skipped=len(skipped),
        skipped_by_reason=dict(sorted(reasons.items())),
        skipped_files=tuple(
            {"path": s.name, "reason": s.reason, "detail": s.detail} for s in shown
        ),
        ignored=plan.pool.ignored,
        fingerprint=_fingerprint(table),
        size=plan.size,
        classes=len(labels),
    )


def _fingerprint(table: Table) -> str:
    """Of names and bytes, whatever the order and the machine."""
    digest = hashlib.blake2b(digest_size=16)
    for name, content in sorted((str(r.id), r.digest) for r in table.records):
        digest.update(f"{name}\0{content}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _design(table: Table, plan: AuditPlan) -> Design:
    options, model = plan.options, plan.scorer.model
    small = len(table.records) < STUDENTISED_BELOW
    return Design(
        seed=plan.seed,
        draws=options.draws,
        images=options.images,
        op_images=options.op_images,
        levels=options.levels,
        alpha=ALPHA,
        resamples=RESAMPLES,
        interval="bootstrap over images, " + ("studentised" if small else "percentile"),
        device=plan.scorer.device.type,
        model=f"{model.card.name} {model.card.version}",
        model_sha256=model.sha256,
        reading=STRENGTH,
    )


def _warnings(table: Table, plan: AuditPlan, skipped: Sequence[Skipped]) -> tuple[str, ...]:
    images = len(table.records)
    found = [
        *plan.policy.notes,
        *plan.inspected.warnings,
        *(f"the score model: {doubt}" for doubt in plan.doubts),
    ]
    if images < FEWEST_FOR_VERDICTS:
        found.append(f"{images} images: under {FEWEST_FOR_VERDICTS} only exact facts are judged")
    elif images < FEW:
        found.append(f"{images} images: under {FEW} intervals are wide and rare faults are missed")
    if skipped:
        found.append(f"{len(skipped)} images were skipped; the report lists them")
    return tuple(found)
