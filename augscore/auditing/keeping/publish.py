"""Every file of a report, the page and report.json last."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from augscore.auditing.api import Audited
from augscore.auditing.audit import Audit
from augscore.auditing.keeping.anonymous import anonymous
from augscore.auditing.keeping.audit_folder import (
    COMMENT,
    CURVES,
    GALLERY,
    JUNIT,
    MEASUREMENTS,
    PAGE,
    REPORT,
    remove_parts,
)
from augscore.auditing.report.curves_figure import curves_png
from augscore.auditing.report.gallery_figure import gallery_png
from augscore.auditing.report.junit import to_junit
from augscore.auditing.report.markdown import to_markdown
from augscore.auditing.report.page.document import to_html
from augscore.auditing.report.picture import Picture, picture_of
from augscore.outputs import write_bytes, write_json, write_text


@dataclass(frozen=True)
class Wanted:
    """Which files: the page, small pictures of the images, names of files."""

    html: bool = True
    thumbnails: bool = True
    names: bool = True


def publish(folder: Path, audited: Audited, wanted: Wanted) -> list[str]:
    """→ the names of the files, in the order in which they are written.

    Of a finished audit the parts of several processes are removed and, without names, the
    measurements, since they hold them.
    """
    audit = published(audited, wanted)
    pictures = _pictures(audited) if wanted.thumbnails and wanted.names else ()
    names = [COMMENT, JUNIT]
    write_text(folder / COMMENT, to_markdown(audit))
    write_text(folder / JUNIT, to_junit(audit))
    names += _pngs(folder, audited, pictures)
    if wanted.html:
        write_text(folder / PAGE, to_html(audit, pictures))
        names.append(PAGE)
    write_json(folder / REPORT, audit.to_json())
    if audit.complete:
        remove_parts(folder)
        if not wanted.names:
            (folder / MEASUREMENTS).unlink(missing_ok=True)
    return [*names, REPORT]


def published(audited: Audited, wanted: Wanted) -> Audit:
    """The audit as it may be told, on the screen and in every file."""
    return audited.audit if wanted.names else anonymous(audited.audit, audited.table.records)


def _pictures(audited: Audited) -> tuple[Picture, ...]:
    return tuple(
        picture_of(one.example, one.original, one.view, one.finding) for one in audited.shown
    )


def _pngs(folder: Path, audited: Audited, pictures: tuple[Picture, ...]) -> list[str]:
    made = {CURVES: curves_png(audited.audit), GALLERY: gallery_png(pictures)}
    for name, data in made.items():
        if data is not None:
            write_bytes(folder / name, data)
    return [name for name, data in made.items() if data is not None]
