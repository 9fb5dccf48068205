"""A panel as inline SVG: labels apart, colours of the page, nothing left behind in matplotlib."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore.training.reporting.figure import VARIABLES, number, panel_svg, spread
from augscore.training.reporting.panels import Curve, Panel

LINES = Panel(
    "A",
    "m",
    "",
    (
        Curve("one", (0.0, 1.0, 2.0), (1.0, 2.0, 2.0), ((0.0, 2.0), (1.0, 3.0), (1.5, 2.5))),
        Curve("two", (0.0, 1.0, 2.0), (1.0, 1.5, 2.01)),
    ),
    limit=(0.5, "least"),
)
STACK = Panel(
    "B", "%", "", (Curve("a", (0.0, 1.0), (30.0, 40.0)), Curve("b", (0.0, 1.0), (70.0, 60.0))),
    stacked=True, lowest=0.0, highest=100.0,
)  # fmt: skip
POINT = Panel("C", "", "", (Curve("only", (1.0,), (0.0,)),), lowest=0.0)


@pytest.mark.parametrize("panel", [LINES, STACK, POINT])
def test_the_picture_is_well_formed_and_takes_its_colours_from_the_page(panel: Panel) -> None:
    svg = panel_svg(panel, "p")
    root = ElementTree.fromstring(svg.replace("xlink:href", "href"))
    assert root.get("viewBox")
    assert root.get("width") is None
    assert "http" not in svg
    assert not re.findall(r"(?:fill|stroke): #[0-9a-f]{6}", svg)
    assert f"var({VARIABLES['#0072b2']})" in svg


def test_ids_are_those_of_the_prefix_and_every_reference_is_met() -> None:
    svg = panel_svg(LINES, "p7")
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert all(name.startswith("p7-") for name in ids)
    assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg)) <= set(ids)


def test_the_same_panel_gives_the_same_text_and_leaves_settings_alone() -> None:
    before = dict(matplotlib.rcParams)
    assert panel_svg(LINES, "p") == panel_svg(LINES, "p")
    assert dict(matplotlib.rcParams) == before


def test_pyplot_is_never_imported() -> None:
    code = (
        "import sys, augscore.training.reporting.page; sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode == 0


@given(st.lists(st.floats(-1, 2), max_size=8), st.floats(0.01, 0.1))
def test_labels_are_a_gap_apart_within_the_panel(places: list[float], gap: float) -> None:
    moved = spread(sorted(places), gap, 0.0, 1.0)
    assert all(b - a >= gap - 1e-9 for a, b in pairwise(moved))
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in moved)


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([0.2, 0.5, 0.8], 0.1, 0.0, 1.0) == [0.2, 0.5, 0.8]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (83.44, "83.4"), (1808.4, "1,808"), (-0.5, "−0.5"), (2.2e-7, "2.2e−07")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text
