"""Colours, widths, encodings, names."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore_cli.colour import colour_wanted
from augscore_cli.lines import Span, cells, line, pack, plain, shortened, table
from augscore_cli.names import shown, shown_path
from augscore_cli.render import write_coloured
from augscore_cli.streams import open_streams

Child = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("choice", "environment", "tty", "wanted"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("never", {"FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1", "TERM": "dumb"}, False, True),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, False, False),
        ("auto", {"FORCE_COLOR": "0"}, True, True),
        ("auto", {"FORCE_COLOR": ""}, False, False),
        ("auto", {"CLICOLOR_FORCE": "1"}, False, True),
        ("auto", {"CLICOLOR_FORCE": "0"}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"TERM": "dumb", "FORCE_COLOR": "1"}, False, True),
        ("auto", {"TERM": "xterm"}, False, False),
    ],
)
def test_colour_table(choice: str, environment: dict[str, str], tty: bool, wanted: bool) -> None:
    assert colour_wanted(choice, environment, is_terminal=tty) is wanted


@pytest.mark.parametrize("name", ["NO_COLOR", "FORCE_COLOR"])
def test_rich_does_not_decide_itself(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Coloured means coloured, whatever the variables say; the caller has read them."""
    monkeypatch.setenv(name, "0")
    file = io.StringIO()
    write_coloured(file, [line("a ", Span("b", "warn"))])
    assert file.getvalue() == "a \x1b[1;33mb\x1b[0m\n"


def test_names_are_no_markup_and_lines_are_not_wrapped() -> None:
    file = io.StringIO()
    text = "[bold]x[/bold] :smile: " + "w" * 300 + " 12"
    write_coloured(file, [line(text)])
    assert file.getvalue() == text + "\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a\nb.jpg", "a\\x0ab.jpg"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("[/bold].jpg", "[/bold].jpg"),
        ("😀.jpg", "😀.jpg"),
        ("a\\b'\"<script>", "a\\b'\"<script>"),
        ("\x85\u2028", "\\x85\\u2028"),
    ],
)
def test_hostile_names(name: str, expected: str) -> None:
    assert shown(name) == expected


def test_undecodable_bytes_are_shown() -> None:
    text = shown_path(Path(os.fsdecode(b"\xff.jpg")))
    text.encode()
    assert text.endswith(".jpg")


@given(st.text())
def test_shown_text_stays_on_its_line(text: str) -> None:
    result = shown(text)
    assert len(result.splitlines()) <= 1
    assert "\x1b" not in result
    result.encode()


@given(st.text(alphabet=st.characters(categories=["L", "N"])), st.integers(4, 40))
def test_shortened_fits_and_keeps_the_end(text: str, width: int) -> None:
    result = shortened(text, width, "…")
    assert cells(result) <= width
    assert text.endswith(result.removeprefix("…"))
    assert shortened(text, None, "…") == text


@given(st.lists(st.text("abc/.", min_size=1, max_size=30), min_size=1), st.integers(20, 90))
def test_packing_loses_nothing(items: list[str], width: int) -> None:
    rows = [plain(row) for row in pack("label  ", items, width)]
    assert " ".join(rows).split() == ["label", *items]
    for row in rows:
        assert cells(row) <= width or len(row.split()) <= 2
    assert all(row.startswith(" " * 7) for row in rows[1:])


def test_tables_align_wide_characters() -> None:
    rows = table([["漢字", "1"], ["a", "22"]])
    assert [cells(row) for row in rows] == [9, 9]
    assert rows[1].endswith("22")


def test_streams_are_looked_up_when_written(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = open_streams("never", "auto", quiet=False)
    replacement = io.StringIO()
    monkeypatch.setattr(sys, "stderr", replacement)
    streams.note("a\nb\x1b")
    assert replacement.getvalue() == "a\nb\\x1b\n"


def test_quiet_drops_notes(capsys: pytest.CaptureFixture[str]) -> None:
    open_streams("never", "auto", quiet=True).note("a")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("encoding", "ellipsis"), [("utf-8", "…"), ("ascii", "...")])
def test_ellipsis_of_the_encoding(
    encoding: str, ellipsis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert open_streams("auto", "auto", quiet=False).out.ellipsis == ellipsis


def test_an_ascii_stream_takes_any_text(child: Child) -> None:
    run = child("policy", "show", "polic\u00fd-\u6f22", env={"PYTHONIOENCODING": "ascii"})
    assert run.returncode == 2
    assert "\\u6f22" in run.stderr
