"""The views of a draw, whatever its operations do: one that breaks costs its own images alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch

from augscore.auditing.probing.guard import Guard, Patience, SizeSink, StepBroke
from augscore.auditing.table import Fault
from augscore.engine.apply import Pictures, apply_view
from augscore.engine.bring.randomness import put_back
from augscore.engine.bring.time_limit import TookTooLong, limited
from augscore.engine.draw import Drawn, Precision, StepDraw, ViewDraw
from augscore.engine.foreign_draw import ForeignDraw
from augscore.engine.ops.record import BackendChoice
from augscore.engine.ops.table import find_op
from augscore.engine.trial import faults_of_step, global_states

_SLACK = 1e-4

Tolerated = tuple[list[torch.Tensor | None], list[Fault | None]]


def tolerant_view(
    images: Pictures,
    view: ViewDraw,
    *,
    parts: Sequence[int | None] = (),
    patience: Patience | None = None,
    returned: SizeSink = lambda place, key, size: None,
    backend: BackendChoice = "auto",
    precision: Precision = "fast",
) -> Tolerated:
    """The view of every image, float32 (3, S, S), and what went wrong with it.

    `images`, `view`, `backend` and `precision` are as for `apply_view`; `parts` has the part of
    every step of the view, for the faults. A view is None where an operation raised, hung, drew
    from a global generator, or returned nothing, no number, another shape or another range.
    Transforms of other libraries are given seeded generators and a copy of the image: one that
    writes to the copy (`op_mutates`), or returns another size where nothing resizes (`op_shape`),
    is told, and its view is there; `returned` hears of every size that comes back. They are held to
    the `patience` for each image, our own operations for each batch; see `Patience.why_unlimited`.
    Global generators are left as they were.
    """
    patience = Patience() if patience is None else patience
    guarded = replace(view, steps=tuple(_guarded(view.steps, patience, returned)))
    attempt = _Attempt(guarded, tuple(parts), patience, backend, precision)
    try:
        return attempt.together(images)
    except _Wrong:
        alone = [attempt.of(place).alone(image) for place, image in enumerate(images)]
        return [one for one, _ in alone], [fault for _, fault in alone]


class _Wrong(Exception):
    """What a view does wrong; `place` is the step that does it, None while that is unknown."""

    def __init__(self, code: str, message: str, place: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.place = code, message, place


@dataclass(frozen=True)
class _Attempt:
    """At one view, of many images or one."""

    view: ViewDraw
    parts: tuple[int | None, ...]
    patience: Patience
    backend: BackendChoice
    precision: Precision

    def of(self, place: int) -> _Attempt:
        return replace(self, view=self.view.select([place]))

    def together(self, images: Pictures) -> Tolerated:
        """All of them in one go; raises _Wrong."""
        views = self._applied(images, self.view)
        return [*views], [self._noticed(place) for place in range(len(images))]

    def alone(self, image: torch.Tensor) -> tuple[torch.Tensor | None, Fault | None]:
        try:
            ((view,), (fault,)) = self.together([image])
        except _Wrong as wrong:
            return None, self._fault(self._found(image, wrong))
        return view, fault

    def _applied(self, images: Pictures, view: ViewDraw) -> torch.Tensor:
        with put_back(), self._limited(view):
            before = global_states()
            with _telling():
                views = apply_view(images, view, backend=self.backend, precision=self.precision)
            moved = not all(map(torch.equal, before, global_states()))
        if moved:
            raise _Wrong("op_global_rng", "it draws from a global generator")
        _check_values(views)
        return views

    @contextmanager
    def _limited(self, view: ViewDraw) -> Iterator[None]:
        """Of our own operations alone: each transform of other libraries has its own limit."""
        if any(isinstance(step, ForeignDraw) for step in view.steps):
            yield
            return
        try:
            with limited(self.patience.seconds):
                yield
        except TookTooLong as error:
            told = f"it took longer than {self.patience.seconds:g} s"
            raise _Wrong("op_hang", told) from error

    def _found(self, image: torch.Tensor, wrong: _Wrong) -> _Wrong:
        """The same for one image, with the step that does it: the first without which all is
        well."""
        if wrong.place is not None:
            return wrong
        steps = self.view.steps
        for place in (p for p, step in enumerate(steps) if step.applied[0]):
            try:
                self._applied([image], replace(self.view, steps=steps[: place + 1]))
            except _Wrong as found:
                code, message = self._more_exactly(image, place, found)
                return _Wrong(code, message, place)
        return wrong

    def _more_exactly(self, image: torch.Tensor, place: int, wrong: _Wrong) -> tuple[str, str]:
        """What a step of ours returned, where the engine only stumbled over it."""
        step, known = self.view.steps[place], (wrong.code, wrong.message)
        if wrong.code == "op_hang" or not isinstance(step, StepDraw) or find_op(step.op).resizes:
            return known
        before = self._applied([image], replace(self.view, steps=self.view.steps[:place]))
        with put_back():
            return next(iter(faults_of_step(step, before, self.view.size)), known)

    def _noticed(self, image: int) -> Fault | None:
        """What a step did wrong although it returned a picture."""
        for place, step in enumerate(self.view.steps):
            if not isinstance(step, ForeignDraw) or not isinstance(step.run, Guard):
                continue
            noticed = step.run.noticed.get(int(step.keys[image]))
            if step.applied[image] and noticed is not None:
                return self.of(image)._fault(_Wrong(*noticed, place))
        return None

    def _fault(self, wrong: _Wrong) -> Fault:
        if wrong.place is None:
            return Fault(wrong.code, wrong.message, None)
        step = self.view.steps[wrong.place]
        message = wrong.message if isinstance(step, ForeignDraw) else f"{step.op}: {wrong.message}"
        part = self.parts[wrong.place] if self.parts else None
        return Fault(wrong.code, message, part, detail_of(step))


def _guarded(steps: Sequence[Drawn], patience: Patience, returned: SizeSink) -> Iterator[Drawn]:
    """What stands before a step that resizes may do so, too."""
    first = next((place for place, step in enumerate(steps) if _resizes(step)), 0)
    for place, step in enumerate(steps):
        if isinstance(step, ForeignDraw) and step.run is not None:
            keeps = not step.resizes and place >= first
            guard = Guard(step.run, step.title, step.pipeline, place, patience, keeps, returned)
            yield replace(step, run=guard)
        else:
            yield step


def _resizes(step: Drawn) -> bool:
    if isinstance(step, StepDraw):
        return find_op(step.op).resizes
    return isinstance(step, ForeignDraw) and step.resizes


@contextmanager
def _telling() -> Iterator[None]:
    """Whatever is raised inside becomes _Wrong; but for a device that is out of memory."""
    try:
        yield
    except (torch.OutOfMemoryError, TookTooLong):
        raise
    except Exception as error:
        broke = _broken_step(error)
        if broke is None:
            told = f"it raised {type(error).__name__}: {error}"
            raise _Wrong("op_raised", told) from error
        raise _Wrong(broke.code, broke.message, broke.place) from error


def _broken_step(error: BaseException | None) -> StepBroke | None:
    while error is not None and not isinstance(error, StepBroke):
        error = error.__cause__
    return error


def _check_values(views: object) -> None:
    if not isinstance(views, torch.Tensor):
        raise _Wrong("op_none", f"it returns {type(views).__name__} in place of a tensor")
    if not bool(views.isfinite().all()):
        raise _Wrong("op_nan", "NaN or infinity")
    if not len(views):
        return
    low, high = (float(end) for end in views.aminmax())
    if low < -_SLACK or high > 1 + _SLACK:
        raise _Wrong("op_range", f"values from {low:g} to {high:g}, not in [0, 1]")


def detail_of(step: Drawn) -> str:
    """Parameters, or the key, of the one image of a step: what makes it happen again."""
    told: dict[str, Any] = step.describe(0)[0]
    numbers = ", ".join(f"{name}={value!r}" for name, value in told["magnitudes"].items())
    return f"{told['op']}({numbers})"
