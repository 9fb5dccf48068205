"""Section: the operations beside each other, each with its strength and how often it happens."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit, Estimate, OpResult
from augscore.auditing.report.ends import highest
from augscore.auditing.report.page.links import finding_links, op_link, series
from augscore.auditing.report.page.markup import NOTHING, fill, joined, section
from augscore.auditing.report.page.numbers import number, percent, told
from augscore.auditing.report.page.plot import Scale

READING = (
    "The dot is the strength where the operation is applied, with its 95 % interval; the bar is "
    "what is left of it over all views, given how often it is applied. The stroke at 1 is two "
    "unrelated images of your data."
)


def overview(audit: Audit) -> Markup:
    """Nothing for a policy without operations that are known."""
    if not audit.ops:
        return NOTHING
    across = Scale(0, top_of(audit.ops), 0, 100)
    rows = joined(_row(audit, place, op, across) for place, op in enumerate(audit.ops))
    return section(
        "operations",
        "Operations",
        fill('<p class="lead">{}</p>', READING),
        fill(
            '<table class="overview"><caption class="unseen">Operations with their strength and '
            "chance</caption><thead><tr>"
            '<th scope="col">Operation</th><th scope="col">Strength</th>'
            '<th scope="col" class="n">where applied</th><th scope="col" class="n">set</th>'
            '<th scope="col" class="n">seen</th></tr></thead><tbody>{}</tbody></table>',
            rows,
        ),
    )


def top_of(ops: tuple[OpResult, ...]) -> float:
    ends = [highest(op.strength) for op in ops if op.strength]
    return 1.06 * max([1.0, *ends])


def _row(audit: Audit, place: int, op: OpResult, across: Scale) -> Markup:
    seen = None if op.applied is None else op.applied.value
    return fill(
        '<tr class="{}"><th scope="row">{}{}</th><td class="reach">{}</td>'
        '<td class="n" data-name="">{}</td><td class="n" data-name="set">{}</td>'
        '<td class="n" data-name="seen">{}</td></tr>',
        *(series(place), op_link(audit, op.path), finding_links(audit, op), _track(op, across)),
        *(told(op.strength), percent(op.declared), percent(seen)),
    )


def _track(op: OpResult, across: Scale) -> Markup:
    if op.strength is None:
        return fill('<span class="faint">not measured</span>')
    label = f"strength {told(op.strength)}"
    label += "" if op.effective is None else f", over all views {number(op.effective.value)}"
    return fill(
        '<svg class="fluid track" role="img" aria-label="{}" width="100%" height="26">'
        '<line class="base" x1="0%" x2="100%" y1="13" y2="13"/>'
        '<line class="unrelated" x1="{}%" x2="{}%" y1="2" y2="24"/>{}{}</svg>',
        *(label, across(1), across(1), _share(op.effective, across), _dot(op.strength, across)),
    )


def _share(effective: Estimate | None, across: Scale) -> Markup:
    if effective is None:
        return NOTHING
    width = max(across(effective.value), 0)
    return fill('<rect class="share" x="0" y="7" height="12" width="{}%"/>', width)


def _dot(strength: Estimate, across: Scale) -> Markup:
    x = across(strength.value)
    dot = fill('<circle class="dot" cx="{}%" cy="13" r="4.5"/>', x)
    if strength.low is None or strength.high is None:
        return dot
    low, high = across(strength.low), across(strength.high)
    return fill('<line class="span" x1="{}%" x2="{}%" y1="13" y2="13"/>{}', low, high, dot)
