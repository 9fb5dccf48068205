"""The spread of strengths as silhouettes, as wide as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from augscore.auditing.audit import Histogram
from augscore.auditing.report.page.markup import fill, joined
from augscore.auditing.report.page.plot import Scale, path

KINDS = (
    ("unrelated", "two unrelated images"),
    ("between", "two views of one image"),
    ("views", "a view and its original"),
)
"""Drawn in this order; the last lies above the others."""
_WIDE = 1000


def areas(
    found: Histogram, kinds: Sequence[str], across: tuple[float, float], height: int
) -> Markup:
    """Those of `kinds`, one behind the other, on an axis with these ends; `height` in px."""
    shares = {kind: shares_of(found, kind) for kind in kinds}
    top = max((max(values, default=0.0) for values in shares.values()), default=0.0) or 1.0
    up, along = Scale(0, 1.04 * top, height, 0), Scale(*across, 0, _WIDE)
    shapes = joined(
        fill('<polygon class="area {}" points="{}"/>', kind, _steps(values, found, along, up))
        for kind, values in shares.items()
        if any(values)
    )
    return fill(
        '<svg width="100%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" '
        'class="spread">{}</svg>',
        *(height, _WIDE, height, shapes),
    )


def shares_of(found: Histogram, kind: str) -> list[float]:
    """The counts of one of `KINDS` over their sum."""
    counts = {"views": found.views, "between": found.between, "unrelated": found.unrelated}[kind]
    total = sum(counts) or 1
    return [count / total for count in counts]


def _steps(shares: Sequence[float], found: Histogram, along: Scale, up: Scale) -> str:
    points = [(along(found.edges[0]), up(0))]
    for share, (left, right) in zip(shares, pairwise(found.edges), strict=False):
        points += [(along(left), up(share)), (along(right), up(share))]
    return path([*points, (along(found.edges[-1]), up(0))])
