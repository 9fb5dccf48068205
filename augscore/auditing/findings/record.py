"""What is said of a kind of finding: its page, and the function that looks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from augscore.auditing.finding import Check, Finding, Level
from augscore.auditing.findings.evidence import Evidence

Group = Literal["exact", "shape", "size", "opinion"]


@dataclass(frozen=True)
class Page:
    """The fixed page of a finding, as `audit --explain CODE` prints it: what it means, how it is
    measured, and what to do. `group` orders reports: exact facts come first, opinions last.
    `level` is the default one."""

    code: str
    group: Group
    level: Level
    title: str
    means: str
    measured: str
    remedy: str


@dataclass(frozen=True)
class Outcome:
    """What looking for one kind of finding gave, in the order of the parts."""

    check: Check
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A page and the pure function behind it."""

    page: Page
    look: Callable[[Evidence], Outcome]
