"""What a gate allows, as it is written: 0, [0.2, 0.6] or {min: 0.05, level: warn}."""

from __future__ import annotations

from dataclasses import dataclass

from augscore.auditing.gating.gates import GateLevel, Rule
from augscore.auditing.gating.keys import Key
from augscore.nearest import did_you_mean

_LIMITS = ("min", "max", "level")
_FORMS = "Write the most that is allowed, [least, most], or {min: …, max: …, level: fail|warn}"


class WrongLimit(Exception):
    """The value says no range for this key; `hint` what would, `inside` where in it it is wrong."""

    def __init__(self, message: str, hint: str = "", *inside: str | int) -> None:
        super().__init__(message)
        self.hint = hint
        self.inside = inside


@dataclass(frozen=True)
class _Ends:
    low: float | None
    high: float | None
    level: GateLevel = "fail"


def rule_of(key: Key, value: object, line: int | None) -> Rule:
    """The rule that `value` writes. Raises WrongLimit."""
    ends = _ends(value)
    for end in (ends.low, ends.high):
        if end is not None:
            _check_end(key, end)
    if ends.low is not None and ends.high is not None and ends.low > ends.high:
        raise WrongLimit(f"the least, {ends.low:g}, is more than the most, {ends.high:g}")
    return Rule(key, ends.low, ends.high, ends.level, line)


def _ends(value: object) -> _Ends:
    if isinstance(value, list):
        if len(value) != 2:
            raise WrongLimit(f"a range has two ends, not {len(value)}", "Write [least, most]")
        return _Ends(_number(value[0], 0), _number(value[1], 1))
    if isinstance(value, dict):
        return _by_name(value)
    return _Ends(None, _number(value))


def _by_name(value: dict[str, object]) -> _Ends:
    for name in value:
        if name not in _LIMITS:
            raise WrongLimit(f"a gate has no {name!r}", did_you_mean(name, _LIMITS), name)
    level = value.get("level", "fail")
    if level != "fail" and level != "warn":
        raise WrongLimit(f"level is {level!r}", "Write fail or warn", "level")
    ends = {name: _number(value[name], name) for name in ("min", "max") if name in value}
    if not ends:
        raise WrongLimit("a gate needs min or max", _FORMS)
    return _Ends(ends.get("min"), ends.get("max"), "warn" if level == "warn" else "fail")


def _number(value: object, *inside: str | int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        told = "nothing" if value is None else f"{value!r:.60}"
        raise WrongLimit(f"{told} is no number", _FORMS, *inside)
    return float(value)


def _check_end(key: Key, end: float) -> None:
    if key.counts and (end < 0 or end != int(end)):
        raise WrongLimit(f"{end:g} is no number of findings", "Write a whole number from 0 up")
    if key.is_share and not 0 <= end <= 1:
        raise WrongLimit(f"{end:g} is no share", "Write a share of views from 0 to 1")
