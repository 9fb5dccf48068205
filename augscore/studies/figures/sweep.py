"""Through which magnitudes a study turns an operation, and what it holds fixed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from augscore.engine.nodes import Step
from augscore.engine.turned import turned_step

Kind = Literal["geometry", "colour", "detail", "erasing"]
Direction = Literal["below", "above"]


@dataclass(frozen=True)
class Scaled:
    """`number` times the side of the image, in px, to a power: a length has power 1."""

    number: float
    power: int = 0

    def at(self, side: int) -> float:
        return self.number * float(side) ** self.power


@dataclass(frozen=True)
class Sweep:
    """One argument of an operation, away from where it does least.

    op, argument    in the names of a policy file; `unit` is for people
    kind            what the operation changes
    weakest         where it does nothing, or least
    below, above    its farthest value on either side; None: it is not turned there
    grain           values are multiples of it, since the operation knows none between; None: any
    fixed           other arguments, so that an image's views differ by the magnitude alone: the
                    same boxes nested, the same noise scaled
    """

    op: str
    argument: str
    unit: str
    kind: Kind
    weakest: float
    below: Scaled | None = None
    above: Scaled | None = None
    grain: Scaled | None = None
    fixed: tuple[tuple[str, Scaled], ...] = ()

    @property
    def name(self) -> str:
        return f"{self.op}.{self.argument}"

    @property
    def directions(self) -> tuple[Direction, ...]:
        ends: tuple[tuple[Direction, Scaled | None], ...] = (
            ("below", self.below),
            ("above", self.above),
        )
        return tuple(direction for direction, end in ends if end is not None)

    def outwards(self, direction: Direction, side: int, count: int) -> tuple[float, ...]:
        """`count` values, evenly from `weakest` to the farthest on one side; fewer where the grain
        makes some equal. `side`: of the images, px."""
        end = self.below if direction == "below" else self.above
        if end is None:
            raise ValueError(f"{self.name} is not turned {direction} its weakest value")
        reach = end.at(side) - self.weakest
        values = (self.weakest + reach * k / (count - 1) for k in range(count))
        return tuple(dict.fromkeys(self._on_grain(value, side) for value in values))

    def levels(self, side: int, count: int) -> tuple[float, ...]:
        """All values in ascending order, `count` in each direction with `weakest` in both."""
        found = {v for direction in self.directions for v in self.outwards(direction, side, count)}
        return tuple(sorted(found))

    def spread(self, side: int, count: int) -> tuple[float, ...]:
        """About `count` values over the whole range; both ways half of them, `weakest` between."""
        ways = len(self.directions)
        return self.levels(side, (count + ways - 1) // ways)

    def step(self, value: float, side: int) -> Step:
        """The operation at one value, applied to every image."""
        numbers = ((name, number.at(side)) for name, number in self.fixed)
        pairs = tuple((name, (number, number)) for name, number in numbers)
        return turned_step(Step(self.op, pairs), self.argument, value)

    def _on_grain(self, value: float, side: int) -> float:
        if self.grain is not None:
            grain = self.grain.at(side)
            value = round(value / grain) * grain
        return float(f"{value:.6g}")
