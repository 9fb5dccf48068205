"""Typed access to parsed JSON: each function returns the wanted type or raises TypeError."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

Json = Mapping[str, object]
Value = TypeVar("Value")

_MOST_BYTES = 64 * 2**20


def mapping(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no mapping")
    return value


def sequence(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} is no list")
    return list(value)


def text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def optional(value: object, read: Callable[[object], Value]) -> Value | None:
    return None if value is None else read(value)


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


def read_object(path: str | Path, most: int = _MOST_BYTES) -> Json:
    """The object in a small JSON file; empty for anything else that may stand under the name: no
    file, a pipe, a large file, broken or endlessly nested text. Never blocks and never raises."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return {}
            data = file.read(most + 1)
    except OSError:
        return {}
    return (parsed_object(data) if len(data) <= most else None) or {}


def parsed_object(text: str | bytes) -> Json | None:
    """The object that the text is; None for anything else, broken or endlessly nested."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
