"""`audit` as one of several processes that torchrun started; the first alone speaks."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from augscore.runs.ranks import own_shard, rank

from .audit_job import (
    Machine,
    Watch,
    baseline_of,
    check_files,
    gates_of,
    planned,
    probed,
    stopping,
)
from .audit_settings import AuditSettings
from .progress import progress_sink
from .sharing import end_stopped, own_device_name, own_workers, refuse_shard, tell_stopped

if TYPE_CHECKING:
    from augscore.auditing.api import Audited
    from augscore.auditing.concluding.against import Baseline
    from augscore.auditing.gating.gates import Gates
    from augscore.auditing.plan import AuditPlan


@dataclass(frozen=True)
class _Job:
    plan: AuditPlan
    gates: Gates
    baseline: Baseline | None


def audited_together(settings: AuditSettings, held: ExitStack) -> Audited | None:
    """The whole at the first process, None at the others; of a job that was stopped, what there is
    of it."""
    refuse_shard(settings.shard)
    if rank() > 0:
        settings = replace(settings, quiet=True)
    with progress_sink(settings.streams) as progress:
        from augscore.auditing.keeping.together import claimed_together
        from augscore.runs.meeting import agreed, from_all, meeting
        from augscore.runtime import Interruptions

        held.enter_context(meeting())
        with Interruptions(once=True) as flag:
            stopped = stopping(lambda: flag.stopped_by, settings.budget_s)
            watch = Watch(settings.streams, progress, stopped)
            job = agreed(lambda: _job(settings, watch))
            end_stopped(settings.streams, settings.out, from_all(stopped()))
            out, inputs = settings.out, settings.inputs
            if out is not None:
                claim = claimed_together(out, job.plan, inputs, force=settings.force)
                held.enter_context(claim)
            audited = _measured(settings, job.plan, job.gates, out, watch)
            return _compared(settings, job, audited, watch)


def _job(settings: AuditSettings, watch: Watch) -> _Job:
    gates = gates_of(settings)
    if rank() == 0:
        check_files(settings)
    plan = planned(settings, str(settings.policy), _machine(settings), watch)
    return _Job(plan, gates, baseline_of(settings, plan))


def _machine(settings: AuditSettings) -> Machine:
    device, workers = own_device_name(settings.device), own_workers(settings.workers)
    return Machine(own_shard(), device, workers)


def _measured(
    settings: AuditSettings, plan: AuditPlan, gates: Gates, out: Path | None, watch: Watch
) -> Audited | None:
    from augscore.auditing.api import concluded
    from augscore.auditing.concluding.gallery import studio_of
    from augscore.auditing.keeping.audit_folder import whole_journal
    from augscore.auditing.keeping.merging import join
    from augscore.auditing.keeping.together import measure_share
    from augscore.auditing.terms import terms_of

    shares = measure_share(
        plan, lambda old, record: probed(plan, gates, watch, old, record), out, watch.note
    )
    if shares.gathered is None:
        end_stopped(settings.streams, settings.out, [shares.stopped_by])
        return None
    if shares.stopped_by is not None:
        tell_stopped(settings.streams, settings.out, shares.stopped_by)
    # What was stopped stays in its parts.
    with whole_journal(out if shares.stopped_by is None else None) as journal:
        joined = join(shares.gathered, journal)
    return concluded(shares.gathered.facts, joined, terms_of(plan), studio_of(plan), gates)


def _compared(
    settings: AuditSettings, job: _Job, audited: Audited | None, watch: Watch
) -> Audited | None:
    from augscore.auditing.concluding.against import against_baseline, against_policy

    if audited is not None and not audited.audit.complete:
        return audited  # The others have ended.
    if settings.compare is not None:
        other = _other(settings, settings.compare, job.plan, watch)
        if audited is not None and other is not None:
            return against_policy(audited, other)
    if audited is not None and job.baseline is not None:
        return against_baseline(audited, job.baseline)
    return audited


def _other(settings: AuditSettings, policy: str, first: AuditPlan, watch: Watch) -> Audited | None:
    """The second policy, with the seed and the size of the first."""
    from augscore.auditing.gating.gates import DEFAULT_GATES
    from augscore.runs.meeting import agreed

    same = replace(settings, seed=first.seed, size=first.size)
    plan = agreed(lambda: planned(same, policy, _machine(settings), watch))
    return _measured(settings, plan, DEFAULT_GATES, None, watch)
