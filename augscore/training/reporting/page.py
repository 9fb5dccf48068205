"""The page at the end of a run: one HTML file that holds its curves and settings, and loads
nothing from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from augscore.outputs import printable, write_text
from augscore.training.reporting.figure import number, panel_svg
from augscore.training.reporting.log_row import LogRow
from augscore.training.reporting.page_style import STYLE
from augscore.training.reporting.panels import Panel, absent_from, panels_of

Table = Sequence[tuple[str, str]]


def write_page(
    path: Path, title: str, config_rows: Table, rows: Sequence[LogRow], result: Table
) -> None:
    """Write the page of a run.

    `title` says what was trained on what; `config_rows` (key, value) every resolved setting, in
    the order to show; `result` (name, value with unit) the final numbers, the foremost first.
    Raises as `outputs.write_text`.
    """
    write_text(path, page_html(title, config_rows, rows, result))


def page_html(title: str, config_rows: Table, rows: Sequence[LogRow], result: Table) -> str:
    """The text of the page."""
    notes = [*absent_from(rows), *_lost(rows)]
    parts = [
        f"<header><h1>{_text(title)}</h1><p>{_text(_progress(rows))}</p></header>",
        _tiles(result),
        '<section class="panels">',
        *(_figure(panel, i) for i, panel in enumerate(panels_of(rows))),
        "</section>",
        *(f'<p class="note">{_text(note)}</p>' for note in notes),
        _looks(rows),
        _settings(config_rows),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _progress(rows: Sequence[LogRow]) -> str:
    if not rows:
        return "No rows of metrics yet."
    last = rows[-1]
    return f"Step {last.step:,} of {last.steps:,}, epoch {number(last.epoch)}"


def _tiles(result: Table) -> str:
    if not result:
        return ""
    tiles = (f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in result)
    return f'<dl class="result">{"".join(tiles)}</dl>'


def _figure(panel: Panel, place: int) -> str:
    unit = f" <small>{_text(panel.unit)}</small>" if panel.unit else ""
    caption = f'<p class="caption">{_text(panel.caption)}</p>' if panel.caption else ""
    ends = ", ".join(f"{curve.name} {number(curve.y[-1])}" for curve in panel.curves)
    svg = panel_svg(panel, f"f{place}")
    label = _text(f"{panel.title}, at the end: {ends}")
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    return f"<figure><h2>{_text(panel.title)}{unit}</h2>{svg}{caption}</figure>"


def _lost(rows: Sequence[LogRow]) -> list[str]:
    counts = {
        "whose loss or readings were not finite": sum(row.not_finite for row in rows),
        "with nothing to weigh by, which took equal weights": sum(row.fallbacks for row in rows),
    }
    return [f"Batches {what}: {n:,}." for what, n in counts.items() if n]


def _looks(rows: Sequence[LogRow]) -> str:
    """What each evaluation found, for those who want the numbers."""
    looks = [row for row in rows if row.knn is not None or row.rankme is not None]
    if not looks:
        return ""
    heads = ("epoch", "k-NN [%]", "95 % interval", "spread", "rank", "rank, centred")
    lines = [
        (
            number(row.epoch),
            _maybe(row.knn),
            "–" if row.knn_low is None else f"{_maybe(row.knn_low)} … {_maybe(row.knn_high)}",
            _maybe(row.embedding_std),
            _maybe(row.rankme),
            _maybe(row.rankme_centred),
        )
        for row in looks
    ]
    head = "".join(f'<th scope="col">{_text(name)}</th>' for name in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in cells)}</tr>" for cells in lines
    )
    return (
        '<details><summary>Evaluations as numbers</summary><div class="wide">'
        f'<table class="numbers"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        "</div></details>"
    )


def _settings(config_rows: Table) -> str:
    if not config_rows:
        return ""
    body = "".join(
        f'<tr><th scope="row">{_text(key)}</th><td>{_text(value)}</td></tr>'
        for key, value in config_rows
    )
    return f'<h2>Settings</h2><table class="settings"><tbody>{body}</tbody></table>'


def _maybe(value: float | None) -> str:
    return "–" if value is None else number(value)


def _text(text: str) -> str:
    return escape(printable(text))
