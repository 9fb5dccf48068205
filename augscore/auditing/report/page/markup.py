"""HTML from literals and values: what is put in is text, unless it is markup already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import LiteralString

from markupsafe import Markup

from augscore.outputs import printable

NOTHING = Markup("")


def fill(template: LiteralString, *values: object) -> Markup:
    """`template` with every `{}` filled: markup as it is, all else escaped, quotes too, and
    without control or bidirectional characters."""
    safe = (value if isinstance(value, Markup) else printable(str(value)) for value in values)
    return Markup(template).format(*safe)  # noqa: S704 - literals alone, mypy holds callers to it


def shortened(text: str, most: int = 600) -> str:
    """A message of another library may be as long as it likes; the rest is in report.json."""
    return text if len(text) <= most else text[: most - 1] + "…"


def more_in_report(count: int) -> Markup:
    """What a list leaves out; nothing where that is nothing."""
    if count <= 0:
        return NOTHING
    return fill('<p class="note">{} more in report.json.</p>', f"{count:,}")


def joined(parts: Iterable[Markup]) -> Markup:
    return NOTHING.join(parts)


def section(name: LiteralString, title: LiteralString, *parts: Markup) -> Markup:
    """A landmark of the page: `name` is its id, `title` its heading."""
    return fill(
        '<section id="{}" aria-labelledby="{}-title"><h2 id="{}-title">{}</h2>{}</section>\n',
        *(name, name, name, title),
        joined(parts),
    )


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """Rows whose first cell names them. It scrolls by itself where the page is too narrow."""
    head = joined(fill('<th scope="col">{}</th>', name) for name in heads)
    body = joined(_row(cells) for cells in rows)
    return fill(
        '<div class="wide" role="region" tabindex="0" aria-label="{}"><table><caption>{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        *(caption, caption, head, body),
    )


def _row(cells: Sequence[object]) -> Markup:
    first = fill('<th scope="row">{}</th>', cells[0])
    return fill("<tr>{}{}</tr>", first, joined(fill("<td>{}</td>", cell) for cell in cells[1:]))


def as_numbers(
    summary: str, caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]]
) -> Markup:
    """The table behind a chart, folded away."""
    return fill("<details><summary>{}</summary>{}</details>", summary, table(caption, heads, rows))


def chip(kind: str, word: str) -> Markup:
    """A word that is also told by its look: `kind` is a class of the style sheet."""
    return fill('<span class="chip {}">{}</span>', kind, word)
