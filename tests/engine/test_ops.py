"""What every operation of the table keeps: run for each row, so a new op is held to it as well."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from augscore.engine.apply import apply_view
from augscore.engine.augment import augment
from augscore.engine.column import Column
from augscore.engine.draw import StepDraw, ViewDraw
from augscore.engine.drawing.view import draw_view
from augscore.engine.ladder import apply_op
from augscore.engine.nodes import Step
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError

SIZE = 40
every_op = pytest.mark.parametrize("op", list(OPS.values()), ids=list(OPS))
WITH_NEUTRAL = [op for op in OPS.values() if any(m.neutral is not None for m in op.magnitudes)]
LADDERS = [op for op in OPS.values() if op.ladder is not None]


def policy_of(op: Op, p: float = 1.0) -> Policy:
    return Policy("one", SIZE, (View((Step(op.name, op.example, p),)),))


def drawn(op: Op, count: int) -> StepDraw:
    sizes = [(SIZE, SIZE)] * count
    (step,) = draw_view(policy_of(op), list(range(count)), sizes, view=0, seed=3).steps
    assert isinstance(step, StepDraw)
    return step


def call(op: Op, images: torch.Tensor, step: StepDraw) -> torch.Tensor:
    columns = [column.numbers for _, column in step.magnitudes]
    options = [value for _, value in step.options]
    if op.resizes:
        return op.torch_function(list(images), *columns, *options, SIZE)
    return op.torch_function(images, *columns, *options)


@every_op
def test_shape_dtype_and_range_are_kept_and_the_input_is_untouched(
    floats40: torch.Tensor, op: Op
) -> None:
    before = floats40.clone()
    result = call(op, floats40, drawn(op, 6))
    assert torch.equal(floats40, before)
    assert result.shape == floats40.shape
    assert result.dtype == torch.float32
    assert result.data_ptr() != floats40.data_ptr()
    assert torch.isfinite(result).all()
    assert 0.0 <= result.min().item() <= result.max().item() <= 1.0


@every_op
@pytest.mark.parametrize("level", [0.0, 1.0])
def test_flat_black_and_white_stay_in_range(op: Op, level: float) -> None:
    result = call(op, torch.full((4, 3, SIZE, SIZE), level), drawn(op, 4))
    assert torch.isfinite(result).all()
    assert 0.0 <= result.min().item() <= result.max().item() <= 1.0


@every_op
def test_a_batch_is_its_images_one_by_one(floats40: torch.Tensor, op: Op) -> None:
    step = drawn(op, 6)
    batch = call(op, floats40, step)
    for i in range(6):
        assert torch.equal(batch[i], call(op, floats40[i : i + 1], step.select([i]))[0])


@every_op
def test_order_in_the_batch_does_not_matter(floats40: torch.Tensor, op: Op) -> None:
    step, order = drawn(op, 6), [4, 0, 5, 2, 1, 3]
    shuffled = call(op, floats40[order], step.select(order))
    assert torch.equal(call(op, floats40, step)[order], shuffled)


@every_op
def test_the_example_changes_images(floats40: torch.Tensor, op: Op) -> None:
    # Black and white would leave autocontrast nothing to do.
    dull = 0.1 + 0.8 * floats40
    changed = (call(op, dull, drawn(op, 6)) - dull).abs().amax((1, 2, 3))
    assert (changed > 0.01).all()


@every_op
def test_p_0_is_never_and_p_1_is_always(floats40: torch.Tensor, op: Op) -> None:
    (reference,), _ = augment(floats40, Policy("none", SIZE, (View(()),)))
    (never,), none = augment(floats40, policy_of(op, 0.0))
    (_,), all_of_them = augment(floats40, policy_of(op, 1.0))
    assert torch.equal(never, reference)
    assert not any(none.views[0].steps[0].applied)
    assert all(all_of_them.views[0].steps[0].applied)


@every_op
def test_only_images_that_the_gate_lets_through_are_changed(floats40: torch.Tensor, op: Op) -> None:
    step = drawn(op, 6)
    gated = replace(step, applied=Column.of((True, False, False, True, True, False)))
    view = apply_view(list(floats40), ViewDraw(SIZE, (gated,)))
    everything = apply_view(list(floats40), ViewDraw(SIZE, (step,)))
    assert torch.equal(view[[0, 3, 4]], everything[[0, 3, 4]])
    assert torch.equal(view[[1, 2, 5]], floats40[[1, 2, 5]])


@pytest.mark.parametrize("op", WITH_NEUTRAL, ids=lambda op: op.name)
def test_the_neutral_magnitude_is_the_identity(floats40: torch.Tensor, op: Op) -> None:
    step = drawn(op, 6)
    columns = tuple(
        (m.name, values if m.neutral is None else Column.of((m.neutral,) * 6))
        for m, (_, values) in zip(op.magnitudes, step.magnitudes, strict=True)
    )
    neutral = StepDraw(op.name, step.applied, columns, step.options)
    assert torch.allclose(call(op, floats40, neutral), floats40, atol=1e-5)
    assert torch.equal(apply_view(list(floats40), ViewDraw(SIZE, (neutral,))), floats40)


@every_op
def test_strides_do_not_matter(op: Op) -> None:
    wide = torch.rand(3, 3, SIZE, 2 * SIZE, generator=torch.Generator().manual_seed(1))
    strided = wide[..., ::2]
    (of_strided,), _ = augment(strided, policy_of(op))
    (of_contiguous,), _ = augment(strided.contiguous(), policy_of(op))
    assert torch.equal(of_strided, of_contiguous)


@every_op
def test_the_record_says_what_the_draw_holds(op: Op) -> None:
    assert op.source
    step = drawn(op, 64)
    assert [name for name, _ in step.magnitudes] == [m.name for m in op.magnitudes]
    for magnitude, (_, values) in zip(op.magnitudes, step.magnitudes, strict=True):
        assert all(magnitude.low <= value <= magnitude.high for value in values)


def test_a_batch_is_its_images_on_two_threads_too() -> None:
    threads = torch.get_num_threads()
    images = torch.rand(8, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    step = Step("ColorJitter", (("contrast", (0.5, 0.5)),))
    policy = Policy("contrast", 224, (View((step,)),))
    (columns,) = draw_view(policy, list(range(8)), [(224, 224)] * 8, view=0).steps
    assert isinstance(columns, StepDraw)
    op = OPS["ColorJitter"]
    try:
        torch.set_num_threads(2)
        together = call(op, images, columns)
        for i in range(8):
            assert torch.equal(call(op, images[i : i + 1], columns.select([i]))[0], together[i])
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize("op", LADDERS, ids=lambda op: op.name)
def test_a_ladder_rung_is_the_op_at_one_magnitude(floats40: torch.Tensor, op: Op) -> None:
    assert op.ladder is not None
    bounds = op.magnitude(op.ladder)
    neutral = bounds.neutral
    assert neutral is not None
    assert torch.equal(apply_op(floats40, op.name, neutral), floats40)
    near, far = (
        (neutral + 1, neutral + 3)
        if isinstance(neutral, int)
        else (
            neutral + 0.25,
            neutral + 0.45,
        )
    )
    little = (apply_op(floats40, op.name, near) - floats40).abs().mean()
    much = (apply_op(floats40, op.name, far) - floats40).abs().mean()
    assert 0 < little.item() < much.item()
    assert torch.equal(apply_op(floats40, op.name, far)[:2], apply_op(floats40[:2], op.name, far))
    for outside in (bounds.low - 1, bounds.high + 1):
        if math.isfinite(outside):
            with pytest.raises(UsageError, match=bounds.name):
                apply_op(floats40, op.name, outside)


def test_a_ladder_refuses_what_it_cannot_turn(floats40: torch.Tensor) -> None:
    with pytest.raises(UsageError, match="single magnitude"):
        apply_op(floats40, "ColorJitter", 0.5)
    with pytest.raises(UsageError, match="GaussianBlur"):
        apply_op(floats40, "GausianBlur", 0.5)
    with pytest.raises(UsageError, match="sigma"):
        apply_op(floats40, "GaussianBlur", math.nan)


def test_noise_of_a_ladder_differs_from_image_to_image() -> None:
    noisy = apply_op(torch.full((2, 3, 16, 16), 0.5), "GaussianNoise", 0.1)
    assert not torch.equal(noisy[0], noisy[1])
