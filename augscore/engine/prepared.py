"""A drawn step as the functions take it: who is changed, columns, options, the function itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from augscore.engine.draw import Drawn, MixDraw, StepDraw
from augscore.engine.kernels.available import has_kernels
from augscore.engine.nodes import Value
from augscore.engine.ops.record import BackendChoice, Function, Kernel, Op
from augscore.engine.ops.table import find_op


@dataclass(frozen=True)
class PreparedStep:
    """`changed` says of each image whether the step changes it: applied, and not neutral."""

    op: Op
    function: Function
    changed: list[bool]
    columns: list[torch.Tensor]
    options: list[Value]
    kernel: Kernel | None = None

    @property
    def resizes(self) -> bool:
        return self.op.resizes

    def columns_of(self, rows: Sequence[int]) -> list[torch.Tensor]:
        """The columns of some images; all of them in their order are not copied."""
        if len(rows) == len(self.changed):
            return self.columns
        here = torch.tensor(rows)
        return [column[here] for column in self.columns]


@dataclass(frozen=True)
class PreparedMix:
    """Branches of steps, their weights and the share of their mixture, (N,) columns all."""

    changed: list[bool]
    branches: list[list[Prepared]]
    weights: list[torch.Tensor]
    share: torch.Tensor
    resizes: bool = False


Prepared = PreparedStep | PreparedMix


def prepare(drawn: Drawn, device: torch.device, backend: BackendChoice) -> Prepared:
    """Choose the function for the device and find out whom it changes."""
    if isinstance(drawn, MixDraw):
        branches = [[prepare(step, device, backend) for step in b] for b in drawn.branches]
        weights = [column.numbers for column in drawn.weights]
        return PreparedMix(_bools(drawn.applied.numbers), branches, weights, drawn.share.numbers)
    op = find_op(drawn.op)
    columns = [column.numbers for _, column in drawn.magnitudes]
    changed = _changed(op, drawn, columns)
    options = [value for _, value in drawn.options]
    kernel = op.kernel if backend == "auto" and has_kernels(device) else None
    return PreparedStep(op, op.function_on(device, backend), changed, columns, options, kernel)


def _changed(op: Op, drawn: StepDraw, columns: list[torch.Tensor]) -> list[bool]:
    pairs = zip(op.magnitudes, columns, strict=True)
    away = [column != m.neutral for m, column in pairs if m.neutral is not None]
    applied = drawn.applied.numbers
    if away:
        applied = applied & torch.stack(away).any(0)
    return _bools(applied)


def _bools(column: torch.Tensor) -> list[bool]:
    listed: list[bool] = column.tolist()
    return listed
