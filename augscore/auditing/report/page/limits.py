"""Section: what the report does not tell, on its first screen."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit
from augscore.auditing.report.limits import LIMITS
from augscore.auditing.report.page.markup import fill, joined, section
from augscore.auditing.report.page.numbers import counted

BLIND = (
    "The score network hardly sees inverted colours, damage in one small place and smooth small "
    "changes of light; sharpening reads high."
)


def limits(audit: Audit) -> Markup:
    like = counted(audit.data.measured, "image like these", "images like these")
    items = (*LIMITS, BLIND, f"Other data: numbers hold for {like}, at {audit.data.size} px.")
    listed = joined(fill("<li>{}</li>", item) for item in items)
    return section("limits", "What this does not tell you", fill("<ul>{}</ul>", listed))
