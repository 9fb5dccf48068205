"""Every operation of a policy run by itself: what breaks, what breaks a promise, what hangs."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from augscore.engine.draw import StepDraw, every_step
from augscore.engine.drawing.view import draw
from augscore.engine.ops.table import find_op
from augscore.engine.policy import Policy

PATIENCE = 30.0
SEED, _IMAGES, _SLACK = 0, 4, 1e-4

Waiting = Callable[[str], None]


@dataclass(frozen=True)
class Fault:
    """What an operation does that it must not; `code` is one of `op_raised`, `op_none`,
    `op_shape`, `op_nan`, `op_mutates`, `op_global_rng`."""

    op: str
    code: str
    message: str
    view: int


def try_policy(
    policy: Policy, *, waiting: Waiting = lambda op: None, patience: float = PATIENCE
) -> list[Fault]:
    """Run every operation that a policy may draw, with magnitudes that it draws, on a few pictures.

    Each runs whatever its chance, and alone, so that one that breaks hides no other. `waiting` is
    called, from another thread, with the name of an operation that takes longer than `patience`
    seconds; nothing is ended, and an interruption ends all. An operation is told once a fault.
    Raises UsageError for a policy that cannot be drawn at its size.
    """
    found: dict[tuple[str, str], Fault] = {}
    for view in range(len(policy.views)):
        side = policy.views[view].size or policy.size
        for step in _steps(policy, view, side):
            with _watched(step.op, waiting, patience):
                faults = faults_of_step(step, _pictures(side), side)
            for code, message in faults:
                found.setdefault((step.op, code), Fault(step.op, code, message, view))
    return list(found.values())


def _steps(policy: Policy, view: int, side: int) -> Iterator[StepDraw]:
    sizes = [(side, side)] * _IMAGES
    drawn = draw(policy, list(range(_IMAGES)), sizes, seed=SEED).views[view]
    return every_step(drawn.steps)


def _pictures(side: int) -> torch.Tensor:
    """(4, 3, side, side) float32: noise, a slope of every colour, black and white."""
    noise = torch.rand(3, side, side, generator=torch.Generator().manual_seed(SEED))
    across = torch.linspace(0, 1, side).expand(side, side)
    slope = torch.stack([across, across.T, across.flip(1)])
    return torch.stack([noise, slope, torch.zeros_like(noise), torch.ones_like(noise)])


def faults_of_step(step: StepDraw, pictures: torch.Tensor, side: int) -> list[tuple[str, str]]:
    """(code, message) of what a step does wrong to (N, 3, H, W) in [0, 1]; `side` is the size in px
    of one that resizes."""
    before, states = pictures.clone(), global_states()
    try:
        result = _run(step, pictures, side)
    except Exception as error:
        return [("op_raised", f"it raised {type(error).__name__}: {error}")]
    faults = _faults_of(result, before)
    if not torch.equal(pictures, before):
        faults.append(("op_mutates", "it writes into the images that it is given"))
    if not all(map(torch.equal, states, global_states())):
        faults.append(
            ("op_global_rng", "it draws from a global generator: no draw can be replayed")
        )
    return faults


def _run(step: StepDraw, pictures: torch.Tensor, side: int) -> object:
    op = find_op(step.op)
    function = op.function_on(pictures.device, "auto")
    columns = [column.numbers for _, column in step.magnitudes]
    options = [value for _, value in step.options]
    if op.resizes:
        return function(list(pictures), *columns, *options, side)
    return function(pictures, *columns, *options)


def _faults_of(result: object, pictures: torch.Tensor) -> list[tuple[str, str]]:
    if result is None:
        return [("op_none", "it returns None")]
    if not isinstance(result, torch.Tensor):
        return [("op_shape", f"it returns {type(result).__name__} in place of a tensor")]
    if (result.shape, result.dtype) != (pictures.shape, pictures.dtype):
        got, wanted = (f"{tuple(t.shape)} {t.dtype}" for t in (result, pictures))
        return [("op_shape", f"it returns {got} in place of {wanted}")]
    for image, values in enumerate(result):
        if not bool(values.isfinite().all()):
            return [("op_nan", f"NaN or infinity in picture {image}")]
        low, high = values.aminmax()
        if low < -_SLACK or high > 1 + _SLACK:
            return [
                ("op_nan", f"values from {low:g} to {high:g} in picture {image}, not in [0, 1]")
            ]
    return []


def global_states() -> list[torch.Tensor]:
    """Where the global generators stand: torch's on the CPU, numpy's, Python's."""
    numbers = np.random.get_state(legacy=False)["state"]
    python = random.getstate()[1]
    return [
        torch.get_rng_state(),
        torch.tensor([int(n) for n in (*numbers["key"], numbers["pos"])]),
        torch.tensor([int(n) for n in python]),
    ]


@contextmanager
def _watched(op: str, waiting: Waiting, patience: float) -> Iterator[None]:
    timer = threading.Timer(patience, waiting, (op,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
