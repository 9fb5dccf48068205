"""What was done to a view, in words, from the steps that a draw describes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from augscore.auditing.report.page.numbers import number

_LARGE = 10**6


def steps_text(steps: Sequence[Mapping[str, object]]) -> str:
    """As in "solarize (threshold 0.2), flip"; "nothing" where no step was applied."""
    return ", ".join(_step(step) for step in _applied(steps)) or "nothing"


def _applied(steps: Sequence[object]) -> Iterator[Mapping[str, object]]:
    """Those that happened, with the steps of their branches behind them."""
    for step in steps:
        if isinstance(step, Mapping) and step.get("applied", True):
            yield step
            for branch in _sequence(step.get("branches")):
                if isinstance(branch, Mapping):
                    yield from _applied(_sequence(branch.get("steps")))


def _step(step: Mapping[str, object]) -> str:
    magnitudes = step.get("magnitudes")
    named = magnitudes.items() if isinstance(magnitudes, Mapping) else ()
    values = ", ".join(f"{name} {_value(value)}" for name, value in named)
    op = str(step.get("op", "?"))
    return f"{op} ({values})" if values else op


def _value(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return str(value) if _is_key(value) else number(value)


def _is_key(value: float) -> bool:
    """What a seed is made of is of no use rounded."""
    return isinstance(value, int) and abs(value) >= _LARGE


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()
