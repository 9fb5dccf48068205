"""Typed access to parsed JSON: each function returns the wanted type or raises TypeError."""

from __future__ import annotations

from collections.abc import Mapping

Json = Mapping[str, object]


def mapping(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no mapping")
    return value


def sequence(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} is no list")
    return list(value)


def number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def whole(value: object) -> int:
    if number(value) != int(number(value)):
        raise TypeError(f"{value!r} is no whole number")
    return int(number(value))


def numbers(value: object) -> tuple[float, ...]:
    return tuple(number(v) for v in sequence(value))
