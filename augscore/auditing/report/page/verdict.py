"""Section: the verdict, what was measured, and how far the views travel, before all else."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit, Estimate, PolicyResult
from augscore.auditing.report.page.headline import headline
from augscore.auditing.report.page.markup import NOTHING, fill, joined
from augscore.auditing.report.page.numbers import (
    ABSENT,
    counted,
    interval,
    number,
    percent,
    percent_interval,
    told,
)
from augscore.auditing.report.page.plot import Scale

LEVELS = ("fail", "warn", "info")


def verdict(audit: Audit) -> Markup:
    """Also the banner of the page: its only first heading."""
    return fill(
        '<section id="verdict" class="verdict {}" aria-labelledby="verdict-title">'
        '<p class="status"><strong>{}</strong></p><h1 id="verdict-title">{}</h1>'
        '<p class="headline">{}</p><p class="facts">{}</p>{}{}{}</section>\n',
        *(audit.status, audit.status.upper(), audit.policy.name, headline(audit), _facts(audit)),
        *(_ruler(audit.policy), _tiles(audit.policy), _notes(audit)),
    )


def _facts(audit: Audit) -> str:
    data = audit.data
    images = counted(data.measured, "image", "images")
    root = f" of {data.root}" if data.root else ""
    draws = counted(audit.design.draws, "view", "views")
    kinds = (f"{sum(f.level == level for f in audit.findings)} {level}" for level in LEVELS)
    return f"{images}{root}, {draws} each at {data.size} px. Findings: {', '.join(kinds)}."


def _ruler(policy: PolicyResult) -> Markup:
    """A scale from the same picture to two unrelated ones, with the policy on it."""
    if policy.strength is None:
        return NOTHING
    marks = [("views", "a view and its original", policy.strength)]
    if policy.view_strength is not None:
        marks.append(("between", "two views", policy.view_strength))
    top = 1.12 * max([1.0, *(estimate.high or estimate.value for _, _, estimate in marks)])
    across = Scale(0, top, 0, 100)
    label = "; ".join(f"{name}: strength {told(estimate)}" for _, name, estimate in marks)
    return fill(
        '<figure class="ruler"><figcaption class="unseen">How far views travel</figcaption>'
        '<svg class="fluid" role="img" aria-label="{}, where 0 is the same picture and 1 two '
        'unrelated images" width="100%" height="96">{}{}</svg></figure>',
        *(label, _scale(across), joined(_mark(*mark, across, n) for n, mark in enumerate(marks))),
    )


def _scale(across: Scale) -> Markup:
    return fill(
        '<line class="base" x1="0%" x2="100%" y1="48" y2="48"/>'
        '<line class="end" x1="0.1%" x2="0.1%" y1="38" y2="58"/>'
        '<line class="unrelated" x1="{}%" x2="{}%" y1="34" y2="62"/>'
        '<text class="tick start" x="0%" y="92">0 same picture</text>'
        '<text class="tick end" x="{}%" y="92">two unrelated images 1</text>',
        *(across(1), across(1), across(1) + 0.6),
    )


def _mark(kind: str, name: str, estimate: Estimate, across: Scale, row: int) -> Markup:
    """The first above the scale, the second below it, so that they never collide."""
    x = across(estimate.value)
    side = "start" if x < 60 else "end"
    text = fill(
        '<text class="named {}" x="{}%" y="{}">{} {}</text>',
        *(side, x, 22 if row == 0 else 78, number(estimate.value), name),
    )
    low = across(estimate.value if estimate.low is None else estimate.low)
    high = across(estimate.value if estimate.high is None else estimate.high)
    return fill(
        '<g class="{}"><line class="span" x1="{}%" x2="{}%" y1="48" y2="48"/>'
        '<circle class="dot" cx="{}%" cy="48" r="7"/>{}</g>',
        *(kind, low, high, x, text),
    )


def _tiles(policy: PolicyResult) -> Markup:
    tiles = [
        ("Strength", *_value(policy.strength)),
        ("Two views", *_value(policy.view_strength)),
        ("As strong as noise", *_noise(policy)),
        ("Unchanged views", *_share(policy.unchanged_share)),
        ("Destroyed views", *_share(policy.destroyed_share)),
    ]
    shown = (
        fill('<div><dt>{}</dt><dd>{}</dd><dd class="sub">{}</dd></div>', *tile)
        for tile in tiles
        if tile[1] != ABSENT
    )
    return fill('<dl class="tiles">{}</dl>', joined(shown))


def _noise(policy: PolicyResult) -> tuple[str, str]:
    if policy.noise_sd is not None:
        return number(policy.noise_sd), "sd, pixels in [0, 1]"
    return policy.noise_bound or ABSENT, ""


def _value(estimate: Estimate | None) -> tuple[str, str]:
    return (ABSENT if estimate is None else number(estimate.value)), interval(estimate)


def _share(estimate: Estimate | None) -> tuple[str, str]:
    return percent(None if estimate is None else estimate.value), percent_interval(estimate)


def _notes(audit: Audit) -> Markup:
    """What was noticed of the measurement itself."""
    notes = [*audit.warnings, *audit.policy.notes]
    if not notes:
        return NOTHING
    return fill('<ul class="notes">{}</ul>', joined(fill("<li>{}</li>", note) for note in notes))
