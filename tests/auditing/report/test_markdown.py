"""The comment of a pull request: read back by a parser of Markdown, whatever the names are."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from augscore.auditing.audit import Audit, Delta
from augscore.auditing.finding import Check
from augscore.auditing.gating.gates import DEFAULT_GATES, Gates, Ignore, Rule
from augscore.auditing.gating.keys import Key
from augscore.auditing.gating.verdict import judged
from augscore.auditing.report.markdown import COMMENT_BYTES, has_changed, marker, to_markdown
from augscore.auditing.report.markdown_text import LONGEST, code, text
from augscore.outputs import printable
from tests.auditing.audits import (
    HOSTILE,
    audit,
    comparison,
    estimate,
    finding,
    hostile_audit,
    op,
    policy,
)

TAGS = {"details", "summary", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}
TAGS |= {"code", "strong", "br"}
STRENGTH = Key("policy", "strength")


class Page(HTMLParser):
    """The tags of a rendered text, its words, and the cells of its tables by row."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""
        self.rows: list[list[str]] = []
        self._in_cell = False
        renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        self.feed(renderer.render(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [a for a in attrs if a[0] != "style" or tag not in ("td", "th")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell &= tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._in_cell:
            self.rows[-1][-1] += data


def shown(raw: str) -> str:
    """The words that a reader of the escaped text sees, in a table and in a list."""
    in_a_list = Page(f"- {raw}").words.strip()
    table = Page(f"| a | b |\n| --- | --- |\n| {raw} | c |\n")
    assert table.tags <= TAGS
    assert table.rows[1] == [in_a_list, "c"]
    return in_a_list.replace("\u200b", "")


@pytest.mark.parametrize("escape", [text, code], ids=["text", "code"])
@pytest.mark.parametrize("raw", [*HOSTILE, " _a_ __b__ c_d_e ", " *a* **b** ", "![a](b) [c]: d"])
def test_hostile_words_are_words(escape: object, raw: str) -> None:
    assert callable(escape)
    assert shown(f"x{escape(raw)}x") == f"x{printable(raw)}x"


_SIGNS = st.text(st.sampled_from(list("\\`*_[]()<>|~&$#@!:/.wWh-+=\"'{} \nax1")))


@settings(deadline=None)
@given(st.one_of(_SIGNS, st.text()))
def test_any_words_are_words(raw: str) -> None:
    for escape in (text, code):
        assert shown(f"x{escape(raw)}x") == f"x{printable(raw)}x"


@given(_SIGNS)
def test_nothing_mentions_or_links(raw: str) -> None:
    """GitHub does both after Markdown is gone; within the type of code it links mail alone."""
    assert "@" not in Page(f"x{code(raw)}").words.replace("@\u200b", "")
    said = Page(f"x{text(raw)}").words
    assert "@" not in said.replace("@\u200b", "")
    assert "#" not in said.replace("#\u200b", "")
    lowered = text(raw).lower()
    assert "://" not in lowered
    assert "www." not in lowered


def test_plain_names_stay_plain() -> None:
    assert code("RandAugment > Solarize") == "`RandAugment > Solarize`"
    assert text("Solarize weakens, by 0.3 (of 1)") == "Solarize weakens, by 0.3 (of 1)"


def test_long_words_are_cut() -> None:
    assert len(text("x" * 9999)) == LONGEST
    assert len(code("x" * 9999)) == LONGEST + 2


@pytest.fixture
def compared() -> Audit:
    deltas = (
        Delta("policy.strength", 0.31, 0.84, estimate(0.53, 0.01), True),
        Delta("ops.A.strength", 0.4, 0.41, estimate(0.01, 0.02), True),
        Delta("ops.B.strength", 0.4, 0.3, estimate(-0.1, 0.02), False),
        Delta("ops.New.strength", None, 0.3, None, False),
        Delta("ops.New.applied", None, 0.3, None, False),
    )
    made = audit(
        [op("A"), op("B"), op("New")],
        [finding(part="A", line=12), finding("WEAK", "info", "B")],
        policy=policy(strength=estimate(0.84)),
        comparison=comparison(deltas=deltas, appeared=("DEAD A",), gone=("REVERSED B",)),
        warnings=("200 images were skipped",),
    )
    rules = (Rule(STRENGTH, 0.2, 0.6), Rule(Key("policy", "unchanged_share"), None, 0.2))
    return judged(made, Gates((*DEFAULT_GATES.rules, *rules)))


def test_the_table_has_what_failed_and_what_changed(compared: Audit) -> None:
    page = Page(to_markdown(compared))
    head = page.rows.index(["number", "base", "now", "allowed", "change", "verdict"])
    assert page.rows[head + 1 : head + 4] == [
        ["findings.fail", "-", "1", "at most 0", "-", "fail: DEAD A"],
        [
            "policy.strength",
            "0.310",
            "0.840 (0.820 ... 0.860)",
            "0.2 to 0.6",
            "+0.530 (0.520 ... 0.540)",
            "fail",
        ],
        [
            "ops.B.strength",
            "0.400",
            "0.300",
            "-",
            "-0.100 (-0.120 ... -0.080), unpaired",
            "-",
        ],
    ]
    assert page.rows[head + 4] == ["ops.New.strength", "-", "0.300", "-", "no pair", "-"]
    assert page.rows[head + 5] == page.rows[head], "the gates that hold stand in a table below"


def test_what_else_it_says(compared: Audit) -> None:
    told = to_markdown(compared)
    first, second, *_ = told.splitlines()
    assert first == marker(compared)
    assert second == "### augscore audit of `randaugment`: FAIL"
    words = " ".join(Page(told).words.split())
    for expected in (
        "FAIL 2 of 3 gates fail 1,000 images",
        "1,000 images × 4 views, 32 px, against randaugment",
        "labels are still true is not measured",
        "DEAD A (line 12), fail: DEAD of A → Raise the magnitude",
        "WEAK B, info: WEAK of B",
        "New findings DEAD A",
        "Findings that are gone REVERSED B",
        "200 images were skipped",
        "seed: 0",
    ):
        assert expected in words
    assert told.count("<details>") == told.count("</details>") == 4


def test_the_marker_is_that_of_the_name_alone() -> None:
    other = audit(policy=policy(sha256="0" * 64))
    assert marker(audit()) == marker(other) != marker(audit(policy=policy(name="x")))


def test_a_short_audit_is_short() -> None:
    told = to_markdown(judged(audit()))
    assert "PASS" in told
    assert "no finding of level fail, allowed at most 0" in told
    assert "Findings that fail" not in told
    assert "| number |" in told, "gates that hold"
    assert "None" not in told


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (replace(audit(), complete=False, stopped_by="SIGINT"), "stopped by SIGINT: not complete"),
        (
            audit(checks=[Check("DEAD", "inconclusive")]),
            "no finding of level fail, allowed at most 0: not",
        ),
    ],
)
def test_an_inconclusive_one_says_why(made: Audit, words: str) -> None:
    told = to_markdown(judged(made))
    assert ": INCONCLUSIVE" in told
    assert words in told


def test_that_inconclusive_fails_is_told() -> None:
    strict = Gates((Rule(STRENGTH, 0, 0.5),), fail_on=frozenset({"fail", "inconclusive"}))
    assert "fails, as fail_on has it" in Page(to_markdown(judged(audit(), strict))).words


def test_an_ignored_finding_is_told_with_its_reason() -> None:
    gates = replace(DEFAULT_GATES, ignores=(Ignore("DEAD", (), "by *design*"),))
    told = to_markdown(judged(audit(findings=[finding()]), gates))
    assert "Ignored: by *design*" in Page(told).words


def test_names_of_the_users_do_nothing() -> None:
    page = Page(to_markdown(judged(hostile_audit(), Gates((Rule(STRENGTH, 0.9, 1),)))))
    assert page.tags <= TAGS
    for raw in HOSTILE:
        assert printable(raw) in page.words.replace("\u200b", "")


@pytest.mark.parametrize("most", [COMMENT_BYTES, 5000, 1500])
def test_it_keeps_within_its_size(most: int) -> None:
    ops = [op(f"R > é{place}") for place in range(2000)]
    made = audit(ops, [finding(part=one.path) for one in ops])
    told = to_markdown(judged(made), most=most)
    assert len(told.encode()) <= most
    assert "FAIL" in told
    assert Page(told).tags <= TAGS
    assert told.count("<details>") == told.count("</details>")
    if most > 5000:
        assert "more in report.json" in told
        assert len(told.encode()) > 0.9 * most


def test_what_has_changed() -> None:
    assert has_changed(Delta("a", 0, 1, estimate(0.1, 0.05), True))
    assert has_changed(Delta("a", 0, 1, estimate(-0.1, 0.05), True))
    assert not has_changed(Delta("a", 0, 1, estimate(0.1, 0.1), True))
    assert not has_changed(Delta("a", 0, 1, estimate(0.1, None), True))
    assert not has_changed(Delta("a", None, 1, None, True))
