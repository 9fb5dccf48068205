"""Numbers of N images, one each: what a draw is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import torch

Number = float | int


class Column(Sequence[Number]):
    """A frozen (N,) tensor of bool, int64 or float64 on the CPU that compares by its values."""

    __slots__ = ("numbers",)
    numbers: torch.Tensor

    def __init__(self, numbers: torch.Tensor) -> None:
        object.__setattr__(self, "numbers", numbers)

    @staticmethod
    def of(values: Iterable[Number]) -> Column:
        """Bool or int64 if all values are (a float cannot hold a 64-bit key), else float64.

        Raises TypeError for what is no number.
        """
        listed = list(values)
        if not all(isinstance(value, int | float) for value in listed):
            raise TypeError("a column holds numbers")
        if listed and all(isinstance(value, bool) for value in listed):
            return Column(torch.tensor(listed, dtype=torch.bool))
        whole = all(isinstance(value, int) for value in listed)
        return Column(torch.tensor(listed, dtype=torch.int64 if whole else torch.float64))

    def select(self, indices: Sequence[int]) -> Column:
        return Column(self.numbers[torch.tensor(indices, dtype=torch.int64)])

    def tolist(self) -> list[Number]:
        values: list[Number] = self.numbers.tolist()
        return values

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a column cannot be changed")

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> Number: ...

    @overload
    def __getitem__(self, place: slice) -> Column: ...

    def __getitem__(self, place: int | slice) -> Number | Column:
        if isinstance(place, slice):
            return Column(self.numbers[place])
        value: Number = self.numbers[place].item()
        return value

    def __iter__(self) -> Iterator[Number]:
        return iter(self.tolist())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return self.tolist() == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self.tolist()))

    def __repr__(self) -> str:
        return f"Column({self.tolist()})"
