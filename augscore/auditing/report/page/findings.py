"""Section: what is wrong or worth knowing, with its numbers, advice and pictures."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from augscore.auditing.audit import Audit
from augscore.auditing.finding import Check, Finding
from augscore.auditing.report.page.links import finding_anchor, op_link
from augscore.auditing.report.page.markup import (
    NOTHING,
    chip,
    fill,
    joined,
    more_in_report,
    section,
    shortened,
)
from augscore.auditing.report.page.numbers import number, told_of
from augscore.auditing.report.page.plot import Scale
from augscore.auditing.report.page.thumbnails import shown_example
from augscore.auditing.report.picture import Picture

MOST = 200
"""Of each level: a page that nobody would read to its end gains nothing by more."""
LEVELS = (("fail", "Fails"), ("warn", "Warnings"), ("info", "Worth knowing"))
STATES = (
    ("clear", "Looked for and not found"),
    ("inconclusive", "Not settled by these images"),
    ("not_measured", "Not measured"),
)


def findings(audit: Audit, pictures: Sequence[Picture]) -> Markup:
    groups = joined(_group(audit, level, title, pictures) for level, title in LEVELS)
    lead = fill('<p class="lead">Numbers in parentheses are 95 % intervals over images.</p>')
    far = "" if audit.complete else " so far"
    nothing = NOTHING if audit.findings else fill("<p>Nothing was found{}.</p>", far)
    return section("findings", "Findings", lead, nothing, groups, _others(audit.checks))


def _group(audit: Audit, level: str, title: str, pictures: Sequence[Picture]) -> Markup:
    members = [(n, f) for n, f in enumerate(audit.findings) if f.level == level]
    if not members:
        return NOTHING
    cards = joined(_card(audit, n, finding, pictures) for n, finding in members[:MOST])
    heading = fill('<h3 class="group">{} <span>{}</span></h3>', title, len(members))
    return heading + cards + more_in_report(len(members) - MOST)


def _card(audit: Audit, place: int, finding: Finding, pictures: Sequence[Picture]) -> Markup:
    line = "" if finding.line is None else f", line {finding.line}"
    return fill(
        '<article class="finding {}" id="{}"><div class="told"><div><p class="what">{}<code>{}'
        '</code><span class="where">{}{}</span></p><h4>{}</h4>{}{}</div>{}</div>{}</article>',
        *(finding.level, finding_anchor(place), chip(finding.level, finding.level), finding.code),
        *(op_link(audit, finding.part), line, shortened(finding.statement)),
        _ignored(finding.ignored),
        *(_evidence(finding), _advice(finding.advice), _views(finding, pictures)),
    )


def _ignored(reason: str) -> Markup:
    return fill('<p class="measured">Left out by the gates: {}</p>', reason) if reason else NOTHING


def _advice(advice: str) -> Markup:
    return (
        fill('<p class="advice"><strong>What to do</strong> {}</p>', shortened(advice))
        if advice
        else NOTHING
    )


def _evidence(finding: Finding) -> Markup:
    if finding.value is None:
        return (
            fill('<p class="measured">{}</p>', finding.statistic) if finding.statistic else NOTHING
        )
    return fill('<p class="measured">{}</p>{}', _numbers(finding), _glyph(finding))


def _numbers(finding: Finding) -> str:
    found = told_of(finding.value or 0.0, finding.low, finding.high)
    parts = [f"{finding.statistic or 'value'}: {found}"]
    parts += [] if finding.threshold is None else [f"threshold {number(finding.threshold)}"]
    parts += [f"n = {finding.n:,}"] if finding.n else []
    parts += [] if finding.p_adjusted is None else [f"adjusted p {_chance(finding.p_adjusted)}"]
    return " · ".join(parts)


def _chance(p: float) -> str:
    return "< 0.0001" if p < 1e-4 else number(p)


def _glyph(finding: Finding) -> Markup:
    """The interval against what it was held to; no picture without both."""
    low, high, threshold, value = finding.low, finding.high, finding.threshold, finding.value
    if low is None or high is None or threshold is None or value is None:
        return NOTHING
    ends = (low, high, threshold, value, 0.0)
    room = 0.06 * ((max(ends) - min(ends)) or 1.0)
    across = Scale(min(ends) - room, max(ends) + room, 0, 100)
    return fill(
        '<svg class="fluid glyph" width="100%" height="34" aria-hidden="true">'
        '<line class="base" x1="0%" x2="100%" y1="10" y2="10"/>'
        '<line class="limit" x1="{}%" x2="{}%" y1="1" y2="19"/>'
        '<line class="span" x1="{}%" x2="{}%" y1="10" y2="10"/>'
        '<circle class="dot" cx="{}%" cy="10" r="5"/>'
        '<text class="tick {}" x="{}%" y="31">threshold {}</text></svg>',
        *(across(threshold), across(threshold), across(low), across(high), across(value)),
        *("start" if across(threshold) < 50 else "end", across(threshold), number(threshold)),
    )


def _views(finding: Finding, pictures: Sequence[Picture]) -> Markup:
    shown = [p for p in pictures if p.finding is not None and _same(p.finding, finding)]
    if not shown:
        names = ", ".join(map(str, finding.images))
        return fill('<p class="images">Seen best in: {}</p>', names) if names else NOTHING
    return fill('<div class="shots">{}</div>', joined(shown_example(p.example, p) for p in shown))


def _same(one: Finding, other: Finding) -> bool:
    """Gates may have marked one of them since."""
    return (one.code, one.part, one.statement) == (other.code, other.part, other.statement)


def _others(checks: Sequence[Check]) -> Markup:
    """What else was looked for, so that silence can be told from absence."""
    blocks = joined(_state(title, [c for c in checks if c.state == s]) for s, title in STATES)
    return fill('<div class="checks">{}</div>', blocks) if blocks else NOTHING


def _state(title: str, checks: Sequence[Check]) -> Markup:
    if not checks:
        return NOTHING
    items = joined(
        fill("<li><code>{}</code>{}</li>", check.code, f" {check.why}" if check.why else "")
        for check in checks
    )
    bare = "" if any(check.why for check in checks) else "bare"
    return fill('<div><h3>{}</h3><ul class="{}">{}</ul></div>', title, bare, items)
