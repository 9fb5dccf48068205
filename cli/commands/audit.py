"""`augscore audit`: what a policy really does to your images."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..audit_pages import explained
from ..audit_screen import audit_lines, next_step
from ..audit_settings import AuditSettings, audit_options, check_words
from ..audit_table import AuditLayout
from ..exits import Exit, stop_code
from ..figures import plural
from ..lines import line
from ..measure_files import check_target
from ..names import shown_path
from ..options import Configured, shared_options, with_settings
from ..policy_source import policy_files, tell_notes
from ..progress import progress_sink
from ..results import STDOUT, print_result
from ..streams import Stream, Streams

if TYPE_CHECKING:
    from augscore.auditing.api import Audited
    from augscore.auditing.gating.gates import Gates
    from augscore.auditing.options import AuditOptions
    from augscore.auditing.plan import AuditPlan
    from augscore.auditing.run import Entry, EntrySink
    from augscore.engine.found import Found
    from augscore.runtime import Note, ProgressSink


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
    augscore audit --explain DEAD
    """
    check_words(settings)
    if settings.explain is not None:
        _explain(settings, settings.explain)
        return
    streams = settings.streams
    began = time.monotonic()
    with ExitStack() as held:
        audited = _run(settings, streams, held)
        written = _written(settings, audited)
    _tell(settings, audited, time.monotonic() - began)
    for note in written:
        streams.note(note)
    _end(settings, audited)


def _explain(settings: AuditSettings, code: str) -> None:
    lines, document = explained(code)
    print_result(settings, lines, document)


def _run(settings: AuditSettings, streams: Streams, held: ExitStack) -> Audited:
    with progress_sink(streams) as progress:
        from augscore.auditing.against import against_baseline, against_policy, read_baseline
        from augscore.runtime import Interruptions

        gates = _gates(settings)
        _check_files(settings)
        with Interruptions() as flag:
            stopped = _stopping(lambda: flag.stopped_by, settings.budget_s)
            plan = _plan(settings, str(settings.policy), progress, stopped)
            folder = None
            if settings.out is not None and stopped() is None:
                folder = settings.out
                held.enter_context(_claimed(settings, plan, folder))
            baseline = None
            if settings.baseline is not None:
                baseline = read_baseline(settings.baseline, plan)
            watch = _Watch(streams, progress, stopped)
            audited = _audited(plan, gates, folder, watch)
            if baseline is not None and audited.audit.complete:
                return against_baseline(audited, baseline)
            if settings.compare is not None and audited.audit.complete:
                return against_policy(audited, _other(settings, settings.compare, plan, watch))
            return audited


def _stopping(signal: Callable[[], str | None], budget: float | None) -> Callable[[], str | None]:
    """The signal, or "budget" when the seconds are over."""
    began = time.monotonic()

    def stopped() -> str | None:
        over = budget is not None and time.monotonic() - began > budget
        return signal() or ("budget" if over else None)

    return stopped


def _gates(settings: AuditSettings) -> Gates:
    from augscore.auditing.gating.gates import DEFAULT_GATES
    from augscore.auditing.gating.read import read_gates

    return DEFAULT_GATES if settings.gates is None else read_gates(settings.gates)


def _check_files(settings: AuditSettings) -> None:
    from augscore.outputs import check_writable

    check_target(settings.json, "--json", settings.inputs)
    if settings.summary is not None:
        check_writable(settings.summary)


def _plan(
    settings: AuditSettings, policy: str, progress: ProgressSink, stopped: Callable[[], str | None]
) -> AuditPlan:
    from augscore.auditing.plan import plan_audit
    from augscore.measuring.sources import folder_source
    from augscore.strength.scorer import load_scorer

    assert settings.data is not None
    found = _named(policy, settings.allow_code)
    tell_notes(found.policy, settings.streams)
    source = folder_source([settings.data])
    scorer = load_scorer(settings.model, settings.device)
    return plan_audit(found, source, scorer, _options(settings), progress, stopped)


def _named(policy: str, allowed: bool) -> Found:
    """By name, file or code; the folder of a training run stands for the policy that it used."""
    from augscore.engine.found import Found
    from augscore.engine.policies import inspect_policy
    from augscore.training.kept_policy import is_pair_run, policy_of_run

    if is_pair_run(Path(policy)):
        return Found(policy_of_run(Path(policy)))
    return inspect_policy(policy, allow_code=allowed)


def _options(settings: AuditSettings) -> AuditOptions:
    from augscore.auditing.options import AuditOptions, quick_options
    from augscore.images.labels import folder_label, read_labels

    options = AuditOptions(
        images=settings.n,
        op_images=settings.op_images,
        draws=settings.draws,
        levels=settings.levels,
        size=settings.size,
        seed=settings.seed,
        batch_size=settings.batch_size,
        workers=settings.workers,
        max_pixels=settings.max_pixels,
        labels=folder_label if settings.labels is None else read_labels(settings.labels),
    )
    return quick_options(options) if settings.quick else options


def _claimed(
    settings: AuditSettings, plan: AuditPlan, folder: Path
) -> AbstractContextManager[None]:
    from augscore.auditing.audit_folder import claimed_audit

    return claimed_audit(folder, plan, settings.inputs, force=settings.force)


@dataclass(frozen=True)
class _Watch:
    """Where an audit reports to, and what may stop it."""

    streams: Streams
    progress: ProgressSink
    stopped: Callable[[], str | None]

    def note(self, told: Note) -> None:
        self.streams.note(told.text if told.code == "estimate" else f"note: {told.text}")


def _audited(plan: AuditPlan, gates: Gates, folder: Path | None, watch: _Watch) -> Audited:
    from augscore.auditing.api import audit_images
    from augscore.auditing.audit_folder import earlier, journal, to_line
    from augscore.runs.parts import placed

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
        return run(old, lambda entry, place: kept.append(placed(to_line(entry), place)))


def _other(settings: AuditSettings, policy: str, first: AuditPlan, watch: _Watch) -> Audited:
    """The second policy, with the seed and the size of the first."""
    from augscore.auditing.gating.gates import DEFAULT_GATES

    same = replace(settings, seed=first.seed, size=first.size)
    plan = _plan(same, policy, watch.progress, watch.stopped)
    return _audited(plan, DEFAULT_GATES, None, watch)


def _tell(settings: AuditSettings, audited: Audited, seconds: float) -> None:
    from augscore.auditing.report.annotations import to_annotations
    from augscore.auditing.report.summary import append_summary

    audit = audited.audit
    screen = settings.streams.err if settings.json == STDOUT else settings.streams.out
    lines = audit_lines(audit, seconds, _layout(screen))
    print_result(settings, lines, audit.to_json())
    if settings.format == "github":
        file = next((str(path) for path in policy_files(str(settings.policy))), None)
        screen.write([line(text) for text in to_annotations(audit, file)])
    if settings.summary is not None:
        append_summary(settings.summary, audit)
    if told := next_step(audit):
        settings.streams.note(f"Next: {told}")


def _layout(stream: Stream) -> AuditLayout:
    return AuditLayout(stream.width, cut=stream.tty, ellipsis=stream.ellipsis, bars=stream.bars)


def _written(settings: AuditSettings, audited: Audited) -> list[str]:
    """Write every file that was asked for; → a note for each."""
    notes = []
    if settings.out is not None and audited.table.records:
        from augscore.auditing.publish import Wanted, publish

        wanted = Wanted(settings.html, settings.thumbnails, not settings.anonymous)
        names = publish(settings.out, audited, wanted)
        notes.append(f"wrote {shown_path(settings.out)}: {', '.join(names)}")
    return notes


def _end(settings: AuditSettings, audited: Audited) -> None:
    from augscore.auditing.gating.verdict import exit_code

    audit = audited.audit
    if audit.stopped_by in ("SIGINT", "SIGTERM"):
        raise click.exceptions.Exit(stop_code(audit.stopped_by))
    code = exit_code(audit)
    if code != Exit.DONE:
        raise click.exceptions.Exit(code)
