"""The arguments of an operation: how each is written in a policy, and what it may be."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal, TypeGuard

from augscore.engine.nodes import Value
from augscore.errors import UsageError

_LARGEST = sys.float_info.max

Lone = Literal["fixed", "about_one", "about_zero"]


@dataclass(frozen=True)
class Range:
    """A pair (low, high) from which a magnitude is drawn uniformly.

    A lone number x stands for (x, x) when `lone` is `fixed`, for (max(0, 1 − x), 1 + x) when it is
    `about_one` (torchvision's jitter factors) and for (−x, x) when it is `about_zero` (its hue).
    Both ends of a `whole` range are whole numbers; those of a `pixel` range are pixel values.
    """

    name: str
    default: Value
    low: float
    high: float
    lone: Lone = "fixed"
    whole: bool = False
    pixel: bool = False

    def read(self, op: str, value: Value) -> tuple[float, float]:
        """The pair that a written value stands for; UsageError (`policy_value`) if it cannot be."""
        low, high = self._pair(op, value)
        if low > high:
            raise _refuse(op, self.name, value, "The first number of a range is the smaller one")
        if low < self.low or high > self.high:
            proposed = as_shares((low, high)) if self.pixel else ""
            raise _refuse(
                op, self.name, value, f"It lies in {self.low:g} to {self.high:g}{proposed}"
            )
        if self.whole and not (low.is_integer() and high.is_integer()):
            raise _refuse(op, self.name, value, "It is a whole number, or a pair of them")
        return low, high

    def _pair(self, op: str, value: Value) -> tuple[float, float]:
        if isinstance(value, tuple) and len(value) == 2 and all(map(is_number, value)):
            return float(value[0]), float(value[1])
        if not is_number(value):
            raise _refuse(op, self.name, value, "It is a number, or a pair of numbers (low, high)")
        number = float(value)
        if self.lone == "fixed":
            return number, number
        if number < 0:
            raise _refuse(op, self.name, value, "A lone number is the half-width: 0 or more")
        return (
            (max(0.0, 1 - number), 1 + number)
            if self.lone == "about_one"
            else (0.0 - number, number)
        )


@dataclass(frozen=True)
class Whole:
    """A whole number that is the same for all images; `odd` allows 0 and odd numbers only."""

    name: str
    default: Value
    low: int
    high: int
    odd: bool = False

    def read(self, op: str, value: Value) -> int:
        """The number; UsageError (`policy_value`) if it is not one that the operation takes."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise _refuse(op, self.name, value, "It is a whole number")
        if not self.low <= value <= self.high:
            raise _refuse(op, self.name, value, f"It lies in {self.low} to {self.high}")
        if self.odd and value and value % 2 == 0:
            raise _refuse(op, self.name, value, "It is odd")
        return value


@dataclass(frozen=True)
class Number:
    """A number that is the same for all images."""

    name: str
    default: Value
    low: float
    high: float

    def read(self, op: str, value: Value) -> float:
        """The number; UsageError (`policy_value`) if it is not one that the operation takes."""
        if not is_number(value):
            raise _refuse(op, self.name, value, "It is a number")
        number = float(value)
        if not self.low <= number <= self.high:
            raise _refuse(op, self.name, value, f"It lies in {self.low:g} to {self.high:g}")
        return number


@dataclass(frozen=True)
class Pair:
    """Two numbers, across and down, that are the same for all images; a lone one is both."""

    name: str
    default: Value
    low: float
    high: float

    def read(self, op: str, value: Value) -> tuple[float, float]:
        """The two; UsageError (`policy_value`) if they are not ones that the operation takes."""
        across, down = value if isinstance(value, tuple) and len(value) == 2 else (value, value)
        number = Number(self.name, self.default, self.low, self.high)
        return number.read(op, across), number.read(op, down)


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    name: str
    default: Value
    choices: tuple[str, ...]

    def read(self, op: str, value: Value) -> str:
        """The word; UsageError (`policy_value`) if it is not one of the choices."""
        if not isinstance(value, str) or value not in self.choices:
            raise _refuse(op, self.name, value, f"It is one of {', '.join(self.choices)}")
        return value


@dataclass(frozen=True)
class Colour:
    """A grey level, or three numbers for red, green and blue, in [0, 1]; or one of the `words`."""

    name: str
    default: Value
    words: tuple[str, ...] = ()

    def read(self, op: str, value: Value) -> float | str | tuple[float, float, float]:
        """The level, colour or word; UsageError (`policy_value`) if it is none."""
        if isinstance(value, str) and value in self.words:
            return value
        levels = value if isinstance(value, tuple) and len(value) == 3 else (value,)
        if not all(map(is_number, levels)):
            words = "".join(f", or {word}" for word in self.words)
            raise _refuse(op, self.name, value, f"It is a number, or three of them{words}")
        number = Number(self.name, self.default, 0.0, 1.0)
        read = [number.read(op, level) for level in levels]
        return (read[0], read[1], read[2]) if len(read) == 3 else read[0]


Argument = Range | Whole | Number | Pair | Choice | Colour


@dataclass(frozen=True)
class Settings:
    """The arguments of one step, checked, with the defaults filled in."""

    values: tuple[tuple[str, Value], ...]

    def get(self, name: str) -> Value:
        return dict(self.values)[name]

    def span(self, name: str) -> tuple[float, float]:
        value = self.get(name)
        assert isinstance(value, tuple)
        assert len(value) == 2
        return value

    def number(self, name: str) -> float:
        value = self.get(name)
        assert isinstance(value, float)
        return value

    def whole(self, name: str) -> int:
        value = self.get(name)
        assert isinstance(value, int)
        return value


def as_shares(levels: tuple[float, float]) -> str:
    """What to write for pixel values that were given as 0 to 255; nothing if they were not."""
    low, high = levels
    if not (min(levels) >= 0 and 1 < max(levels) <= 255):
        return ""
    if low == high:
        return f"; {low:g} of 255 is {low / 255:.4g}"
    return f"; {low:g} and {high:g} of 255 are {low / 255:.4g} and {high / 255:.4g}"


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether it is a finite number, and no larger than a float can be."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -_LARGEST <= value <= _LARGEST


def _refuse(op: str, name: str, value: Value, wanted: str) -> UsageError:
    return UsageError(f"{op}: {name} is {value!r}", code="policy_value", hint=wanted)
