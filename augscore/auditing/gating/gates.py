"""What is allowed, as frozen data: a file of gates, or the gates that hold without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from augscore.auditing.gating.keys import FAILING, Key

GateLevel = Literal["fail", "warn"]
FailOn = Literal["warn", "fail", "inconclusive"]
Preset = Literal["supervised", "contrastive", "none"]


@dataclass(frozen=True)
class Rule:
    """The value of `key` lies from `low` to `high`, both included; None leaves an end open.

    One of level warn never fails an audit, unless `fail_on` has warn. `line` is that of the file.
    """

    key: Key
    low: float | None
    high: float | None
    level: GateLevel = "fail"
    line: int | None = None


@dataclass(frozen=True)
class Ignore:
    """A kind of finding that is told and not counted, of the named operations (their paths or
    names; none: wherever it is found), and why."""

    finding: str
    ops: tuple[str, ...]
    reason: str
    line: int | None = None


@dataclass(frozen=True)
class Gates:
    """`fail_on`: the verdicts by which an audit fails. `file` names the file in messages."""

    rules: tuple[Rule, ...]
    ignores: tuple[Ignore, ...] = ()
    fail_on: frozenset[FailOn] = frozenset({"fail"})
    preset: Preset | None = None
    file: str = ""


NO_FAILING_FINDING = Rule(FAILING, None, 0.0)
"""What holds without a file, and in one that names no preset: no finding of level fail."""

DEFAULT_GATES = Gates((NO_FAILING_FINDING,))
