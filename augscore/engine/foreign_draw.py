"""A pipeline of another library in a draw: one key an image, and what it did where it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

import torch

from augscore.engine.column import Column

_FEW = 4

# A number, a word, or some of them.
Told = float | int | str | tuple["Told", ...]
# What one transform drew: its name, and (name, value) pairs.
Parameters = tuple[tuple[str, tuple[tuple[str, Told], ...]], ...]
# An image (3, H, W) and a 64-bit key → pixels (3, h, w), float32 in [0, 1], and what was drawn.
Run = Callable[[torch.Tensor, int], tuple[torch.Tensor, Parameters]]


@runtime_checkable
class OpenRun(Protocol):
    """A run in two halves: what the pipeline is given of an image, in its own form and memory, and
    what is made of that."""

    def given(self, image: torch.Tensor) -> Any: ...

    def made_of(self, value: Any, key: int) -> tuple[torch.Tensor, Parameters]: ...


@dataclass(frozen=True)
class ForeignDraw:
    """A foreign pipeline for N images: whom it is applied to, and the key of its randomness.

    `op` names the library, `pipeline` describes what is run. `parameters` has what the library
    told of every image, and is empty where it tells nothing. `name` is that of one transform which
    runs by itself. `run` is the pipeline itself; no JSON holds it, so that a draw from JSON has
    None.
    """

    op: str
    pipeline: str
    applied: Column
    keys: Column
    resizes: bool
    parameters: tuple[Parameters, ...] = ()
    stage: str = ""
    name: str = ""
    run: Run | None = field(default=None, compare=False, repr=False)

    @property
    def title(self) -> str:
        """What it is called before people."""
        return self.name or self.op

    def select(self, indices: Sequence[int]) -> ForeignDraw:
        applied, keys = self.applied.select(indices), self.keys.select(indices)
        told = tuple(self.parameters[i] for i in indices) if self.parameters else ()
        return replace(self, applied=applied, keys=keys, parameters=told)

    def columns(self) -> list[Sequence[Any]]:
        return [self.applied, self.keys, *([self.parameters] if self.parameters else [])]

    def describe(self, image: int) -> list[dict[str, Any]]:
        """The pipeline with its key, then every transform of it that told its numbers."""
        applied = bool(self.applied[image])
        if self.stage and not applied:
            return []
        around = {"stage": self.stage} if self.stage else {}
        magnitudes = {"key": self.keys[image]} if applied else {}
        first = {"op": self.title, "applied": applied, "magnitudes": magnitudes} | around
        told = self.parameters[image] if self.parameters and applied else ()
        stage = f"{self.stage} > {self.title}" if self.stage else self.title
        return [first, *({**_transform(one), "stage": stage} for one in told)]

    def to_json(self) -> dict[str, Any]:
        return {
            "op": self.op,
            "pipeline": self.pipeline,
            "applied": self.applied.tolist(),
            "keys": self.keys.tolist(),
            "resizes": self.resizes,
            "parameters": [_listed(told) for told in self.parameters],
            **({"stage": self.stage} if self.stage else {}),
            **({"name": self.name} if self.name else {}),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> ForeignDraw:
        return ForeignDraw(
            data["op"],
            data["pipeline"],
            Column.of(data["applied"]),
            Column.of(data["keys"]),
            data["resizes"],
            tuple(_tupled(told) for told in data["parameters"]),
            data.get("stage", ""),
            data.get("name", ""),
        )


def _transform(told: tuple[str, tuple[tuple[str, Told], ...]]) -> dict[str, Any]:
    name, values = told
    numbers = dict(number for key, value in values for number in _numbers(key, value))
    return {"op": name, "applied": True, "magnitudes": numbers}


def _numbers(name: str, value: Told) -> list[tuple[str, float | int]]:
    """A few numbers in a row have a name each, as `crop_coords.0`; words have none."""
    if isinstance(value, int | float):
        return [(name, value)]
    if isinstance(value, tuple) and len(value) <= _FEW:
        return [(f"{name}.{i}", n) for i, n in enumerate(value) if isinstance(n, int | float)]
    return []


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(item) for item in value) if isinstance(value, list) else value
