from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
import torch

from augscore.methods.weighting import pair_weights
from augscore.training.config import Shape, WeightingConfig, WeightingKind
from augscore.training.weighing.weigher import Weigher

GAPS = torch.tensor([0.3, 0.1, 2.0, 0.7, 0.7, 0.0, 1.1, 0.2])


def weigher(epochs: float = 10, seed: int = 0, **config: object) -> Weigher:
    chosen = replace(WeightingConfig(), **{"kind": "score", **config})  # type: ignore[arg-type]
    return Weigher(chosen, None, steps_per_epoch=4, epochs=epochs, seed=seed)


@pytest.mark.parametrize("kind", get_args(WeightingKind))
@pytest.mark.parametrize("shape", get_args(Shape))
def test_weights_are_float32_of_mean_1(kind: WeightingKind, shape: Shape) -> None:
    found = weigher(kind=kind, shape=shape).weights(GAPS, 3)
    assert (found.values.dtype, found.values.requires_grad) == (torch.float32, False)
    assert abs(float(found.values.double().mean()) - 1) < 1e-6
    assert bool((found.values >= 0).all())
    assert (found.fell_back, found.refused) == (False, 0)
    assert torch.equal(weigher(kind=kind, shape=shape).weights(GAPS, 3).values, found.values)


def test_none_is_ones_to_the_bit() -> None:
    assert torch.equal(weigher(kind="none").weights(GAPS, 0).values, torch.ones(8))


@pytest.mark.parametrize("kind", ["score", "pixel", "parameter", "uniform"])
def test_the_shape_is_that_of_pair_weights(kind: WeightingKind) -> None:
    found = weigher(kind=kind, shape="softmax", amplitude=0.7, sign=-1.0, clip=1.5).weights(GAPS, 0)
    wanted = pair_weights(GAPS, shape="softmax", amplitude=0.7, sign=-1.0, clip=1.5)
    assert torch.equal(found.values, wanted)


def test_scorecl_is_the_gap_at_mean_1() -> None:
    found = weigher(kind="scorecl", shape="rank", sign=-1.0).weights(GAPS, 0)
    torch.testing.assert_close(found.values, GAPS / GAPS.mean())


def test_permuted_weights_are_the_same_ones_elsewhere() -> None:
    straight = weigher().weights(GAPS, 5).values
    chosen = weigher(kind="permuted")
    found = [chosen.weights(GAPS, step).values for step in range(40)]
    assert all(torch.equal(w.sort().values, straight.sort().values) for w in found)
    assert len({tuple(w.tolist()) for w in found}) > 30
    assert not torch.equal(weigher(kind="permuted", seed=1).weights(GAPS, 5).values, found[5])
    mean = torch.stack([chosen.weights(GAPS, step).values for step in range(4000)]).mean(dim=0)
    torch.testing.assert_close(mean, torch.ones(8), atol=0.03, rtol=0)


def test_inverted_weights_turn_the_order_round() -> None:
    straight, inverted = (weigher(kind=k).weights(GAPS, 0).values for k in ("score", "inverted"))
    assert torch.equal(straight.argsort(stable=True), GAPS.argsort(stable=True))
    torch.testing.assert_close(straight + inverted, torch.full((8,), 2.0))


def test_equal_gaps_fall_back_to_ones_and_say_so() -> None:
    for kind in ("score", "scorecl", "permuted"):
        found = weigher(kind=kind).weights(torch.zeros(5), 0)
        assert torch.equal(found.values, torch.ones(5))
        assert found.fell_back


def test_gaps_that_are_no_numbers_weigh_1_and_are_counted() -> None:
    broken = GAPS.clone()
    broken[[1, 6]] = torch.tensor([float("nan"), float("inf")])
    found = weigher().weights(broken, 0)
    assert found.refused == 2
    assert found.values[[1, 6]].tolist() == [1, 1]
    rest = [0, 2, 3, 4, 5, 7]
    assert torch.equal(found.values[rest], pair_weights(GAPS[rest]))
    nothing = weigher().weights(torch.full((3,), float("nan")), 0)
    assert (nothing.values.tolist(), nothing.fell_back, nothing.refused) == ([1, 1, 1], True, 3)


def test_weights_grow_and_return() -> None:
    chosen = weigher(warmup_epochs=2.0, decay_epochs=4.0)
    full = weigher().weights(GAPS, 0).values - 1
    for step, share in (
        (0, 0.0),
        (2, 0.25),
        (8, 1.0),
        (23, 1.0),
        (24, 1.0),
        (32, 0.5),
        (39, 1 / 16),
    ):
        found = chosen.weights(GAPS, step).values
        torch.testing.assert_close(found, 1 + share * full)
    assert torch.equal(chosen.weights(GAPS, 0).values, torch.ones(8))
    assert torch.equal(chosen.weights(GAPS, 12).values, weigher().weights(GAPS, 12).values)
    short = weigher(epochs=2.0, warmup_epochs=2.0, decay_epochs=2.0)
    peak = max(float(short.weights(GAPS, step).values.max()) for step in range(8))
    assert peak == pytest.approx(1 + 0.5 * float(full.max()))
