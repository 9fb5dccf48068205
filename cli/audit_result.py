"""What becomes of an audit that was made: the screen, the files, the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .audit_next import next_step
from .audit_screen import audit_lines
from .audit_table import AuditLayout
from .exits import Exit, stop_code
from .lines import line
from .names import shown_path
from .options import Settings
from .policy_source import policy_files
from .results import STDOUT, print_result
from .streams import Stream

if TYPE_CHECKING:
    from augscore.auditing.api import Audited
    from augscore.auditing.audit import Audit
    from augscore.auditing.keeping.publish import Wanted


@dataclass(frozen=True)
class Telling:
    """Where to: a folder, annotations for a workflow, the summary of a job; `policy` as named,
    `again` the command of the audit without its outputs, empty where there is none."""

    out: Path | None
    wanted: Wanted
    format: str
    summary: Path | None
    policy: str
    again: str = ""


def told(settings: Settings, telling: Telling, audited: Audited, seconds: float) -> None:
    """Write every file, print, and end with the verdict's exit code."""
    from augscore.auditing.keeping.publish import published

    notes = _written(telling, audited)
    _tell(settings, telling, published(audited, telling.wanted), seconds)
    for note in notes:
        settings.streams.note(note)
    _end(audited.audit)


def _written(telling: Telling, audited: Audited) -> list[str]:
    """→ a note for each."""
    if telling.out is None or not audited.table.records:
        return []
    from augscore.auditing.keeping.publish import publish

    names = publish(telling.out, audited, telling.wanted)
    return [f"wrote {shown_path(telling.out)}: {', '.join(names)}"]


def _tell(settings: Settings, telling: Telling, audit: Audit, seconds: float) -> None:
    from augscore.auditing.report.annotations import to_annotations
    from augscore.auditing.report.summary import append_summary

    streams = settings.streams
    screen = streams.err if settings.json == STDOUT else streams.out
    print_result(settings, audit_lines(audit, seconds, _layout(screen)), audit.to_json())
    if telling.format == "github":
        file = next((str(path) for path in policy_files(telling.policy)), None)
        screen.write([line(text) for text in to_annotations(audit, file)])
    if telling.summary is not None:
        append_summary(telling.summary, audit)
    if told := next_step(audit, telling.again, telling.out):
        streams.note(told)


def _layout(stream: Stream) -> AuditLayout:
    return AuditLayout(stream.width, cut=stream.tty, ellipsis=stream.ellipsis, bars=stream.bars)


def _end(audit: Audit) -> None:
    from augscore.auditing.gating.verdict import exit_code

    if audit.stopped_by in ("SIGINT", "SIGTERM"):
        raise click.exceptions.Exit(stop_code(audit.stopped_by))
    code = exit_code(audit)
    if code != Exit.DONE:
        raise click.exceptions.Exit(code)
