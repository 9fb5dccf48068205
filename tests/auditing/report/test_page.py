"""The page: valid, whole without scripts, and deaf to what names say."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinyhtml5.parser import HTMLParser

from augscore.auditing.audit import Audit
from augscore.auditing.report.headline import reason
from augscore.auditing.report.limits import LIMITS
from augscore.auditing.report.page.document import MOST_BYTES, to_html
from augscore.auditing.report.picture import Picture
from tests.auditing.report import example, example_ops, example_pictures

ATTACKS = (
    "</style><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onerror='x",
    "-->",
    "{}{0}{self}",
    "&lt;b&gt;",
    "\u202egpj.exe",
    "\udcff\x00\x1b[31m",
    "</svg><img src=x onerror=alert(1)>",
)
SVG = "{http://www.w3.org/2000/svg}"


def parsed(page: str) -> Element:
    """The tree that a browser makes of it. Fails where the text has a mistake."""
    parser = HTMLParser(namespace_html_elements=False)
    tree = parser.parse(page)
    assert parser.errors == []
    assert isinstance(tree, Element)
    return tree


def tag(element: Element) -> str:
    return str(element.tag).removeprefix(SVG)


def text_of(element: Element) -> str:
    return "".join(element.itertext())


def all_of(tree: Element, name: str) -> list[Element]:
    return [element for element in tree.iter() if tag(element) == name]


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return example_pictures.pictures()


@pytest.fixture(scope="module")
def page(pictures: list[Picture]) -> str:
    return to_html(example.full(), pictures)


@pytest.fixture(scope="module")
def tree(page: str) -> Element:
    return parsed(page)


def test_it_is_valid_and_its_links_lead_somewhere(tree: Element) -> None:
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    links = [link.get("href") or "" for link in all_of(tree, "a")]
    assert len(links) > 20
    assert {link for link in links if link.removeprefix("#") not in ids} == set()
    assert tree.get("lang") == "en"
    assert text_of(all_of(tree, "title")[0]) == "FAIL: contrastive-96 – augscore audit"


def test_a_reader_who_does_not_see_is_told_everything(tree: Element) -> None:
    assert all(image.get("alt") for image in all_of(tree, "img"))
    outer = [
        svg
        for svg in all_of(tree, "svg")
        if "spread" not in (svg.get("class") or "")  # a part of the picture around it
    ]
    named = [svg for svg in outer if svg.get("role") == "img" and svg.get("aria-label")]
    assert {id(svg) for svg in outer if svg.get("aria-hidden") != "true"} == {id(s) for s in named}
    assert len(all_of(tree, "h1")) == 1
    landmarks = {name: len(all_of(tree, name)) for name in ("main", "nav", "footer")}
    assert landmarks == {"main": 1, "nav": 1, "footer": 1}


def test_headings_skip_no_level(tree: Element) -> None:
    levels = [int(tag(e)[1]) for e in tree.iter() if re.fullmatch("h[1-6]", tag(e))]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_curve_and_the_distribution_have_their_table(tree: Element) -> None:
    sections = {section.get("id"): section for section in all_of(tree, "section")}
    curves = [curve for op in example_ops.OPS for curve in op.curves]
    tables = all_of(sections["curves"], "table")
    assert len(tables) == len(curves)
    rows = [len(all_of(table, "tr")) - 1 for table in tables]
    assert rows == [len(curve.points) for curve in curves]
    assert len(all_of(all_of(sections["distribution"], "table")[0], "tr")) == 1 + 32


def test_it_loads_nothing_and_runs_nothing_but_its_own(page: str, tree: Element) -> None:
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name != "style"
            if name in ("src", "href"):
                assert value.startswith(("data:image/jpeg;base64,", "#"))
    assert [tag(e) for e in tree.iter() if tag(e) in ("link", "iframe", "object", "base")] == []
    assert "@import" not in page
    assert "url(" not in page


def test_the_content_policy_names_the_very_texts(tree: Element) -> None:
    (policy,) = [m.get("content") or "" for m in all_of(tree, "meta") if m.get("http-equiv")]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    (style,), (script,) = all_of(tree, "style"), all_of(tree, "script")
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert rules["style-src"] == f"'{digest(style.text or '')}'"
    assert rules["script-src"] == f"'{digest(script.text or '')}'"
    assert len((script.text or "").encode()) < 10_000


def digest(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def test_hostile_names_are_shown_as_text(tree: Element) -> None:
    told = text_of(tree)
    assert example_ops.HOSTILE_FILE in told
    assert example_ops.HOSTILE_OP in told
    assert len(all_of(tree, "script")) == 1
    assert all_of(tree, "b") == [all_of(tree, "header")[0][0][0]]  # the name of the product


@pytest.fixture(scope="module")
def plain() -> list[tuple[str, tuple[str, ...]]]:
    return shape(named("plain"))


@settings(max_examples=30, deadline=None)
@given(name=st.text(min_size=1, max_size=30) | st.sampled_from(ATTACKS))
def test_no_name_whatever_changes_the_shape_of_the_page(
    plain: list[tuple[str, tuple[str, ...]]], name: str
) -> None:
    assert shape(named(name)) == plain


def named(name: str) -> Audit:
    """A small audit with the name wherever a user's text can stand."""
    whole = example.full()
    op = replace(whole.ops[0], op=f"x{name}", path=f"x{name}", findings=(f"C{name}",))
    curve = replace(op.curves[0], axis=f"x{name}", unit=f"u{name}")
    op = replace(op, curves=(curve,))
    found = replace(
        whole.findings[2],
        code=f"C{name}",
        part=op.path,
        statement=name,
        statistic=f"x{name}",
        advice=f"x{name}",
        images=(f"x{name}",),
    )
    shown = replace(
        whole.examples[0], image=name, steps=({"op": name, name: name},), command=f"x{name}"
    )
    skipped = ({"path": name, "reason": name, "detail": name},)
    assert whole.comparison is not None
    return replace(
        whole,
        policy=replace(whole.policy, name=name, source=f"x{name}", tree=(name,), notes=(name,)),
        data=replace(whole.data, root=f"x{name}", skipped_files=skipped),
        ops=(op,),
        findings=(found,),
        checks=(replace(whole.checks[0], why=f"x{name}"),),
        gates=(replace(whole.gates[0], key=name, allowed=name, why=name),),
        comparison=replace(whole.comparison, what=name, policy=name, appeared=(name,)),
        examples=(shown,),
        warnings=(name,),
    )


def shape(audit: Audit) -> list[tuple[str, tuple[str, ...]]]:
    """Tags and the names of their attributes, in order."""
    return [(tag(e), tuple(sorted(e.attrib))) for e in parsed(to_html(audit, ())).iter()]


def test_every_number_that_was_measured_is_on_the_page(tree: Element) -> None:
    told = text_of(tree)
    for words in ("0.534", "0.522 to 0.546", "0.681", "2.1 %", "1.6 to 2.6 %", "−1.00", "0.0004"):
        assert words in told


def test_pictures_stand_at_their_finding_or_in_the_gallery(
    page: str, tree: Element, pictures: list[Picture]
) -> None:
    assert len(all_of(tree, "img")) == 3 * len(pictures)
    sections = {section.get("id"): section for section in all_of(tree, "section")}
    assert len(all_of(sections["gallery"], "img")) == 3 * 9
    (reversed_,) = [e for e in tree.iter() if e.get("id") == "finding-2"]
    assert len(all_of(reversed_, "img")) == 3 * 2
    assert "left out" not in page


def test_a_page_with_too_many_pictures_keeps_the_first_of_every_group(
    pictures: list[Picture],
) -> None:
    groups = {(p.example.kind, p.finding.code if p.finding else "") for p in pictures}
    page = to_html(example.full(), pictures * 200)
    assert len(page.encode()) < MOST_BYTES
    assert " pictures left out" in page
    few = to_html(example.full(), pictures, most_bytes=len(to_html(example.full(), ())) + 130_000)
    kept = {image.get("alt") for image in all_of(parsed(few), "img")}
    assert len(few.encode()) < len(to_html(example.full(), pictures).encode())
    assert len(groups) == 6
    for first in ("lake.jpg, view 2", "city.jpg, view 1", "hills.png, view 1", "dunes.jpg, view 2"):
        assert first in kept


def test_the_same_audit_gives_the_same_page(page: str, pictures: list[Picture]) -> None:
    assert to_html(example.full(), pictures) == page


def test_the_command_says_all_that_shapes_the_numbers() -> None:
    audit = example.full()
    audit = replace(audit, design=replace(audit.design, op_images=60, levels=3))
    method = next(
        e for e in all_of(parsed(to_html(audit, ())), "section") if e.get("id") == "method"
    )
    assert "--op-images 60 --levels 3" in text_of(method)


def test_an_audit_that_has_little_gives_a_page_that_says_so() -> None:
    page = to_html(example.thin(), ())
    tree = parsed(page)
    told = text_of(tree)
    assert "stopped by signal: not complete" in told
    assert "Nothing was found so far." in told
    ids = {section.get("id") for section in all_of(tree, "section")}
    assert ids == {"verdict", "limits", "findings", "operations", "method", "table"}


def test_the_verdict_tells_its_reason(tree: Element) -> None:
    (headline,) = [e for e in all_of(tree, "p") if e.get("class") == "headline"]
    assert text_of(headline) == reason(example.full())
    assert "findings.DEAD 1, allowed at most 0: Sharpness" in text_of(headline)


def test_limits_are_told_right_after_the_verdict(tree: Element) -> None:
    first, second, *_ = [section.get("id") for section in all_of(tree, "section")]
    assert (first, second) == ("verdict", "limits")
    (limits,) = [s for s in all_of(tree, "section") if s.get("id") == "limits"]
    assert all(sentence in text_of(limits) for sentence in LIMITS)


@pytest.mark.parametrize("which", ["full", "thin"])
def test_no_place_of_a_chart_is_without_a_number(which: str) -> None:
    page = to_html(getattr(example, which)(), ())
    for element in parsed(page).iter():
        if tag(element) in ("line", "circle", "rect", "polyline", "polygon", "text", "svg"):
            for value in element.attrib.values():
                assert not re.search(r"\b(nan|inf|None)\b", value)


def places(points: str) -> Iterator[tuple[float, float]]:
    for pair in points.split():
        x, y = pair.split(",")
        yield float(x), float(y)


def test_a_curve_is_drawn_where_its_values_are(tree: Element) -> None:
    """Undo the scale, from its own labels, and find the strengths of Solarize again."""
    card = next(e for e in tree.iter() if e.get("id") == "op-0")
    chart = all_of(card, "svg")[0]
    marks = {
        float(e.text or "nan"): float(e.get("y") or "nan") - 3.5
        for e in chart.iter()
        if tag(e) == "text" and e.get("class") == "tick end" and e.get("x") == "29"
    }
    low, high = marks[0.0], marks[1.0]
    (line,) = [e for e in chart.iter() if e.get("class") == "line"]
    found = [(y - low) / (high - low) for _, y in places(line.get("points") or "")]
    expected = [point.strength.value for point in example_ops.OPS[0].curves[0].points]
    assert found == pytest.approx(expected, abs=1e-3)
    across = [x for x, _ in places(line.get("points") or "")]
    steps = [b - a for a, b in pairwise(across)]
    assert steps == pytest.approx([steps[0]] * 5, abs=0.02)
    (set_to,) = [e for e in chart.iter() if e.get("class") == "mark set"]
    assert float(set_to.get("x1") or "nan") == pytest.approx(across[3], abs=0.02)


def test_a_shift_that_was_not_asked_for_is_not_drawn() -> None:
    """Pictures that an operation left alone have one all the same."""
    curve = example_ops.OPS[0].curves[0]
    points = tuple(
        replace(point, shift=point.shift if place == 0 else None)
        for place, point in enumerate(curve.points)
    )
    op = replace(example_ops.OPS[0], curves=(replace(curve, points=points),))
    told = to_html(replace(example.full(), ops=(op,)), ())
    assert "<figcaption>Score shift</figcaption>" not in told
    assert "<figcaption>Pixel RMS</figcaption>" in told


def test_columns_that_say_nothing_are_left_out() -> None:
    full = example.full()
    heads = [head.text for head in all_of(table_of(full), "th") if head.get("scope") == "col"]
    assert "View" not in heads
    assert "Line" in heads
    lineless = tuple(replace(op, line=None, view=n) for n, op in enumerate(full.ops))
    heads = [
        head.text
        for head in all_of(table_of(replace(full, ops=lineless)), "th")
        if head.get("scope") == "col"
    ]
    assert "View" in heads
    assert "Line" not in heads


def table_of(audit: Audit) -> Element:
    tree = parsed(to_html(audit, ()))
    return next(section for section in all_of(tree, "section") if section.get("id") == "table")


def test_an_audit_that_is_beyond_reading_still_gives_a_page_of_its_size() -> None:
    """600 operations of their own names, 2,400 findings of 10,000 characters each."""
    full = example.full()
    ops = tuple(replace(op, path=f"{op.path} {n}") for n in range(60) for op in full.ops)
    words = "x" * 10_000
    found = tuple(
        replace(f, part=f"{f.part} {n % 60}", statement=words, advice=words)
        for n in range(300)
        for f in full.findings
    )
    page = to_html(replace(full, ops=ops, findings=found, examples=full.examples * 10), ())
    assert len(page.encode()) < MOST_BYTES
    assert page.count("more in report.json.") == 4


def test_a_note_is_told_once() -> None:
    audit = example.full()
    note = audit.policy.notes[0]
    once = text_of(parsed(to_html(replace(audit, warnings=()), ())))
    both = text_of(parsed(to_html(replace(audit, warnings=(note,)), ())))
    assert both.count(note) == once.count(note) == 1
