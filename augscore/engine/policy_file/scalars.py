"""What an unquoted word of a policy file is: one reading that YAML 1.1, 1.2 and JSON agree on."""

from __future__ import annotations

import math
import re

Scalar = None | bool | int | float | str

_WORDS: dict[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.?(inf|infinity|nan)", re.IGNORECASE)
_LONGEST_NUMBER = 64

_DISPUTED = (
    (
        re.compile(r"on|off|yes|no|y|n", re.IGNORECASE),
        "to some readers of YAML it is true or false. Write true or false, or put it in quotes",
    ),
    (
        re.compile(r"[-+]?(0[0-9_]+|0[xob][0-9a-f_]+|[0-9][0-9.]*_[0-9_.]*)", re.IGNORECASE),
        "readers of YAML disagree on this number. Write it in decimals without 0 or _",
    ),
    (
        re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"),
        "to some readers of YAML it is a number in base 60. Write decimals, or put it in quotes",
    ),
    (
        re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?"),
        "to some readers of YAML it is a date. Put it in quotes",
    ),
)


class Disputed(Exception):
    """The word is not the same thing to every reader, or no number; says what to write."""


def plain(word: str) -> Scalar:
    """The value of an unquoted word; 1e-3 is a number, which PyYAML takes for text."""
    if word.lower() in _WORDS:
        return _WORDS[word.lower()]
    for pattern, why in _DISPUTED:
        if pattern.fullmatch(word):
            raise Disputed(f"{word!r}: {why}")
    if _NOT_FINITE.fullmatch(word):
        raise Disputed(f"{word} is not a finite number")
    if not _DECIMAL.fullmatch(word):
        return word
    return _number(word)


def _number(word: str) -> int | float:
    if len(word) > _LONGEST_NUMBER:
        raise Disputed(f"a number of {len(word):,} characters is too long")
    if _WHOLE.fullmatch(word):
        return int(word)
    value = float(word)
    if not math.isfinite(value):
        raise Disputed(f"{word} is not a finite number")
    return value
