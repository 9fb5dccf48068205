"""Gradients with respect to the images against finite differences, in float64."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from augscore.engine.ops.record import Function, Op
from augscore.engine.ops.table import OPS
from tests.engine.test_ops import SIZE, drawn

COUNT = 3
CASES = [
    pytest.param(op, function, id=f"{op.name}-{backend}")
    for op in OPS.values()
    for backend, function in (("torch", op.torch_function), ("kornia", op.kornia_function))
    if function is not None
]
Images = Callable[[torch.Tensor], torch.Tensor]


def smooth_images() -> torch.Tensor:
    """(COUNT, 3, SIZE, SIZE) float64, from 0.15 to 0.7: no channel or pixel is equal to another,
    none is near 0 or 1, so that a small step crosses no kink."""
    generator = torch.Generator().manual_seed(0)
    side = torch.linspace(0, 1, SIZE, dtype=torch.float64)
    phases = torch.arange(3 * COUNT, dtype=torch.float64).view(COUNT, 3, 1, 1)
    waves = torch.sin(3 * side[:, None] + 2 * side + 1.1 * phases)
    jitter = torch.rand(COUNT, 3, SIZE, SIZE, generator=generator, dtype=torch.float64)
    return 0.4 + 0.2 * waves + 0.05 * jitter


def bound(op: Op, function: Function) -> Images:
    """An op with the magnitudes of its example, as a function of images alone."""
    step = drawn(op, COUNT)
    columns = [column.numbers for _, column in step.magnitudes]
    options = [value for _, value in step.options]
    if op.resizes:
        return lambda images: function(list(images), *columns, *options, SIZE)
    return lambda images: function(images, *columns, *options)


def gradient(call: Images, images: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    leaf = images.clone().requires_grad_()
    result = call(leaf)
    if not result.requires_grad:
        return torch.zeros_like(images)
    (found,) = torch.autograd.grad((result * weights).sum(), leaf)
    return found


@pytest.mark.parametrize(("op", "function"), CASES)
def test_gradients_are_those_of_finite_differences(op: Op, function: Function) -> None:
    call, images = bound(op, function), smooth_images()
    generator = torch.Generator().manual_seed(1)
    weights, direction = torch.randn(2, *images.shape, generator=generator, dtype=torch.float64)
    found = gradient(call, images, weights)
    if not op.differentiable:
        assert not found.any()
        return
    # A resized crop is linear, and computed in float32.
    step = 1e-3 if op.resizes else 1e-6
    ahead, behind = (call(images + sign * step * direction).double() for sign in (1, -1))
    expected = ((ahead - behind) * weights).sum().item() / (2 * step)
    assert (found * direction).sum().item() == pytest.approx(expected, rel=1e-3, abs=1e-2)
    assert found.abs().max() > 0.01
