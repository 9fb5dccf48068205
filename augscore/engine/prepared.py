"""A drawn step as the functions take it: who is changed, columns, options, the function itself."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import torch

from augscore.engine.draw import Drawn, MixDraw, StepDraw
from augscore.engine.foreign_draw import ForeignDraw, Run
from augscore.engine.kernels.available import has_kernels
from augscore.engine.nodes import Value
from augscore.engine.ops.record import BackendChoice, Function, Kernel, Op
from augscore.engine.ops.table import find_op


class Chosen:
    """The places of the images that a step changes, in order."""

    def __init__(self, changed: torch.Tensor) -> None:
        self.where = changed.nonzero()[:, 0]
        self.listed: list[int] = self.where.tolist()

    def within(self, start: int, stop: int) -> tuple[torch.Tensor, slice]:
        """Those from `start` to before `stop`, counted from `start`, and where they are here."""
        first = bisect_left(self.listed, start)
        here = slice(first, bisect_left(self.listed, stop, first))
        return self.where[here] - start, here

    def any_within(self, start: int, stop: int) -> bool:
        first = bisect_left(self.listed, start)
        return first < len(self.listed) and self.listed[first] < stop


@dataclass(frozen=True)
class PreparedStep:
    """A step for those whom it changes: applied, and not neutral. `columns` hold only these."""

    op: Op
    function: Function
    chosen: Chosen
    columns: list[torch.Tensor]
    options: list[Value]
    kernel: Kernel | None = None

    @property
    def resizes(self) -> bool:
        return self.op.resizes


@dataclass(frozen=True)
class PreparedMix:
    """Branches of steps, the weights of each in the result, and of the image itself: (N,)."""

    chosen: Chosen
    branches: list[list[Prepared]]
    weights: list[torch.Tensor]
    rest: torch.Tensor
    resizes: bool = False


@dataclass(frozen=True)
class PreparedForeign:
    """A pipeline of another library, and the keys of those whom it is applied to."""

    chosen: Chosen
    keys: list[int]
    run: Run
    whose: str
    resizes: bool


Prepared = PreparedStep | PreparedMix | PreparedForeign


def prepare(drawn: Drawn, device: torch.device, backend: BackendChoice) -> Prepared:
    """Choose the function for the device and find out whom it changes."""
    if isinstance(drawn, MixDraw):
        applied = drawn.applied.numbers
        share = drawn.share.numbers * applied
        branches = [[prepare(step, device, backend) for step in b] for b in drawn.branches]
        weights = [column.numbers * share for column in drawn.weights]
        return PreparedMix(Chosen(applied), branches, weights, 1 - share)
    if isinstance(drawn, ForeignDraw):
        return _prepare_foreign(drawn)
    op = find_op(drawn.op)
    columns = [column.numbers for _, column in drawn.magnitudes]
    chosen = Chosen(_changed(op, drawn, columns))
    options = [value for _, value in drawn.options]
    kernel = op.kernel_on(device) if backend == "auto" and has_kernels(device) else None
    theirs = [column[chosen.where] for column in columns]
    return PreparedStep(op, op.function_on(device, backend), chosen, theirs, options, kernel)


def _prepare_foreign(drawn: ForeignDraw) -> PreparedForeign:
    assert drawn.run is not None
    chosen = Chosen(drawn.applied.numbers)
    keys: list[int] = drawn.keys.numbers[chosen.where].tolist()
    return PreparedForeign(chosen, keys, drawn.run, drawn.title, drawn.resizes)


def _changed(op: Op, drawn: StepDraw, columns: list[torch.Tensor]) -> torch.Tensor:
    """(N,) bool: applied, and some magnitude away from its neutral value."""
    pairs = zip(op.magnitudes, columns, strict=True)
    away = [column != m.neutral for m, column in pairs if m.neutral is not None]
    applied = drawn.applied.numbers
    return applied & torch.stack(away).any(0) if away else applied
