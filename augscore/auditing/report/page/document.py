"""An audit as one HTML file: it loads nothing, says everything without scripts, and runs no text
of the user's."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup

from augscore.auditing.audit import Audit
from augscore.auditing.report.headline import word
from augscore.auditing.report.page.comparison import comparison
from augscore.auditing.report.page.curves import curves
from augscore.auditing.report.page.distribution import distribution
from augscore.auditing.report.page.findings import findings
from augscore.auditing.report.page.full_table import full_table
from augscore.auditing.report.page.gallery import gallery
from augscore.auditing.report.page.gates import gates
from augscore.auditing.report.page.limits import limits
from augscore.auditing.report.page.markup import NOTHING, fill, joined
from augscore.auditing.report.page.method import method
from augscore.auditing.report.page.overview import overview
from augscore.auditing.report.page.thumbnails import fitting
from augscore.auditing.report.page.verdict import verdict
from augscore.auditing.report.picture import Picture

MOST_BYTES = 5_000_000
"""Of the page; pictures are left out until it is that small."""
PLACES = (
    ("findings", "Findings"),
    ("operations", "Operations"),
    ("curves", "Curves"),
    ("distribution", "Distribution"),
    ("gallery", "Views"),
    ("gates", "Gates"),
    ("comparison", "Changes"),
    ("method", "Method"),
    ("table", "All numbers"),
)


def to_html(audit: Audit, pictures: Sequence[Picture], most_bytes: int = MOST_BYTES) -> str:
    """The page; the same audit and pictures give the same text.

    `pictures` of a finding go to it, all others to the gallery, beside the example of theirs in
    `audit.examples`. Where they are too many, the last of every group are left out first.
    """
    bare = _page(audit, (), len(pictures))
    kept = fitting(pictures, most_bytes - len(bare.encode()))
    return _page(audit, kept, len(pictures) - len(kept))


def _page(audit: Audit, pictures: Sequence[Picture], left_out: int) -> str:
    style, script = _inline("page.css"), _inline("page.js")
    body = _body(audit, pictures, left_out)
    page = fill(
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="generator" content="augscore">\n<title>{}</title>\n<style>{}</style>\n'
        "</head>\n<body>\n{}<script>{}</script>\n</body>\n</html>\n",
        _content_policy(style, script),
        f"{word(audit)}: {audit.policy.name} – augscore audit",
        *(style, body, script),
    )
    return str(page)


def _content_policy(style: str, script: str) -> str:
    """Nothing from anywhere but the pictures inside and these very texts."""
    return (
        f"default-src 'none'; img-src data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode("ascii")


def _inline(name: str) -> Markup:
    """A file beside this one. Neither style nor script holds user data or an end tag."""
    return Markup(files(__package__).joinpath(name).read_text("utf-8"))  # noqa: S704


def _body(audit: Audit, pictures: Sequence[Picture], left_out: int) -> Markup:
    sections = [
        findings(audit, pictures),
        overview(audit),
        curves(audit),
        distribution(audit),
        gallery(audit, pictures, left_out),
        gates(audit),
        comparison(audit),
        method(audit),
        full_table(audit),
    ]
    return fill(
        '<a class="skip" href="#verdict">Skip to the verdict</a>\n'
        '<header class="top"><p class="brand"><b>augscore</b> audit</p>{}</header>\n'
        '<main>\n<div class="first">{}{}</div>\n{}</main>\n'
        "<footer><p>Made by augscore {}. This file holds everything that it shows and loads "
        'nothing.</p></footer>\n<p id="tip" role="status" hidden></p>\n',
        *(_contents(sections), verdict(audit), limits(audit), joined(sections)),
        audit.tool.get("version") or "",
    )


def _contents(sections: Sequence[Markup]) -> Markup:
    """Links to the sections that there are."""
    there = [place for place, shown in zip(PLACES, sections, strict=True) if shown]
    items = joined(fill('<li><a href="#{}">{}</a></li>', name, title) for name, title in there)
    return fill('<nav aria-label="Sections"><ul>{}</ul></nav>', items) if there else NOTHING
