"""What a user of `audit` would do next, as a command."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from .audit_settings import AuditSettings
from .audit_table import LEVELS
from .names import shown

if TYPE_CHECKING:
    from augscore.auditing.audit import Audit

_OUT = Path("audit")
_REPORT = "report.json"
_SHAPING = ("labels", "gates", "n", "op_images", "draws", "levels", "size", "seed", "model",
            "max_pixels", "device")  # fmt: skip
_FLAGS = ("quick", "allow_code")


def next_step(audit: Audit, again: str, out: Path | None) -> str:
    """One line; empty where nothing is left to do.

    What was stopped goes on; a finding that counts is explained; what passed is kept and, once it
    is in a folder, is what a changed policy is held against. `again`: the command of the audit
    without its outputs, empty where there is none.
    """
    counting = [finding for finding in audit.findings if not finding.ignored]
    worst = min(counting, key=lambda finding: LEVELS.index(finding.level), default=None)
    if not audit.complete and again:
        return f"Next: {again} --out {_quoted(out or _OUT)}"
    if audit.status == "pass" and again and (worst is None or worst.level == "info"):
        if out is None:
            return f"Next: {again} --out {_quoted(_OUT)}"
        kept = _quoted(out / _REPORT)
        return f"Next, when the policy has changed: {again} --baseline {kept}"
    return "" if worst is None else f"Next: augscore audit --explain {worst.code}"


def again(settings: AuditSettings) -> str:
    """This command, with what shapes its result, as it was written."""
    words = ["augscore", "audit", str(settings.policy), "--data", str(settings.data)]
    for name in _SHAPING:
        if name in settings.given:
            words += [f"--{name.replace('_', '-')}", str(getattr(settings, name))]
    words += [f"--{name.replace('_', '-')}" for name in _FLAGS if name in settings.given]
    return shown(shlex.join(words))


def _quoted(path: Path) -> str:
    return shown(shlex.quote(str(path)))
