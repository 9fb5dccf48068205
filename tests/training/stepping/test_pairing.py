"""Which views make pairs, and which of two the momentum copy sees."""

from __future__ import annotations

import pytest

from augscore.engine.nodes import Step
from augscore.engine.policies import find_policy
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError
from augscore.methods.record import Constants, TargetConstants
from augscore.training.stepping.pairing import pairing_of

FLIP = (Step("RandomHorizontalFlip", p=0.5),)


def policy(*sides: int | None, names: tuple[str, ...] = ()) -> Policy:
    named = names or ("",) * len(sides)
    views = tuple(View(FLIP, side, name) for side, name in zip(sides, named, strict=True))
    return Policy("mine", 32, views)


def test_two_views_are_one_pair() -> None:
    assert pairing_of(policy(None), 2, 32, Constants()).pairs == ((0, 1),)


def test_four_views_of_one_size_are_six_pairs() -> None:
    pairs = pairing_of(policy(None), 4, 32, Constants()).pairs
    assert pairs == ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))


def test_small_views_pair_with_the_global_ones_alone() -> None:
    pairing = pairing_of(find_policy("swav"), 8, 224, Constants())
    assert pairing.online_views == tuple(range(8))
    assert pairing.target_views == ()
    assert len(pairing.pairs) == 1 + 2 * 6
    assert all(a in (0, 1) for a, _ in pairing.pairs)


def test_the_weak_view_is_the_key() -> None:
    constants = TargetConstants()
    weak_first = policy(None, None, names=("weak", "strong"))
    strong_first = policy(None, None, names=("strong", "weak"))
    assert pairing_of(weak_first, 2, 32, constants).pairs == ((0, 1),)
    assert pairing_of(strong_first, 2, 32, constants).pairs == ((1, 0),)
    assert pairing_of(find_policy("sce-cifar"), 2, 32, constants).pairs == ((0, 1),)
    assert pairing_of(policy(None), 2, 32, constants).pairs == ((0, 1),)


def test_a_view_that_is_a_key_alone_goes_through_the_copy_alone() -> None:
    strong_first = policy(None, None, names=("strong", "weak"))
    asymmetric = pairing_of(strong_first, 2, 32, TargetConstants())
    assert (asymmetric.online_views, asymmetric.target_views) == ((0,), (1,))
    symmetric = pairing_of(strong_first, 2, 32, TargetConstants(symmetric=True))
    assert (symmetric.online_views, symmetric.target_views) == ((0, 1), (0, 1))
    crops = pairing_of(policy(None, 16, 16), 3, 32, TargetConstants(symmetric=True))
    assert (crops.online_views, crops.target_views) == ((1, 2), (0,))


def test_every_global_view_is_a_key_once_for_each_other_view() -> None:
    pairing = pairing_of(policy(None, None, 16), 3, 32, TargetConstants())
    assert pairing.pairs == ((0, 1), (0, 2), (1, 0), (1, 2))


def test_full_size_views_come_first() -> None:
    with pytest.raises(UsageError, match="16, 32 px"):
        pairing_of(policy(16, None), 2, 32, Constants())


def test_one_view_makes_no_pair() -> None:
    with pytest.raises(UsageError, match="make no pairs"):
        pairing_of(policy(None), 1, 32, Constants())
