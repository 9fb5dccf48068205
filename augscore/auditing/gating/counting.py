"""Which findings a gate counts, and what keeps it from counting on them."""

from __future__ import annotations

from collections.abc import Sequence

from augscore.auditing.finding import Check, Finding
from augscore.auditing.findings.catalogue import CATALOGUE
from augscore.auditing.findings.evidence import FEWEST_IMAGES
from augscore.auditing.gating.keys import LEVELS, Key


def counted(key: Key, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Those of its code or level that are not ignored; none for a key about something else."""
    if not key.counts:
        return ()
    return tuple(f for f in findings if not f.ignored and key.what in (f.code, f.level))


def doubt(key: Key, checks: Sequence[Check], images: int) -> str:
    """Why no finding does not mean that there is none; empty where it does.

    A gate of one code is in doubt if its check is. One of a level is in doubt if a check of a kind
    of that level hangs in the balance, or there are too few images; what could not be measured at
    all it passes over.
    """
    if key.what in LEVELS:
        alike = {kind.page.code for kind in CATALOGUE if kind.page.level == key.what}
        unsure = [c.code for c in checks if c.state == "inconclusive" and c.code in alike]
        if unsure:
            return f"not settled: {', '.join(unsure)}"
        return too_few(images) if images < FEWEST_IMAGES else ""
    check = next((check for check in checks if check.code == key.what), None)
    if check is None:
        return "not measured"
    if check.state in ("found", "clear"):
        return ""
    return f"{check.state.replace('_', ' ')}{f': {check.why}' if check.why else ''}"


def too_few(images: int) -> str:
    return f"{images} image{'' if images == 1 else 's'}: it takes {FEWEST_IMAGES}"
