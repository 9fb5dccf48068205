"""Measurements → the audit: judged, summed up, not yet held against gates."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from augscore.auditing.audit import Audit, DataResult, Design
from augscore.auditing.columns import columns_of
from augscore.auditing.concluding.op_results import op_results
from augscore.auditing.concluding.policy_result import policy_result
from augscore.auditing.findings.evidence import FEWEST_IMAGES
from augscore.auditing.findings.judge import ALPHA, judge
from augscore.auditing.findings.words import counted
from augscore.auditing.options import FEW
from augscore.auditing.scale import scale_of
from augscore.auditing.statistics.mean import STUDENTISED_BELOW
from augscore.auditing.statistics.resampling import RESAMPLES
from augscore.auditing.table import Table
from augscore.auditing.terms import Terms
from augscore.images.records import Skipped
from augscore.images.resize import UPSAMPLED
from augscore.strength.readings import STRENGTH

_MOST_SKIPPED = 100


def conclude(
    table: Table,
    terms: Terms,
    skipped: Sequence[Skipped] = (),
    *,
    stopped_by: str | None = None,
) -> Audit:
    """A pure function of what was measured: the same table gives the same audit, bit for bit."""
    columns = columns_of(table)
    scale = scale_of(columns)
    findings, checks = judge(table, seed=terms.seed)
    return Audit(
        status="inconclusive",
        complete=stopped_by is None,
        stopped_by=stopped_by,
        tool=terms.tool,
        policy=policy_result(columns, terms, scale),
        data=_data(table, terms, skipped),
        design=_design(table, terms),
        scale=scale,
        ops=op_results(table.parts, columns, scale, findings, seed=terms.seed),
        findings=findings,
        checks=checks,
        warnings=_warnings(table, terms, skipped),
    )


def _data(table: Table, terms: Terms, skipped: Sequence[Skipped]) -> DataResult:
    reasons = Counter(item.reason for item in skipped)
    shown = skipped[:_MOST_SKIPPED]
    labels = {record.label for record in table.records if record.label is not None}
    return DataResult(
        root=terms.data.root,
        found=terms.data.found,
        measured=len(table.records),
        probed=sum(record.place < terms.op_images for record in table.records),
        skipped=len(skipped),
        skipped_by_reason=dict(sorted(reasons.items())),
        skipped_files=tuple(
            {"path": s.name, "reason": s.reason, "detail": s.detail} for s in shown
        ),
        ignored=terms.data.ignored,
        fingerprint=_fingerprint(table),
        size=terms.size,
        classes=len(labels),
    )


def _fingerprint(table: Table) -> str:
    """Of names and bytes, whatever the order and the machine."""
    digest = hashlib.blake2b(digest_size=16)
    for name, content in sorted((str(r.id), r.digest) for r in table.records):
        digest.update(f"{name}\0{content}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _design(table: Table, terms: Terms) -> Design:
    model = terms.model
    small = len(table.records) < STUDENTISED_BELOW
    return Design(
        seed=terms.seed,
        draws=terms.draws,
        images=terms.images,
        op_images=terms.op_images,
        levels=terms.levels,
        alpha=ALPHA,
        resamples=RESAMPLES,
        interval="bootstrap over images, " + ("studentised" if small else "percentile"),
        device=terms.device,
        model=f"{model.name} {model.version}",
        model_sha256=model.sha256,
        reading=STRENGTH,
    )


def _warnings(table: Table, terms: Terms, skipped: Sequence[Skipped]) -> tuple[str, ...]:
    found = [
        *terms.policy.notes,
        *terms.policy.warnings,
        *(f"the score model: {doubt}" for doubt in terms.model.doubts),
    ]
    return (*found, *_of_images(table, terms.size, skipped)) if table.records else tuple(found)


def _of_images(table: Table, size: int, skipped: Sequence[Skipped]) -> list[str]:
    images = len(table.records)
    said = counted(images, "image")
    found: list[str] = []
    if images < FEWEST_IMAGES:
        found.append(f"{said}: under {FEWEST_IMAGES} only exact facts are judged")
    elif images < FEW:
        found.append(f"{said}: under {FEW} intervals are wide and rare faults are missed")
    enlarged = sum(UPSAMPLED in record.notes for record in table.records)
    if 2 * enlarged > images:
        found.append(
            f"{enlarged:,} of {said} under {size} px: they were enlarged, which blurs them; "
            "a size near theirs does not"
        )
    if skipped:
        found.append(f"skipped {counted(len(skipped), 'image')}; the report tells why")
    return found
