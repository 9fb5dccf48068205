"""A draw that came from outside, against the table of operations: nothing else may be replayed."""

from __future__ import annotations

import torch

from augscore.engine.column import Column
from augscore.engine.door import check_whole, check_words
from augscore.engine.draw import Draw, StepDraw, ViewDraw, every_step, invalid
from augscore.engine.nodes import Value
from augscore.engine.ops.table import find_op
from augscore.errors import UsageError
from augscore.images.limits import check_side


def check_draw(draw: Draw) -> None:
    """Raise UsageError (`draw_invalid`) for words, sizes, magnitudes, options and boxes that no
    policy could have drawn."""
    try:
        check_words(draw.backend, draw.precision)
        for height, width in draw.sizes:
            check_whole("height", height, lowest=1)
            check_whole("width", width, lowest=1)
        for view in draw.views:
            _check_view(view, draw.sizes)
    except UsageError as error:
        raise invalid(f"this draw cannot be replayed: {error.message}") from error


def _check_view(view: ViewDraw, sizes: tuple[tuple[int, int], ...]) -> None:
    check_whole("size", view.size, lowest=1)
    check_side(view.size)
    frames = sizes
    for step in every_step(view.steps):
        _check_magnitudes(step)
        op = find_op(step.op)
        written = dict(step.options)
        for argument in op.arguments:
            if argument.name in written:
                argument.read(op.name, written[argument.name])
        if "padding" in written:
            _check_corners(step, written["padding"])
        if op.resizes:
            _check_boxes(step, frames)
            frames = ((view.size, view.size),) * len(sizes)


def _check_magnitudes(step: StepDraw) -> None:
    op = find_op(step.op)
    for name, column in step.magnitudes:
        bounds = op.magnitude(name)
        numbers = column.numbers.to(torch.float64)
        if not bool(((numbers >= bounds.low) & (numbers <= bounds.high)).all()):
            raise invalid(f"{step.op}: a {name} outside {bounds.low:g} to {bounds.high:g}")
        if not bool(numbers.isfinite().all()):
            raise invalid(f"{step.op}: a {name} that is no finite number")


def _check_boxes(step: StepDraw, frames: tuple[tuple[int, int], ...]) -> None:
    columns: dict[str, Column] = dict(step.magnitudes)
    heights, widths = torch.tensor(frames, dtype=torch.int64).reshape(-1, 2).unbind(1)
    below = columns["top"].numbers + columns["height"].numbers
    beside = columns["left"].numbers + columns["width"].numbers
    if not bool(((below <= heights) & (beside <= widths)).all()):
        raise invalid(f"{step.op}: a box that reaches out of its image")


def _check_corners(step: StepDraw, padding: Value) -> None:
    """A cut of the image's own size out of it with `padding` on all sides."""
    assert isinstance(padding, int)
    for name, column in step.magnitudes:
        if bool((column.numbers > 2 * padding).any()):
            raise invalid(f"{step.op}: a {name} that reaches out of the padded image")
