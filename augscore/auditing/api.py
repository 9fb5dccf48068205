"""`augscore.audit`: what the command does, as a function."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from augscore.auditing.audit import Audit
from augscore.auditing.concluding.conclude import conclude
from augscore.auditing.concluding.facts import with_facts
from augscore.auditing.concluding.gallery import Shown, Studio, choose, evidence, show, studio_of
from augscore.auditing.gating.gates import DEFAULT_GATES, Gates
from augscore.auditing.gating.ops import check_ops
from augscore.auditing.gating.verdict import judged
from augscore.auditing.options import AuditOptions, quick_options
from augscore.auditing.plan import AuditPlan, plan_audit
from augscore.auditing.run import Entry, EntrySink, Probed, probe_images
from augscore.auditing.table import Table
from augscore.auditing.terms import Terms, terms_of
from augscore.engine.policies import PolicyLike
from augscore.measuring.sources import Images, any_source
from augscore.measuring.survey import Stopped
from augscore.runtime import NoteSink, ProgressSink
from augscore.strength.scorer import load_scorer

SHOWN_EACH, EVIDENCE_EACH = 3, 2


@dataclass(frozen=True)
class Audited:
    """An audit with the table that it was made from and the pictures that it shows."""

    audit: Audit
    table: Table
    shown: tuple[Shown, ...]


def audit(
    policy: PolicyLike,
    data: Images,
    *,
    n: int = 1000,
    draws: int = 4,
    seed: int | None = None,
    size: int | None = None,
    model: str | Path | None = None,
    device: str = "auto",
    quick: bool = False,
    gates: Gates = DEFAULT_GATES,
) -> Audit:
    """What `policy` really does to the images of `data`, and what is wrong with it.

    `policy`: a preset's name, a policy file, a mapping of the same form, or a Policy
    (`Policy.of` brings a pipeline of another library). `data`: a folder, a list of files, a
    (N, 3, H, W) uint8 tensor or a map-style data set, of which `n` images are drawn by `seed`
    (None: the policy's, else 0). Each is given `draws` views of `size` px (None: the policy's).
    `quick` takes fewer of everything. `gates`: what must hold, see `read_gates`; by default no
    finding of level fail.

    Returns the audit: `.status` is pass, fail, inconclusive or, with no image to measure, error.
    Raises UsageError for a policy, gate or option that cannot be, ModelError for a model.
    """
    options = AuditOptions(images=n, draws=draws, seed=seed, size=size)
    plan = plan_audit(
        policy,
        any_source(data),
        load_scorer(model, device),
        quick_options(options) if quick else options,
    )
    return audit_images(plan, gates).audit


def audit_images(
    plan: AuditPlan,
    gates: Gates = DEFAULT_GATES,
    *,
    earlier: Iterable[Entry] = (),
    record: EntrySink = lambda entry, place: None,
    progress: ProgressSink = lambda event: None,
    note: NoteSink = lambda note: None,
    stopped: Stopped = lambda: None,
) -> Audited:
    """Measure what `earlier` does not hold, and judge all of it.

    Raises GatesError (`gates_unknown_op`), before anything is measured, for a gate on an operation
    that the policy has not.
    """
    check_ops(gates, [probe.part for probe in plan.probes])
    probed = probe_images(
        plan, earlier=earlier, record=record, progress=progress, note=note, stopped=stopped
    )
    return told(plan, probed, gates, note)


def told(plan: AuditPlan, probed: Probed, gates: Gates, note: NoteSink) -> Audited:
    """What was measured, judged, with its examples."""
    terms = terms_of(plan)
    return concluded(with_facts(terms.empty, plan, note), probed, terms, studio_of(plan), gates)


def concluded(
    facts: Table, probed: Probed, terms: Terms, studio: Studio | None, gates: Gates
) -> Audited:
    """The same from what is kept of a plan; `facts`: the table but for its records. Without a
    studio there are no examples and no pictures."""
    table = replace(facts, records=probed.records)
    skipped = (*terms.data.unopened, *probed.skipped)
    first = conclude(table, terms, skipped, stopped_by=probed.stopped_by)
    unrelated = first.scale.unrelated_strength
    chosen = choose(table, unrelated, SHOWN_EACH)
    proofs = evidence(table, first.findings, unrelated, EVIDENCE_EACH)
    shown = () if studio is None else tuple(show(chosen, studio))
    proof = () if studio is None else tuple(show(proofs, studio))
    full = replace(first, examples=tuple(one.example for one in shown))
    return Audited(judged(full, gates), table, (*shown, *proof))
