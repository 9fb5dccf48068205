"""`augscore audit`: what a policy really does to your images."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from augscore.runs.ranks import ranks

from ..audit_job import (
    Machine,
    Watch,
    baseline_of,
    check_files,
    claim_of,
    gates_of,
    planned,
    stopping,
    wanted,
)
from ..audit_next import again
from ..audit_pages import explained
from ..audit_part import measure_part
from ..audit_result import Telling, told
from ..audit_settings import AuditSettings, audit_options, check_words
from ..audit_together import audited_together
from ..figures import plural
from ..names import shown_path
from ..options import Configured, shared_options, with_settings
from ..progress import progress_sink
from ..results import print_result

if TYPE_CHECKING:
    from pathlib import Path

    from augscore.auditing.api import Audited
    from augscore.auditing.gating.gates import Gates
    from augscore.auditing.plan import AuditPlan
    from augscore.auditing.run import Entry, EntrySink


@click.command(
    "audit", cls=Configured, short_help="What a policy really does to your images, for CI."
)
@audit_options
@shared_options
@with_settings(AuditSettings)
def audit(settings: AuditSettings) -> None:
    """What POLICY really does to the images in DIR: how often each operation is applied, how
    strongly it moves them, at which magnitudes, and what is wrong with it. Exit 1 if a gate fails.

    POLICY is a preset, a policy file (also of albumentations or solo-learn), code with
    --allow-code, or the folder of a training run.

    \b
    augscore audit simclr --data photos --out audit
    augscore audit mine.yaml --data photos --quick --gates gates.yaml
    augscore audit mine.yaml --data photos --shard 2/3 --out part-2
    augscore audit --explain DEAD
    torchrun --nproc-per-node 2 -m -- augscore_cli audit simclr --data photos
    """
    check_words(settings)
    if settings.explain is not None:
        _explain(settings, settings.explain)
        return
    began = time.monotonic()
    with ExitStack() as held:
        if ranks() == 1 and settings.shard is not None:
            measure_part(settings, settings.shard, held)
            return
        audited = _alone(settings, held) if ranks() == 1 else audited_together(settings, held)
        if audited is not None:
            told(settings, _telling(settings), audited, time.monotonic() - began)


def _explain(settings: AuditSettings, code: str) -> None:
    lines, document = explained(code)
    print_result(settings, lines, document)


def _telling(settings: AuditSettings) -> Telling:
    shown, policy = wanted(settings), str(settings.policy)
    # How torchrun was called is not known here.
    command = again(settings) if ranks() == 1 else ""
    return Telling(settings.out, shown, settings.format, settings.summary, policy, command)


def _alone(settings: AuditSettings, held: ExitStack) -> Audited:
    with progress_sink(settings.streams) as progress:
        from augscore.auditing.concluding.against import against_baseline, against_policy
        from augscore.auditing.keeping.audit_folder import claimed_audit
        from augscore.runtime import Interruptions

        gates = gates_of(settings)
        check_files(settings)
        with Interruptions() as flag:
            stopped = stopping(lambda: flag.stopped_by, settings.budget_s)
            watch = Watch(settings.streams, progress, stopped)
            machine = Machine(None, settings.device, settings.workers)
            plan = planned(settings, str(settings.policy), machine, watch)
            folder = None
            if settings.out is not None and stopped() is None:
                folder, claim = settings.out, claim_of(plan)
                inputs = settings.inputs
                held.enter_context(claimed_audit(folder, claim, inputs, force=settings.force))
            baseline = baseline_of(settings, plan)
            audited = _audited(plan, gates, folder, watch)
            if baseline is not None and audited.audit.complete:
                return against_baseline(audited, baseline)
            if settings.compare is not None and audited.audit.complete:
                return against_policy(audited, _other(settings, settings.compare, plan, watch))
            return audited


def _audited(plan: AuditPlan, gates: Gates, folder: Path | None, watch: Watch) -> Audited:
    from augscore.auditing.api import audit_images
    from augscore.auditing.keeping.audit_folder import earlier, journal, to_line

    def run(old: tuple[Entry, ...], record: EntrySink) -> Audited:
        return audit_images(
            plan,
            gates,
            earlier=old,
            record=record,
            progress=watch.progress,
            note=watch.note,
            stopped=watch.stopped,
        )

    if folder is None:
        return run((), lambda entry, place: None)
    old = tuple(earlier(folder))
    if old:
        done = plural(len(old), "image")
        watch.streams.note(f"continues {shown_path(folder)}: {done} done before")
    with journal(folder) as kept:
        return run(old, lambda entry, place: kept.append(to_line(entry, place)))


def _other(settings: AuditSettings, policy: str, first: AuditPlan, watch: Watch) -> Audited:
    """The second policy, with the seed and the size of the first."""
    from augscore.auditing.gating.gates import DEFAULT_GATES

    same = replace(settings, seed=first.seed, size=first.size)
    plan = planned(same, policy, Machine(None, settings.device, settings.workers), watch)
    return _audited(plan, DEFAULT_GATES, None, watch)
