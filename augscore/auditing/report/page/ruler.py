"""A scale from the same picture to two unrelated ones, with the policy on it."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Estimate, PolicyResult
from augscore.auditing.report.page.areas import areas
from augscore.auditing.report.page.markup import NOTHING, fill, joined
from augscore.auditing.report.page.numbers import measured, told
from augscore.auditing.report.page.plot import Scale

TALL, GAP = 92, 12
"""Of the silhouettes above the scale, and of the room between, in px."""
BASE = TALL + GAP
HEIGHT = BASE + 62
_MIDDLE = 55


def ruler(policy: PolicyResult) -> Markup:
    """Nothing where no view was measured."""
    if policy.strength is None:
        return NOTHING
    marks = [("views", "a view and its original", policy.strength)]
    if policy.view_strength is not None:
        marks.append(("between", "two views of one image", policy.view_strength))
    top = _top(policy, [estimate for _, _, estimate in marks])
    across = Scale(0, top, 0, 100)
    label = "; ".join(f"{name}: strength {told(estimate)}" for _, name, estimate in marks)
    return fill(
        '<figure class="ruler"><figcaption class="unseen">How far views travel</figcaption>'
        '<svg class="fluid" role="img" aria-label="{}; 0 is the same picture, 1 two unrelated '
        'images" width="100%" height="{}">{}{}{}</svg></figure>',
        *(label, HEIGHT, _silhouettes(policy, top), _scale(across)),
        joined(_mark(*mark, across, row) for row, mark in enumerate(marks)),
    )


def _top(policy: PolicyResult, found: list[Estimate]) -> float:
    ends = [1.0, *(max(e.value, e.high or 0.0) for e in found)]
    return max(1.12 * max(ends), policy.histogram.edges[-1] if policy.histogram else 0.0)


def _silhouettes(policy: PolicyResult, top: float) -> Markup:
    if policy.histogram is None or len(policy.histogram.edges) < 2:
        return NOTHING
    return areas(policy.histogram, ("unrelated", "views"), (0.0, top), TALL)


def _scale(across: Scale) -> Markup:
    return fill(
        '<line class="base" x1="0%" x2="100%" y1="{}" y2="{}"/>'
        '<line class="unrelated" x1="{}%" x2="{}%" y1="0" y2="{}"/>'
        '<text class="tick start" x="0%" y="{}">0 same picture</text>'
        '<text class="tick {}" x="{}%" y="{}">{}</text>',
        *(BASE, BASE, across(1), across(1), BASE + 8, HEIGHT - 4),
        *_one(across(1)),
    )


def _one(x: float) -> tuple[str, float, int, str]:
    name = "two unrelated images"
    if x > _MIDDLE:
        return "end", x, HEIGHT - 4, f"{name} 1"
    return "start", x, HEIGHT - 4, f"1 {name}"


def _mark(kind: str, name: str, estimate: Estimate, across: Scale, row: int) -> Markup:
    """A line of text for each, so that they never collide."""
    x = across(estimate.value)
    text = (
        f"{measured(estimate.value)} {name}"
        if x < _MIDDLE
        else f"{name} {measured(estimate.value)}"
    )
    low = across(estimate.value if estimate.low is None else estimate.low)
    high = across(estimate.value if estimate.high is None else estimate.high)
    return fill(
        '<g class="{}"><line class="span" x1="{}%" x2="{}%" y1="{}" y2="{}"/>'
        '<circle class="dot" cx="{}%" cy="{}" r="7"/>'
        '<text class="named {}" x="{}%" y="{}">{}</text></g>',
        *(kind, low, high, BASE, BASE, x, BASE),
        *("start" if x < _MIDDLE else "end", x, BASE + 22 + 16 * row, text),
    )
