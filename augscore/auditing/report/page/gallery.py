"""Section: views to look at, from the weakest to the strongest."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from augscore.auditing.audit import Audit, Example
from augscore.auditing.report.page.markup import NOTHING, fill, joined, section
from augscore.auditing.report.page.thumbnails import shown_example
from augscore.auditing.report.picture import Picture

KINDS = (("weakest", "Weakest"), ("typical", "Typical"), ("strongest", "Strongest"))


def gallery(audit: Audit, pictures: Sequence[Picture], left_out: int) -> Markup:
    """Nothing where no views were kept to look at."""
    groups = joined(
        _group(title, [e for e in audit.examples if e.kind == kind], pictures)
        for kind, title in KINDS
    )
    if not groups:
        return NOTHING
    note = (
        fill('<p class="note">{} pictures left out, to keep this page small.</p>', f"{left_out:,}")
        if left_out
        else NOTHING
    )
    return section("gallery", "Views", groups, _commands(audit), note)


def _commands(audit: Audit) -> Markup:
    """What stands for something in the commands that draw views again."""
    if not any(example.command for example in audit.examples):
        return NOTHING
    return fill(
        '<p class="note">{}</p>',
        "To draw a view again, put your folder of images for DATA in its command, and for POLICY "
        "the policy as you named it, with --allow-code if it is code.",
    )


def _group(title: str, examples: Sequence[Example], pictures: Sequence[Picture]) -> Markup:
    if not examples:
        return NOTHING
    items = joined(shown_example(example, _picture(example, pictures)) for example in examples)
    return fill('<h3 class="group">{}</h3><div class="shots">{}</div>', title, items)


def _picture(example: Example, pictures: Sequence[Picture]) -> Picture | None:
    return next((p for p in pictures if p.finding is None and p.example == example), None)
