"""Section: what the report does not tell, on its first screen."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit
from augscore.auditing.report.page.markup import fill, joined, section
from augscore.auditing.report.page.numbers import counted

LIMITS = (
    (
        "Whether labels stay true.",
        "It is not measured. A flip that turns b into d is strong or weak here, never wrong. "
        "Look at some views yourself.",
    ),
    ("Which policy trains better.", "Nothing but a training run tells."),
    (
        "What the reading hardly sees.",
        "Inverted colours and damage in one small place read too low; smooth small changes of "
        "light lie below its floor; sharpening reads high.",
    ),
)


def limits(audit: Audit) -> Markup:
    scope = fill(
        "<li><strong>Other data.</strong> Numbers hold for {} at {} px.</li>",
        *(counted(audit.data.measured, "image like these", "images like these"), audit.data.size),
    )
    items = (fill("<li><strong>{}</strong> {}</li>", head, text) for head, text in LIMITS)
    return section(
        "limits", "What this does not tell you", fill("<ul>{}{}</ul>", joined(items), scope)
    )
