"""The numbers that real policies draw, as a statistician sees them.

Nothing is a matter of taste here: under the hypothesis that draws are independent and uniform every
statistic below is nearly normal, with a deviation that follows from the number of samples. Among
all that a test looks at, the largest may pass its limit once in 10,000 times.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from statistics import NormalDist

import pytest
import torch

from augscore import keys
from augscore.engine.drawing.view import draw
from augscore.engine.nodes import Step
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.engine.presets import PRESETS
from tests.engine.containers import EVERY_CONTAINER

FALSE_ALARM = 1e-4
COUNT = 20_000
IDS = keys.image_keys(list(range(COUNT)))
AXES = ("seed", "view", "epoch", "step")
Name = tuple[str, int, str]


def limit(looked_at: int) -> float:
    """The deviation that the largest of so many standard normal numbers rarely reaches."""
    return NormalDist().inv_cdf(1 - FALSE_ALARM / (2 * looked_at))


def names_drawn() -> list[Name]:
    """Every (op, occurrence, argument) that policies of all there is ask a slot for, in order."""
    asked: dict[Name, None] = {}
    slot = keys.slot

    def recording(op: str, occurrence: int, argument: str) -> int:
        asked[op, occurrence, argument] = None
        return slot(op, occurrence, argument)

    nodes = (*(Step(op.name, op.example) for op in OPS.values()), *EVERY_CONTAINER.values())
    everything = Policy("everything", 64, (View(nodes * 2),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "slot", recording)
        for policy in (everything, *PRESETS.values()):
            draw(policy, [0], [(300, 300)])
    return list(asked)


NAMES = names_drawn()


@pytest.fixture(scope="module")
def table() -> torch.Tensor:
    """(COUNT, names) uniforms of the slots of ops and containers at their first occurrence."""
    return keys.uniforms(IDS, [keys.slot(*name) for name in NAMES if name[1] == 0], seed=0)


def test_no_two_arguments_share_a_slot() -> None:
    assert len(NAMES) > 500
    assert len({keys.slot(*name) for name in NAMES}) == len(NAMES)


def test_means_and_variances_of_every_slot(table: torch.Tensor) -> None:
    slots = table.shape[1]
    means = (table.mean(0) - 0.5) * math.sqrt(12 * COUNT)
    assert means.abs().max().item() < limit(slots)
    # The variance of (u − 1/2)², whose mean is 1/12, is 1/80 − 1/144.
    squares = (table - 0.5).square().mean(0) - 1 / 12
    assert (squares / math.sqrt((1 / 80 - 1 / 144) / COUNT)).abs().max().item() < limit(slots)


def test_every_slot_fills_256_bins(table: torch.Tensor) -> None:
    slots, bins = table.shape[1], 256
    counts = torch.zeros(slots, bins, dtype=torch.float64)
    counts.scatter_add_(1, (table.T * bins).long(), torch.ones(slots, COUNT, dtype=torch.float64))
    chi_square = (counts - COUNT / bins).square().sum(1) / (COUNT / bins)
    # Wilson and Hilferty 1931: the cube root of chi-square over its degrees is nearly normal.
    k = bins - 1
    score = ((chi_square / k).pow(1 / 3) - (1 - 2 / (9 * k))) / math.sqrt(2 / (9 * k))
    assert score.abs().max().item() < limit(slots)


def test_no_two_slots_correlate(table: torch.Tensor) -> None:
    slots = table.shape[1]
    between = torch.corrcoef(table.T) * math.sqrt(COUNT)
    above = between[torch.triu_indices(slots, slots, offset=1).unbind()]
    assert above.abs().max().item() < limit(len(above))
    # Arguments of one op are neighbours in the list.
    beside = between.diagonal(offset=1)
    assert abs(beside.mean().item()) * math.sqrt(slots - 1) < limit(1)


def test_no_slot_correlates_along_the_ids(table: torch.Tensor) -> None:
    lags = (1, 2, 3, 7, 32, 256, 1000)
    found = [centred_product(table[:-lag], table[lag:]).max().item() for lag in lags]
    assert max(found) < limit(len(lags) * table.shape[1])


def centred_product(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Of every column: the mean of (a − 1/2)(b − 1/2) in its own standard deviations."""
    return ((a - 0.5) * (b - 0.5)).mean(0).abs() * 12 * math.sqrt(len(a))


def hashes(axis: str, value: int, images: torch.Tensor = IDS[:500]) -> torch.Tensor:
    numbers = {name: 0 for name in AXES} | {axis: value}
    return keys.image_hashes(images, **numbers)


SLOTS = [keys.slot(*name) for name in NAMES[:40]]


@pytest.mark.parametrize("axis", AXES)
def test_nothing_correlates_along_an_axis(axis: str) -> None:
    """As 20,000 series (500 images, 40 slots) of 128 numbers."""
    series = torch.stack([keys.uniforms_of(hashes(axis, n), SLOTS).flatten() for n in range(128)])
    lags = (1, 2, 4, 16, 64)
    for lag in lags:
        pairs = (series[:-lag] - 0.5) * (series[lag:] - 0.5)
        overall = pairs.mean().item() * 12 * math.sqrt(pairs.numel())
        assert abs(overall) < limit(len(lags))
        # The squares of standard normal numbers have mean 1 and variance 2.
        squares = centred_product(series[:-lag], series[lag:]).square()
        spread = (squares.mean().item() - 1) * math.sqrt(COUNT / 2)
        assert abs(spread) < limit(len(lags))
    means = (series.mean(0) - 0.5) * math.sqrt(12 * len(series))
    assert means.abs().max().item() < limit(COUNT)


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(AXES, 2)))
def test_axes_do_not_stand_in_for_each_other(one: str, other: str) -> None:
    images = IDS[:2000]
    for value in (1, 2, 3, 1000):
        a, b = (keys.uniforms_of(hashes(axis, value, images), SLOTS) for axis in (one, other))
        assert centred_product(a, b).max().item() < limit(4 * len(SLOTS))


def flips(changed: torch.Tensor) -> torch.Tensor:
    """How often each of 64 bits is set in int64 numbers, in standard deviations from one half."""
    shares = torch.stack([(changed >> bit) & 1 for bit in range(64)]).double().mean(1)
    return (shares - 0.5) * 2 * math.sqrt(len(changed))


def avalanche(of: Callable[[int], torch.Tensor], bits: int) -> float:
    """The worst of input bits × 64 output bits."""
    base = of(0)
    return max(flips(base ^ of(1 << bit)).abs().max().item() for bit in range(bits))


@pytest.mark.parametrize(
    ("axis", "bits"), [("seed", 64), ("view", 31), ("epoch", 31), ("step", 31)]
)
def test_each_bit_of_an_axis_flips_half_of_the_bits(axis: str, bits: int) -> None:
    slot, images = SLOTS[0], IDS[:4000]
    worst = avalanche(lambda n: keys.field_keys_of(hashes(axis, n, images), slot), bits)
    assert worst < limit(bits * 64)


def test_each_bit_of_an_id_flips_half_of_the_bits() -> None:
    slot, images = SLOTS[0], IDS[:4000]

    def of(flip: int) -> torch.Tensor:
        signed = flip - 2**64 if flip >= 2**63 else flip
        return keys.field_keys(images ^ signed, slot, seed=0)

    assert avalanche(of, 64) < limit(64 * 64)


def test_each_bit_of_a_slot_flips_half_of_the_bits() -> None:
    of_images = hashes("seed", 0, IDS[:4000])
    worst = avalanche(lambda n: keys.field_keys_of(of_images, SLOTS[0] ^ n), 32)
    assert worst < limit(32 * 64)


def test_keys_are_distinct() -> None:
    image = IDS[:4]
    grid = itertools.product(range(4), range(10), range(32), range(24))
    found = torch.cat(
        [
            keys.image_hashes(image, seed=seed, view=view, epoch=epoch, step=step)
            for seed, view, epoch, step in grid
        ]
    )
    assert len(set(found.tolist())) == len(found) == 4 * 4 * 10 * 32 * 24
    many = keys.image_hashes(keys.image_keys(list(range(300_000))), seed=0)
    assert len(set(many.tolist())) == 300_000
