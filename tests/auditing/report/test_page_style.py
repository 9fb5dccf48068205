"""The style sheet: text that can be read, light and dark, by the formula of WCAG 2.2."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

import augscore.auditing.report.page as package

STYLE = (Path(package.__file__).parent / "page.css").read_text(encoding="utf-8")
TEXT = ("ink", "faint", "link", "fail", "warn", "info", "pass")
GROUNDS = ("paper", "tile", "fail-wash", "warn-wash", "info-wash", "pass-wash")
CHIPS = ("fail", "warn", "info", "pass")
SERIES = tuple(f"series-{n}" for n in range(8))


def colours(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark))
    return found


def contrast(one: str, other: str) -> float:
    a, b = sorted((luminance(one), luminance(other)))
    return (b + 0.05) / (a + 0.05)


def luminance(colour: str) -> float:
    values = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_formula_knows_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast_on_every_ground(scheme: str) -> None:
    known = colours(scheme)
    pairs = [*product(TEXT, GROUNDS), *(("on", chip) for chip in CHIPS)]
    assert {p: contrast(known[p[0]], known[p[1]]) for p in pairs if _weak(known, p, 4.5)} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_and_lines_of_curves_stand_out(scheme: str) -> None:
    known = colours(scheme)
    pairs = list(product(SERIES, ["paper"]))
    assert {p: contrast(known[p[0]], known[p[1]]) for p in pairs if _weak(known, p, 4.5)} == {}


def _weak(known: dict[str, str], pair: tuple[str, str], least: float) -> bool:
    return contrast(known[pair[0]], known[pair[1]]) < least


def test_every_colour_has_a_dark_twin() -> None:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    names = [set(re.findall(r"--([\w-]+): #", block)) for block in (light, dark)]
    assert names[0] == names[1]


def test_every_colour_that_is_used_is_defined() -> None:
    defined = set(re.findall(r"--([\w-]+):", STYLE))
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLE)) - defined == set()
