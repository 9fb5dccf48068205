"""The page of a run: whole, self-contained, and safe whatever names it shows."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from augscore.training.reporting.log_row import LogRow
from augscore.training.reporting.page import page_html, write_page

ROWS = [
    LogRow(step=5 * i, steps=20, epoch=float(i), loss=5.0 / i, network_share=1.0)
    for i in range(1, 5)
]
LOOK = replace(ROWS[-1], knn=61.5, knn_low=60.25, knn_high=62.75, embedding_std=0.9)
CONFIG = [("method", "simclr"), ("data", "<b>&'\"\u202e.jpg")]
RESULT = [("k-NN accuracy", "61.5 %"), ("loss", "1.25")]


class _Reader(HTMLParser):
    """Every tag closed in order; the links that would load something, and the text."""

    _VOID = frozenset(["meta", "br", "hr", "img", "link", "input"])

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [v for k, v in attrs if k in ("src", "href", "xlink:href") and v]
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self._VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_is_whole_and_loads_nothing(tmp_path: Path) -> None:
    write_page(tmp_path / "report.html", "SimCLR on cats", CONFIG, [*ROWS, LOOK], RESULT)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    read = _Reader(html)
    assert not read.open
    assert all(link.startswith("#") for link in read.loads)
    assert "http" not in html
    assert "@import" not in html
    assert "url(" not in html.replace("url(#", "")
    assert "script" not in read.tags


def test_it_tells_title_result_settings_and_every_evaluation() -> None:
    text = " ".join(_Reader(page_html("SimCLR on cats", CONFIG, [*ROWS, LOOK], RESULT)).text)
    for part in ("SimCLR on cats", "Step 20 of 20", "61.5 %", "method", "60.2 … 62.8"):
        assert part in text


def test_the_table_of_evaluations_has_no_row_for_steps_without_one() -> None:
    """Every row knows the spread of its batch."""
    rows = [replace(row, embedding_std=0.5) for row in ROWS]
    ranked = replace(LOOK, knn=None, knn_low=None, knn_high=None, rankme=31.0)
    numbers = page_html("SimCLR", [], [*rows, LOOK, ranked], [])
    assert numbers.partition('class="numbers"')[2].count("<tr>") == 1 + 2
    assert 'class="numbers"' not in page_html("SimCLR", [], rows, [])


def test_text_of_others_is_shown_and_never_obeyed() -> None:
    title = "</title><script>alert(1)</script>"
    html = page_html(title, CONFIG, ROWS, [(title, title)])
    assert "<script" not in html
    assert title in " ".join(_Reader(html).text)
    assert "\u202e" not in html


def test_each_panel_has_words_for_those_who_cannot_see_it() -> None:
    html = page_html("t", CONFIG, ROWS, RESULT)
    assert html.count('role="img" aria-label="') == html.count("<svg") == 2
    assert 'aria-label="Loss, at the end: loss 1.25"' in html


def test_lost_batches_are_told() -> None:
    rows = [replace(ROWS[0], not_finite=2), replace(ROWS[1], not_finite=1, fallbacks=4)]
    html = page_html("t", (), rows, ())
    assert "not finite: 3." in html
    assert "equal weights: 4." in html
    assert "not finite" not in page_html("t", (), ROWS, ())


@pytest.mark.parametrize("rows", [[], ROWS[:1], [replace(ROWS[0], loss=None)]])
def test_a_run_with_little_to_tell_has_a_page(rows: list[LogRow]) -> None:
    assert not _Reader(page_html("t", (), rows, ())).open
