"""Section: what changed against a second policy or an earlier report."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from augscore.auditing.audit import Audit, Comparison, Delta, Estimate
from augscore.auditing.report.ends import highest, lowest
from augscore.auditing.report.page.markup import NOTHING, fill, joined, section, table
from augscore.auditing.report.page.numbers import ABSENT, counted, interval, measured, signed
from augscore.auditing.report.page.plot import Scale

HEADS = ("Quantity", "Before", "Now", "Change", "95 % interval", "Against no change", "Paired")


def comparison(audit: Audit) -> Markup:
    against = audit.comparison
    if against is None:
        return NOTHING
    across = _scale(against.deltas)
    images = counted(against.images, "image", "images")
    return section(
        "comparison",
        "What changed",
        fill(
            '<p class="lead">{} {}, on {}. Intervals that hold 0 settle nothing.</p>',
            *(against.what, against.policy, images),
        ),
        _lists(against),
        table("Now minus before", HEADS, (_row(delta, across) for delta in against.deltas))
        if against.deltas
        else NOTHING,
    )


def _lists(against: Comparison) -> Markup:
    blocks = (
        ("New findings", against.appeared),
        ("Gone", against.gone),
        ("Changed", against.changed),
    )
    return fill('<div class="checks">{}</div>', joined(_list(*block) for block in blocks))


def _list(title: str, names: Sequence[str]) -> Markup:
    items = joined(fill("<li>{}</li>", name) for name in names) or fill("<li>none</li>")
    return fill("<div><h3>{}</h3><ul>{}</ul></div>", title, items)


def _scale(deltas: Sequence[Delta]) -> Scale:
    """One for all, with 0 in its middle."""
    ends = [abs(end) for d in deltas if d.change for end in (lowest(d.change), highest(d.change))]
    far = 1.08 * max([*ends, 1e-9])
    return Scale(-far, far, 0, 100)


def _row(delta: Delta, across: Scale) -> tuple[object, ...]:
    change = delta.change
    return (
        delta.key,
        measured(delta.before),
        measured(delta.now),
        ABSENT if change is None else signed(change.value),
        interval(change),
        ABSENT if change is None else _glyph(change, across),
        "yes" if delta.paired else "no",
    )


def _glyph(change: Estimate, across: Scale) -> Markup:
    return fill(
        '<svg class="fluid change" width="140" height="20" aria-hidden="true">'
        '<line class="base" x1="0%" x2="100%" y1="10" y2="10"/>'
        '<line class="limit" x1="50%" x2="50%" y1="1" y2="19"/>'
        '<line class="span" x1="{}%" x2="{}%" y1="10" y2="10"/>'
        '<circle class="dot" cx="{}%" cy="10" r="4.5"/></svg>',
        *(across(lowest(change)), across(highest(change)), across(change.value)),
    )
