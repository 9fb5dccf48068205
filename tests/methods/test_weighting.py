"""Gaps between views → weights of pairs."""

from __future__ import annotations

from random import Random
from typing import get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.errors import TensorError, UsageError
from augscore.methods.weighting import Shape, effective_sample_size, pair_weights, weigh

SHAPES: tuple[Shape, ...] = get_args(Shape)
every_shape = pytest.mark.parametrize("shape", SHAPES)
gap_lists = st.lists(
    st.one_of(st.floats(-1e6, 1e6, width=32), st.sampled_from([0.0, 1.0, 2.0])),
    min_size=1,
    max_size=40,
)
shapes, signs = st.sampled_from(SHAPES), st.sampled_from([1.0, -1.0])
amplitudes = st.floats(0, 1)
clips = st.one_of(st.none(), st.floats(1, 5))


def weights_of(
    gaps: list[float], shape: Shape, *, sign: float = 1.0, clip: float | None = None
) -> list[float]:
    weights: list[float] = pair_weights(torch.tensor(gaps), shape, 0.5, sign, clip).tolist()
    return weights


@settings(deadline=None)
@given(gap_lists, shapes, amplitudes, signs, clips)
def test_laws(
    gaps: list[float], shape: Shape, amplitude: float, sign: float, clip: float | None
) -> None:
    gap = torch.tensor(gaps)
    found = pair_weights(gap, shape, amplitude, sign, clip)
    assert found.dtype == torch.float32
    assert found.shape == gap.shape
    assert float(found.double().mean()) == pytest.approx(1, abs=1e-5)
    assert float(found.min()) >= 0
    if clip is not None:
        assert float(found.max()) <= clip * (1 + 1e-6)
    order = gap.abs().argsort()
    rising = found[order] * sign
    assert bool((rising.diff() >= -1e-5).all())


@settings(deadline=None)
@given(gap_lists, shapes, signs, clips, st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_matter(
    gaps: list[float], shape: Shape, sign: float, clip: float | None, random: Random
) -> None:
    order = list(range(len(gaps)))
    random.shuffle(order)
    gap = torch.tensor(gaps)
    moved = pair_weights(gap[order], shape, 0.5, sign, clip)
    torch.testing.assert_close(moved, pair_weights(gap, shape, 0.5, sign, clip)[order])


@settings(deadline=None)
@given(gap_lists, shapes, signs, st.floats(1e-3, 1e3))
def test_the_unit_of_gaps_does_not_matter(
    gaps: list[float], shape: Shape, sign: float, unit: float
) -> None:
    gap = torch.tensor(gaps, dtype=torch.float64)
    scaled = pair_weights(gap * unit, shape, 0.5, sign)
    torch.testing.assert_close(scaled, pair_weights(gap, shape, 0.5, sign), rtol=1e-4, atol=1e-4)


GAPS = [1.0, 4.0, 4.0, 0.0, 16.0]


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ("abs", [0.2, 0.8, 0.8, 0.0, 3.2]),
        ("floor", [0.6, 0.9, 0.9, 0.5, 2.1]),
        ("sqrt", [1 / 1.8, 2 / 1.8, 2 / 1.8, 0.0, 4 / 1.8]),
        ("rank", [0.8, 1.1, 1.1, 0.6, 1.4]),
    ],
)
def test_shapes(shape: Shape, wanted: list[float]) -> None:
    assert weights_of(GAPS, shape) == pytest.approx(wanted)
    assert weights_of([-g for g in GAPS], shape) == pytest.approx(wanted)


def test_softmax_of_standardised_gaps() -> None:
    gaps = torch.tensor(GAPS)
    standard = (gaps - gaps.mean()) / gaps.std(correction=0)
    wanted = 5 * (0.5 * standard).softmax(0)
    assert weights_of(GAPS, "softmax") == pytest.approx(wanted.tolist())


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ("abs", [15 / 11, 12 / 11, 12 / 11, 16 / 11, 0.0]),
        ("rank", [1.2, 0.9, 0.9, 1.4, 0.6]),
    ],
)
def test_the_other_sign_mirrors_the_gaps(shape: Shape, wanted: list[float]) -> None:
    assert weights_of(GAPS, shape, sign=-1.0) == pytest.approx(wanted)


def test_ranks_keep_nine_tenths_of_a_batch() -> None:
    weights = pair_weights(torch.rand(256, generator=torch.Generator().manual_seed(0)))
    wanted = 256 / (1 + 0.5**2 / 3)
    assert float(effective_sample_size(weights)) == pytest.approx(wanted, rel=1e-3)


def test_a_clip_gives_to_the_others_in_proportion() -> None:
    assert weights_of(GAPS, "abs", clip=2.0) == pytest.approx([1 / 3, 4 / 3, 4 / 3, 0.0, 2.0])
    assert weights_of(GAPS, "abs", clip=3.2) == pytest.approx([0.2, 0.8, 0.8, 0.0, 3.2])
    assert weights_of(GAPS, "abs", clip=1.0) == pytest.approx([1.0] * 5)


def test_a_clip_that_the_rest_cannot_take_goes_to_the_zeros() -> None:
    assert weights_of([0.0, 0, 0, 9], "abs", clip=2.0) == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2.0])


@every_shape
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_no_gap_anywhere_is_told_and_weighs_nothing(shape: Shape, sign: float) -> None:
    found = weigh(torch.zeros(4), shape, 0.5, sign)
    assert found.fell_back
    assert found.weights.tolist() == [1, 1, 1, 1]


@every_shape
def test_equal_gaps_weigh_nothing(shape: Shape) -> None:
    for size in (1e-45, 0.1, 3e38):
        found = weigh(torch.full((4,), size), shape)
        assert found.weights.tolist() == pytest.approx([1, 1, 1, 1])
        assert found.fell_back == (shape in ("rank", "softmax"))
    assert not weigh(torch.tensor([1.0, 2.0]), shape).fell_back


@every_shape
def test_weights_have_no_gradient(shape: Shape) -> None:
    gap = torch.rand(8, requires_grad=True)
    assert not pair_weights(gap, shape).requires_grad


@every_shape
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_gaps_that_are_no_numbers_are_refused(shape: Shape, bad: float) -> None:
    with pytest.raises(UsageError, match="NaN or infinite") as refused:
        pair_weights(torch.tensor([1.0, bad]), shape)
    assert refused.value.code == "bad_gap"


@pytest.mark.parametrize(
    ("gap", "told"),
    [
        (torch.ones(3, 1), r"gap: got shape \(3, 1\), wanted \(N,\)"),
        (torch.ones(0), r"gap: got shape \(0,\)"),
        (torch.ones(3, dtype=torch.int64), "gap: got torch.int64, wanted floating point"),
        ([1.0, 2.0], "gap: got list"),
    ],
)
def test_gaps_of_another_form_are_refused(gap: torch.Tensor, told: str) -> None:
    with pytest.raises(TensorError, match=told):
        pair_weights(gap)


@pytest.mark.parametrize(
    ("shape", "amplitude", "sign", "clip", "told"),
    [
        ("ranks", 0.5, 1.0, None, "shape is 'ranks'. Known: abs, floor, sqrt, rank, softmax"),
        ("rank", 1.5, 1.0, None, "amplitude is 1.5. Give a number from 0 to 1"),
        ("floor", -0.1, 1.0, None, "amplitude is -0.1"),
        ("softmax", float("nan"), 1.0, None, "amplitude is nan. Give a number from 0 up"),
        ("rank", 0.5, 0.5, None, "sign is 0.5. Give 1 or -1"),
        ("rank", 0.5, 1.0, 0.9, "clip is 0.9. Give a number from 1 up"),
    ],
)
def test_numbers_out_of_range_are_refused(
    shape: Shape, amplitude: float, sign: float, clip: float | None, told: str
) -> None:
    with pytest.raises(UsageError) as refused:
        pair_weights(torch.rand(4), shape, amplitude, sign, clip)
    assert told in str(refused.value)


def test_effective_sample_size() -> None:
    assert float(effective_sample_size(torch.full((7,), 0.3))) == pytest.approx(7)
    assert float(effective_sample_size(torch.tensor([0.0, 2, 0, 2]))) == pytest.approx(2)
    assert float(effective_sample_size(torch.tensor([1.0, 3]))) == pytest.approx(1.6)
    assert float(effective_sample_size(torch.zeros(3))) == 0
