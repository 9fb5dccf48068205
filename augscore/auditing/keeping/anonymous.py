"""An audit without the names of files: images are called by their ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from augscore.auditing.audit import Audit
from augscore.auditing.table import ImageRecord
from augscore.keys import ImageId


def anonymous(audit: Audit, records: Sequence[ImageRecord]) -> Audit:
    """The same numbers; no example, no evidence, no skipped file has a name of the user's."""
    names: dict[ImageId, ImageId] = {r.id: f"image {r.place + 1}" for r in records}
    return replace(
        audit,
        data=replace(audit.data, root=None, skipped_files=_unnamed(audit.data.skipped_files)),
        findings=tuple(
            replace(f, images=tuple(names.get(image, "image") for image in f.images))
            for f in audit.findings
        ),
        examples=tuple(
            replace(e, image=names.get(e.image, "image"), command="") for e in audit.examples
        ),
    )


def _unnamed(files: Sequence[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    return tuple(
        {"path": f"file {n}", "reason": file["reason"], "detail": ""}
        for n, file in enumerate(files, start=1)
    )
