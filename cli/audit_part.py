"""`audit --shard I/N`: one part of an audit, which is measured and not judged."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .audit_job import (
    Machine,
    Watch,
    baseline_of,
    check_files,
    claim_of,
    gates_of,
    planned,
    probed,
    stopping,
    wanted,
)
from .audit_settings import AuditSettings
from .exits import STOPPED, stop_code
from .figures import plural
from .lines import line
from .names import shown_path
from .progress import progress_sink

if TYPE_CHECKING:
    from augscore.auditing.gating.gates import Gates
    from augscore.auditing.keeping.part_folder import Asked
    from augscore.auditing.plan import AuditPlan
    from augscore.auditing.run import Probed
    from augscore.runs.shard import Shard


def measure_part(settings: AuditSettings, shard: Shard, held: ExitStack) -> None:
    """Measure the shard into --out, and tell how the parts become one."""
    assert settings.out is not None
    with progress_sink(settings.streams) as progress:
        from augscore.auditing.keeping.audit_folder import claimed_audit
        from augscore.auditing.keeping.part_folder import begin_part
        from augscore.runtime import Interruptions

        gates = gates_of(settings)
        check_files(settings)
        with Interruptions() as flag:
            stopped = stopping(lambda: flag.stopped_by, settings.budget_s)
            watch = Watch(settings.streams, progress, stopped)
            machine = Machine(shard, settings.device, settings.workers)
            plan = planned(settings, str(settings.policy), machine, watch)
            by = stopped()
            if by is None:
                claim = claimed_audit(
                    settings.out, claim_of(plan), settings.inputs, force=settings.force
                )
                held.enter_context(claim)
                baseline_of(settings, plan)
                begin_part(settings.out, shard, plan, _asked(settings, plan, gates))
                by = _measured(settings.out, shard, plan, gates, watch)
    _tell(settings, shard, by)


def _measured(
    folder: Path, shard: Shard, plan: AuditPlan, gates: Gates, watch: Watch
) -> str | None:
    """What stopped it, or None."""
    from augscore.auditing.concluding.facts import with_facts
    from augscore.auditing.keeping.audit_folder import earlier, journal, to_line
    from augscore.auditing.keeping.part_folder import finish_part
    from augscore.auditing.terms import empty_table

    old = tuple(earlier(folder))
    if old:
        done = plural(len(old), "image")
        watch.streams.note(f"continues {shown_path(folder)}: {done} done before")
    with journal(folder) as kept:
        found = probed(
            plan, gates, watch, old, lambda entry, place: kept.append(to_line(entry, place))
        )
    if found.stopped_by is None:
        is_first = shard.index == 1
        facts = with_facts(empty_table(plan), plan, watch.note) if is_first else None
        finish_part(folder, plan, facts)
        watch.streams.out.write([line(f"shard {shard}   {_counted(found)}   not judged yet")])
    return found.stopped_by


def _counted(found: Probed) -> str:
    return f"{plural(len(found.records), 'image')} measured, {len(found.skipped)} skipped"


def _asked(settings: AuditSettings, plan: AuditPlan, gates: Gates) -> Asked:
    from augscore.auditing.keeping.part_folder import Asked, digest_of

    baseline, labels = settings.baseline, settings.labels
    return Asked(
        policy=_anywhere(str(settings.policy)),
        place=plan.source.place,
        labels=None if labels is None else digest_of(labels),
        gates=gates,
        baseline=None if baseline is None else os.path.abspath(baseline),
        wanted=wanted(settings),
    )


def _anywhere(policy: str) -> str:
    """The name of the policy for whichever folder the merge is called in."""
    from augscore.engine.bring.code import code_file
    from augscore.engine.policies import is_policy_file
    from augscore.training.kept_policy import is_pair_run

    if is_policy_file(policy) or is_pair_run(Path(policy)):
        return os.path.abspath(policy)
    home, _, name = policy.rpartition(":")
    return policy if code_file(policy) is None else f"{os.path.abspath(home)}:{name}"


def _tell(settings: AuditSettings, shard: Shard, stopped_by: str | None) -> None:
    assert settings.out is not None
    out = shown_path(settings.out)
    if stopped_by is not None:
        settings.streams.note(
            f"stopped by {stopped_by}: {out} is unfinished, and the same command continues"
        )
        if stopped_by in STOPPED:
            raise click.exceptions.Exit(stop_code(stopped_by))
        return
    settings.streams.note(
        f"Next, with all {plural(shard.count, 'part')}: augscore merge OUT {out} PART..."
    )
