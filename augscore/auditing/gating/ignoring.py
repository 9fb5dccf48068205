"""Findings that a file of gates leaves out, marked with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from augscore.auditing.audit import OpResult
from augscore.auditing.finding import Finding
from augscore.auditing.gating.gates import Gates, Ignore
from augscore.auditing.gating.ops import named, stale


def ignoring(
    findings: Sequence[Finding], gates: Gates, ops: Sequence[OpResult]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """All findings, those that are ignored with the reason, and a warning for each ignored finding
    that there is not."""
    marked = tuple(
        replace(finding, ignored=reason) if (reason := _reason(finding, gates, ops)) else finding
        for finding in findings
    )
    vain = [i for i in gates.ignores if not any(_covers(i, finding, ops) for finding in findings)]
    return marked, tuple(stale(ignore, gates.file, ops) for ignore in vain)


def _reason(finding: Finding, gates: Gates, ops: Sequence[OpResult]) -> str:
    return next((i.reason for i in gates.ignores if _covers(i, finding, ops)), "")


def _covers(ignore: Ignore, finding: Finding, ops: Sequence[OpResult]) -> bool:
    if ignore.finding != finding.code:
        return False
    paths = {op.path for name in ignore.ops for op in named(name, ops)}
    return not ignore.ops or finding.part in paths
