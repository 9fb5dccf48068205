"""From the settings of `audit` to what the library is given, alone or as one of many."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .audit_settings import AuditSettings
from .measure_files import check_target
from .policy_source import tell_notes
from .streams import Streams

if TYPE_CHECKING:
    from augscore.auditing.concluding.against import Baseline
    from augscore.auditing.gating.gates import Gates
    from augscore.auditing.keeping.audit_folder import Claim
    from augscore.auditing.keeping.publish import Wanted
    from augscore.auditing.options import AuditOptions
    from augscore.auditing.plan import AuditPlan
    from augscore.auditing.run import Entry, EntrySink, Probed
    from augscore.engine.found import Found
    from augscore.runs.shard import Shard
    from augscore.runtime import Note, ProgressSink
    from augscore.training.kept_feed import KeptFeed


@dataclass(frozen=True)
class Watch:
    """Where an audit reports to, and what may stop it."""

    streams: Streams
    progress: ProgressSink
    stopped: Callable[[], str | None]

    def note(self, told: Note) -> None:
        self.streams.note(told.text if told.code == "estimate" else f"note: {told.text}")


@dataclass(frozen=True)
class Machine:
    """Which images, by which device and how many threads: what processes have each of their own."""

    shard: Shard | None
    device: str
    workers: int | None


def stopping(signal: Callable[[], str | None], budget: float | None) -> Callable[[], str | None]:
    """The signal, or "budget" when the seconds are over."""
    began = time.monotonic()

    def stopped() -> str | None:
        over = budget is not None and time.monotonic() - began > budget
        return signal() or ("budget" if over else None)

    return stopped


def gates_of(settings: AuditSettings) -> Gates:
    from augscore.auditing.gating.gates import DEFAULT_GATES
    from augscore.auditing.gating.read import read_gates

    return DEFAULT_GATES if settings.gates is None else read_gates(settings.gates)


def check_files(settings: AuditSettings) -> None:
    from augscore.outputs import check_writable

    check_target(settings.json, "--json", settings.inputs)
    if settings.summary is not None:
        check_writable(settings.summary)


def planned(settings: AuditSettings, policy: str, machine: Machine, watch: Watch) -> AuditPlan:
    from augscore.auditing.plan import plan_audit
    from augscore.measuring.sources import folder_source
    from augscore.strength.scorer import load_scorer

    assert settings.data is not None
    found = found_policy(policy, settings.allow_code)
    tell_notes(found.policy, settings.streams)
    source = folder_source([settings.data])
    scorer = load_scorer(settings.model, machine.device)
    options = _options(settings, _feed_of(policy), machine)
    return plan_audit(found, source, scorer, options, watch.progress, watch.stopped)


def found_policy(policy: str, allowed: bool) -> Found:
    """By name, file or code; the folder of a training run stands for the policy that it used."""
    from augscore.engine.found import Found
    from augscore.engine.policies import inspect_policy
    from augscore.training.kept_policy import is_pair_run, policy_of_run

    if is_pair_run(Path(policy)):
        return Found(policy_of_run(Path(policy)))
    return inspect_policy(policy, allow_code=allowed)


def _feed_of(policy: str) -> KeptFeed | None:
    """That of the training run, where one is named."""
    from augscore.training.kept_feed import feed_of_run
    from augscore.training.kept_policy import is_pair_run

    return feed_of_run(Path(policy)) if is_pair_run(Path(policy)) else None


def _options(settings: AuditSettings, feed: KeptFeed | None, machine: Machine) -> AuditOptions:
    """A training run's own size and seed stand in for those of its policy."""
    from augscore.auditing.options import AuditOptions, quick_options
    from augscore.images.labels import folder_label, read_labels

    options = AuditOptions(
        images=settings.n,
        op_images=settings.op_images,
        draws=settings.draws,
        levels=settings.levels,
        size=feed.size if settings.size is None and feed is not None else settings.size,
        seed=feed.seed if settings.seed is None and feed is not None else settings.seed,
        batch_size=settings.batch_size,
        workers=machine.workers,
        max_pixels=settings.max_pixels,
        labels=folder_label if settings.labels is None else read_labels(settings.labels),
        shard=machine.shard,
        feed=feed,
    )
    return quick_options(options) if settings.quick else options


def baseline_of(settings: AuditSettings, plan: AuditPlan) -> Baseline | None:
    from augscore.auditing.concluding.against import read_baseline
    from augscore.auditing.terms import terms_of

    return None if settings.baseline is None else read_baseline(settings.baseline, terms_of(plan))


def wanted(settings: AuditSettings) -> Wanted:
    from augscore.auditing.keeping.publish import Wanted

    return Wanted(settings.html, settings.thumbnails, not settings.anonymous)


def claim_of(plan: AuditPlan) -> Claim:
    from augscore.auditing.keeping.audit_folder import Claim
    from augscore.auditing.terms import empty_table

    return Claim(plan.settings, empty_table(plan))


def probed(
    plan: AuditPlan, gates: Gates, watch: Watch, old: Iterable[Entry], record: EntrySink
) -> Probed:
    """Measure and do not judge. Raises GatesError before anything is measured."""
    from augscore.auditing.gating.ops import check_ops
    from augscore.auditing.run import probe_images

    check_ops(gates, [probe.part for probe in plan.probes])
    return probe_images(
        plan,
        earlier=old,
        record=record,
        progress=watch.progress,
        note=watch.note,
        stopped=watch.stopped,
    )
