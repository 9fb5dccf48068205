"""What findings mean, as `augscore audit --explain` prints it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from .gates_page import EXAMPLE, WORD, gates_page
from .lines import Line, Span, line, pack

if TYPE_CHECKING:
    from augscore.auditing.findings.record import Page

ALL = "all"
WIDTH = 78
_GROUPS = {
    "exact": "Facts, exact",
    "shape": "The shape of curves",
    "size": "Sizes",
    "opinion": "Opinions",
}


def explained(code: str) -> tuple[list[Line], dict[str, object]]:
    """The page of a finding as lines and as a document; `all` lists every kind with its title,
    `gates` is a file of gates that says everything.

    Raises UsageError (`usage`) for a code that there is not.
    """
    from augscore.auditing.findings.catalogue import CATALOGUE, page_of

    if code.lower() == WORD:
        return gates_page(), {"example": EXAMPLE}
    if code.lower() == ALL:
        pages = [kind.page for kind in CATALOGUE]
        return _list(pages), {"findings": [_document(page) for page in pages]}
    page = page_of(code)
    return _page(page), _document(page)


def _document(page: Page) -> dict[str, object]:
    return {
        "code": page.code,
        "level": page.level,
        "group": page.group,
        "title": page.title,
        "means": page.means,
        "measured": page.measured,
        "remedy": page.remedy,
    }


def _page(page: Page) -> list[Line]:
    level = Span(page.level, page.level if page.level != "info" else "")
    head = line(Span(page.code, "strong"), f": {page.title}   level ", level)
    parts = (
        ("What it means", page.means),
        ("How it is measured", page.measured),
        ("What to do", page.remedy),
    )
    lines = [head]
    for title, text in parts:
        lines += [line(), line(Span(title, "strong"))]
        lines += [line(row) for row in textwrap.wrap(text, WIDTH, break_on_hyphens=False)]
    return lines


def _list(pages: list[Page]) -> list[Line]:
    widest = max(len(page.code) for page in pages)
    lines: list[Line] = []
    for group, title in _GROUPS.items():
        lines.append(line(Span(title, "strong")))
        for page in pages:
            if page.group == group:
                label = f"  {page.code:<{widest}}  {page.level}  "
                lines += pack(label, page.title.split(), WIDTH, gap=" ")
    return lines
