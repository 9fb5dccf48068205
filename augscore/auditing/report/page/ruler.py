"""A scale from the same picture to two unrelated ones, with the policy on it."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Estimate, PolicyResult
from augscore.auditing.report.ends import highest, lowest
from augscore.auditing.report.page.areas import areas
from augscore.auditing.report.page.markup import NOTHING, fill, joined
from augscore.auditing.report.page.numbers import measured, told
from augscore.auditing.report.page.plot import Scale

TALL, SHORT, GAP, BELOW = 92, 10, 12, 62
"""Of the silhouettes above the scale, or of none; of the rooms above and below it; in px."""
_MIDDLE, _FAR = 55, 66
"""In per cent: where a label changes sides, so that it has room on a phone, too."""
_Mark = tuple[str, str, Estimate]


def ruler(policy: PolicyResult) -> Markup:
    """Nothing where no view was measured."""
    if policy.strength is None:
        return NOTHING
    marks = [("views", "view to original", policy.strength)]
    if policy.view_strength is not None:
        marks.append(("between", "view to view", policy.view_strength))
    top = _top(policy, [estimate for _, _, estimate in marks])
    across = Scale(0, top, 0, 100)
    base = GAP + (SHORT if policy.histogram is None else TALL)
    label = "; ".join(f"{name}: strength {told(estimate)}" for _, name, estimate in marks)
    return fill(
        '<figure class="ruler"><figcaption class="unseen">How far views travel</figcaption>'
        '<svg class="fluid" role="img" aria-label="{}; 0 is the same picture, 1 two unrelated '
        'images" width="100%" height="{}">{}{}{}</svg></figure>',
        *(label, base + BELOW, _silhouettes(policy, top), _scale(across, base)),
        joined(_mark(mark, across, base, row) for row, mark in enumerate(marks)),
    )


def _top(policy: PolicyResult, found: list[Estimate]) -> float:
    ends = [1.0, *(highest(estimate) for estimate in found)]
    return max(1.12 * max(ends), policy.histogram.edges[-1] if policy.histogram else 0.0)


def _silhouettes(policy: PolicyResult, top: float) -> Markup:
    if policy.histogram is None or len(policy.histogram.edges) < 2:
        return NOTHING
    return areas(policy.histogram, ("unrelated", "views"), (0.0, top), TALL)


def _scale(across: Scale, base: int) -> Markup:
    side, name = (
        ("end", "unrelated images 1") if across(1) > _FAR else ("start", "1 unrelated images")
    )
    y = base + BELOW - 4
    return fill(
        '<line class="base" x1="0%" x2="100%" y1="{}" y2="{}"/>'
        '<line class="unrelated" x1="{}%" x2="{}%" y1="0" y2="{}"/>'
        '<text class="tick start" x="0%" y="{}">0 same picture</text>'
        '<text class="tick {}" x="{}%" y="{}">{}</text>',
        *(base, base, across(1), across(1), base + 8, y),
        *(side, across(1), y, name),
    )


def _mark(mark: _Mark, across: Scale, base: int, row: int) -> Markup:
    """A line of text for each, so that they never collide."""
    kind, name, found = mark
    x, value = across(found.value), measured(found.value)
    side, text = ("start", f"{value} {name}") if x < _MIDDLE else ("end", f"{name} {value}")
    return fill(
        '<g class="{}"><line class="span" x1="{}%" x2="{}%" y1="{}" y2="{}"/>'
        '<circle class="dot" cx="{}%" cy="{}" r="7"/>'
        '<text class="named {}" x="{}%" y="{}">{}</text></g>',
        *(kind, across(lowest(found)), across(highest(found)), base, base, x, base),
        *(side, x, base + 22 + 16 * row, text),
    )
