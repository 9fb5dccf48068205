"""Section: the verdict, what was measured, and how far the views travel, before all else."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit, Estimate, PolicyResult
from augscore.auditing.report.headline import reason, word
from augscore.auditing.report.page.markup import NOTHING, fill, joined, shortened
from augscore.auditing.report.page.numbers import (
    ABSENT,
    counted,
    interval,
    measured,
    percent,
    percent_interval,
)
from augscore.auditing.report.page.ruler import ruler
from augscore.strength.ladder import BELOW_FLOOR, PAST_LADDER

LEVELS = ("fail", "warn", "info")
BOUNDS = {BELOW_FLOOR: "< floor", PAST_LADDER: "> ladder"}


def verdict(audit: Audit) -> Markup:
    """Also the banner of the page: its only first heading."""
    return fill(
        '<section id="verdict" class="verdict {}" aria-labelledby="verdict-title">'
        '<p class="status"><strong>{}</strong></p><h1 id="verdict-title">{}</h1>'
        '<p class="headline">{}</p><p class="facts">{}</p>{}{}{}</section>\n',
        *(audit.status, word(audit), audit.policy.name, reason(audit), _facts(audit)),
        *(ruler(audit.policy), _tiles(audit.policy), _notes(audit)),
    )


def _facts(audit: Audit) -> str:
    data = audit.data
    images = counted(data.measured, "image", "images")
    root = f" of {data.root}" if data.root else ""
    draws = counted(audit.design.draws, "view", "views")
    kinds = (f"{sum(f.level == level for f in audit.findings)} {level}" for level in LEVELS)
    return f"{images}{root}, {draws} each at {data.size} px. Findings: {', '.join(kinds)}."


def _tiles(policy: PolicyResult) -> Markup:
    tiles = [
        ("Strength", *_value(policy.strength)),
        ("Two views", *_value(policy.view_strength)),
        ("Like noise of sd", *_noise(policy)),
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
        return measured(policy.noise_sd), "pixels in [0, 1]"
    return BOUNDS.get(policy.noise_bound or "", ABSENT), "pixels in [0, 1]"


def _value(estimate: Estimate | None) -> tuple[str, str]:
    return (ABSENT if estimate is None else measured(estimate.value)), interval(estimate)


def _share(estimate: Estimate | None) -> tuple[str, str]:
    return percent(None if estimate is None else estimate.value), percent_interval(estimate)


def _notes(audit: Audit) -> Markup:
    """What was noticed of the measurement itself, each once."""
    notes = dict.fromkeys((*audit.warnings, *audit.policy.notes))
    if not notes:
        return NOTHING
    return fill(
        '<ul class="notes">{}</ul>', joined(fill("<li>{}</li>", shortened(note)) for note in notes)
    )
