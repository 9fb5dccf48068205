"""Section: how it was measured, and the command that measures it again."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup

from augscore.auditing.audit import Audit
from augscore.auditing.report.page.markup import (
    NOTHING,
    fill,
    joined,
    more_in_report,
    section,
    table,
)
from augscore.auditing.report.page.numbers import number

MOST_SKIPPED = 50


def method(audit: Audit) -> Markup:
    return section(
        "method",
        "How it was measured",
        fill('<p>The same again:</p><pre tabindex="0"><code>{}</code></pre>', command(audit)),
        fill('<div class="columns">{}</div>', joined(_list(*block) for block in _blocks(audit))),
        _tree(audit.policy.tree),
        _skipped(audit),
    )


def command(audit: Audit) -> str:
    """From what the report knows: names stand for the paths of the user's own files."""
    design = audit.design
    words = ["augscore", "audit", audit.policy.name]
    words += ["--data", audit.data.root] if audit.data.root else []
    words += ["--model", design.model.rpartition(" ")[0] or design.model]
    words += ["--n", str(design.images), "--draws", str(design.draws)]
    words += ["--op-images", str(design.op_images), "--levels", str(design.levels)]
    words += ["--size", str(audit.data.size), "--seed", str(design.seed)]
    return shlex.join(words)


def _blocks(audit: Audit) -> Iterable[tuple[str, Sequence[tuple[str, object]]]]:
    data, design, scale = audit.data, audit.design, audit.scale
    yield (
        "Policy",
        (
            ("name", audit.policy.name),
            ("source", audit.policy.source),
            ("library", audit.policy.library),
            ("sha256", audit.policy.sha256),
        ),
    )
    yield (
        "Images",
        (
            ("found", f"{data.found:,}"),
            ("measured", f"{data.measured:,}"),
            ("at every level", f"{data.probed:,}"),
            ("skipped", f"{data.skipped:,}"),
            ("ignored", f"{data.ignored:,}"),
            ("classes", data.classes),
            ("size", f"{data.size} px"),
            ("list", data.fingerprint),
        ),
    )
    yield (
        "Design",
        (
            ("seed", design.seed),
            ("views an image", design.draws),
            ("levels a magnitude", design.levels),
            ("intervals", f"{design.interval}, {design.resamples:,} resamples of images"),
            ("alpha", number(design.alpha)),
            ("reading", design.reading),
            ("model", design.model),
            ("model sha256", design.model_sha256),
        ),
    )
    yield (
        "Scale of your data",
        (
            ("floor, strength", number(scale.floor_strength)),
            ("floor, pixel RMS", number(scale.floor_rms)),
            ("unrelated images, strength", number(scale.unrelated_strength)),
            ("unrelated images, pixel RMS", number(scale.unrelated_rms)),
        ),
    )
    yield "Versions", _versions(audit.tool, design.device)


def _versions(tool: Mapping[str, str | None], device: str) -> list[tuple[str, object]]:
    return [*((name, value) for name, value in tool.items() if value), ("device", device)]


def _list(title: str, pairs: Sequence[tuple[str, object]]) -> Markup:
    rows = joined(
        fill("<div><dt>{}</dt><dd>{}</dd></div>", name, value)
        for name, value in pairs
        if value not in (None, "")
    )
    return fill('<div><h3>{}</h3><dl class="pairs">{}</dl></div>', title, rows)


def _tree(lines: Sequence[str]) -> Markup:
    if not lines:
        return NOTHING
    return fill(
        "<details><summary>The policy, step by step</summary>"
        '<pre tabindex="0"><code>{}</code></pre></details>',
        joined(fill("{}\n", line) for line in lines),
    )


def _skipped(audit: Audit) -> Markup:
    data = audit.data
    if not data.skipped:
        return NOTHING
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in data.skipped_by_reason.items())
    shown = data.skipped_files[:MOST_SKIPPED]
    rows = [tuple(file.get(key, "") for key in ("path", "reason", "detail")) for file in shown]
    return fill(
        "<details><summary>{} skipped: {}</summary>{}{}</details>",
        *(f"{data.skipped:,}", reasons),
        table("Files that were skipped", ("File", "Reason", "Detail"), rows),
        more_in_report(len(data.skipped_files) - len(shown)),
    )
