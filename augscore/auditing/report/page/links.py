"""Where things stand on the page, and the looks that operations keep everywhere."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit, OpResult
from augscore.auditing.report.page.markup import NOTHING, fill, joined

SERIES, DASHES = 8, 3


def op_anchor(place: int) -> str:
    return f"op-{place}"


def finding_anchor(place: int) -> str:
    return f"finding-{place}"


def series(place: int) -> str:
    """The classes of colour and dash of the operation at this place."""
    return _classes(place, place // SERIES)


def series_of_axis(place: int, axis: int) -> str:
    """The same for one of several magnitudes, which share the colour of their operation."""
    return _classes(place, axis)


def _classes(colour: int, dash: int) -> str:
    return f"s{colour % SERIES} d{dash % DASHES}"


def has_curves(op: OpResult) -> bool:
    return any(curve.points for curve in op.curves)


def op_link(audit: Audit, part: str | None) -> Markup:
    """The name of an operation, leading to its curves where it has any."""
    if part is None:
        return fill("the policy as a whole")
    for place, op in enumerate(audit.ops):
        if op.path == part and has_curves(op):
            return fill('<a href="#{}">{}</a>', op_anchor(place), part)
    return fill("{}", part)


def finding_links(audit: Audit, op: OpResult) -> Markup:
    """The codes of an operation's findings, each leading to its card."""
    found = [
        (place, finding)
        for place, finding in enumerate(audit.findings)
        if finding.part == op.path and finding.code in op.findings
    ]
    if not found:
        return NOTHING
    links = joined(
        fill('<a class="chip {}" href="#{}">{}</a>', f.level, finding_anchor(place), f.code)
        for place, f in found
    )
    return fill('<span class="chips">{}</span>', links)
