"""Section: how the strengths of views are spread, against two views and two unrelated images."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from augscore.auditing.audit import Audit, Histogram
from augscore.auditing.report.page.areas import KINDS, areas, shares_of
from augscore.auditing.report.page.markup import NOTHING, as_numbers, fill, joined, section
from augscore.auditing.report.page.numbers import ABSENT, between, number, percent
from augscore.auditing.report.page.plot import Scale, ticks

HEIGHT, TALL = 240, 216


def distribution(audit: Audit) -> Markup:
    found = audit.policy.histogram
    if found is None or len(found.edges) < 2:
        return NOTHING
    return section(
        "distribution",
        "Views against unrelated images",
        fill('<p class="lead">{}</p>', _reading(found)),
        _legend(),
        fill('<figure class="spread-of">{}</figure>', _picture(found)),
        as_numbers("The numbers", "Share of strengths in each range", _heads(), _rows(found)),
    )


def _reading(found: Histogram) -> str:
    beyond = _shares(found.views, found.edges, 1.0)
    return (
        "Strength relative to your own data: 0 is the same picture, 1 the median of two unrelated "
        f"images. {percent(beyond)} of the views lie at 1 or beyond."
    )


def _shares(counts: Sequence[int], edges: Sequence[float], least: float) -> float:
    beyond = sum(n for n, edge in zip(counts, edges, strict=False) if edge >= least - 1e-9)
    return beyond / (sum(counts) or 1)


def _legend() -> Markup:
    items = joined(
        fill('<li class="{}"><span class="key"></span>{}</li>', kind, name)
        for kind, name in reversed(KINDS)
    )
    return fill('<ul class="legend">{}</ul>', items)


def _picture(found: Histogram) -> Markup:
    ends = (found.edges[0], found.edges[-1])
    kinds = [kind for kind, _ in KINDS]
    return fill(
        '<svg class="fluid chart" role="img" aria-label="{}" width="100%" height="{}">{}{}{}</svg>',
        *(_label(found), HEIGHT, areas(found, kinds, ends, TALL), _axis(found), _tips(found)),
    )


def _axis(found: Histogram) -> Markup:
    across, y = Scale(found.edges[0], found.edges[-1], 0, 100), TALL
    line = fill('<line class="axis" x1="0%" x2="100%" y1="{}" y2="{}"/>', y, y)
    marks = joined(
        fill(
            '<text class="tick {}" x="{}%" y="{}">{}</text>',
            *(_side(across(value)), across(value), HEIGHT - 6, number(value)),
        )
        for value in ticks(found.edges[0], found.edges[-1], 6)
    )
    if not found.edges[0] <= 1 <= found.edges[-1]:
        return line + marks
    at = across(1)
    one = fill('<line class="unrelated" x1="{}%" x2="{}%" y1="0" y2="{}"/>', at, at, y)
    return line + marks + one


def _side(at: float) -> str:
    return "start" if at < 2 else "end" if at > 98 else "middle"


def _tips(found: Histogram) -> Markup:
    across = Scale(found.edges[0], found.edges[-1], 0, 100)
    shares = [(name, shares_of(found, kind)) for kind, name in reversed(KINDS)]
    return joined(
        fill(
            '<rect class="hit" x="{}%" y="0" width="{}%" height="{}" data-tip="{}"/>',
            *(across(left), round(across(right) - across(left), 2), TALL),
            _tip(between(left, right), [(name, column[n]) for name, column in shares if column]),
        )
        for n, (left, right) in enumerate(pairwise(found.edges))
    )


def _tip(place: str, parts: Sequence[tuple[str, float]]) -> str:
    return f"strength {place} · " + " · ".join(f"{name} {percent(share)}" for name, share in parts)


def _label(found: Histogram) -> str:
    told = "; ".join(
        f"{name}: most often {between(*_mode(counts, found.edges))}"
        for name, counts in (("views", found.views), ("unrelated images", found.unrelated))
        if any(counts)
    )
    return f"Distribution of strength. {told}"


def _mode(counts: Sequence[int], edges: Sequence[float]) -> tuple[float, float]:
    place = max(range(len(counts)), key=lambda n: counts[n])
    return edges[place], edges[place + 1]


def _heads() -> tuple[str, ...]:
    return ("Strength", *(name for _, name in reversed(KINDS)))


def _rows(found: Histogram) -> list[tuple[str, ...]]:
    columns = [shares_of(found, kind) for kind, _ in reversed(KINDS)]
    return [
        (between(left, right), *(_cell(column, place) for column in columns))
        for place, (left, right) in enumerate(pairwise(found.edges))
    ]


def _cell(column: Sequence[float], place: int) -> str:
    """Of counts that may be missing as a whole: a policy of one view has no two views."""
    return percent(column[place]) if place < len(column) else ABSENT
