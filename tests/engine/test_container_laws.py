"""Containers draw by their published laws: torchvision's tables and magnitudes, chances, orders."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torchvision.transforms import v2

import augscore
from augscore import keys
from augscore.engine.apply import apply_view
from augscore.engine.draw import Drawn, MixDraw, StepDraw, ViewDraw
from augscore.engine.drawing.mix import gamma
from augscore.engine.drawing.view import draw
from augscore.engine.level_tables import (
    AUTO_AUGMENT,
    RAND_AUGMENT,
    SUB_POLICIES,
    TRIVIAL_AUGMENT_WIDE,
    level_map,
)
from augscore.engine.nodes import (
    AugMix,
    AutoAugment,
    Levelled,
    Node,
    OneOf,
    RandAugment,
    RandomApply,
    RandomOrder,
    Step,
    SubPolicies,
    TrivialAugmentWide,
)
from augscore.engine.ops.dice import Dice
from augscore.engine.policy import Policy, View

INVERT, GREY, FLIP = (Step(f"Random{name}") for name in ("Invert", "Grayscale", "HorizontalFlip"))
EVERY_CONTAINER = (
    RandomApply((INVERT, Step("Hue", (("turns", (-0.2, 0.2)),), 0.5)), 0.5),
    OneOf((GREY, RandomOrder((FLIP, AutoAugment("svhn")))), (1.0, 2.0), 0.8),
    RandAugment(2, 15),
    TrivialAugmentWide(),
    AutoAugment("cifar10"),
    RandomApply((AugMix(alpha=0.4), GREY), 0.6),
)
HEIGHT, WIDTH = 40, 56
SPACES = {
    "RandAugment": (v2.RandAugment._AUGMENTATION_SPACE, 31, RAND_AUGMENT),
    "TrivialAugmentWide": (v2.TrivialAugmentWide._AUGMENTATION_SPACE, 31, TRIVIAL_AUGMENT_WIDE),
    "AutoAugment": (v2.AutoAugment._AUGMENTATION_SPACE, 10, AUTO_AUGMENT),
}


def drawn(*nodes: Node, count: int, side: int = 32) -> tuple[Drawn, ...]:
    policy = Policy("x", side, (View(nodes),))
    return draw(policy, list(range(count)), [(side, side)] * count).views[0].steps


def steps(*nodes: Node, count: int) -> list[StepDraw]:
    found = drawn(*nodes, count=count)
    assert all(isinstance(step, StepDraw) for step in found)
    return [step for step in found if isinstance(step, StepDraw)]


def theirs(container: str, name: str, level: int, side: tuple[int, int]) -> float | None:
    space, bins, _ = SPACES[container]
    values = space[name][0](bins, *side)
    return None if values is None else float(values[level])


def close(counted: float, share: float, of: int) -> bool:
    """Within four and a half standard deviations of a binomial count."""
    return abs(counted - of * share) <= 4.5 * math.sqrt(of * share * (1 - share)) + 1e-9


# ---- against torchvision


@pytest.mark.parametrize("policy", ["cifar10", "imagenet", "svhn"])
def test_learnt_policies_are_torchvisions(policy: str) -> None:
    wanted = v2.AutoAugment(v2.AutoAugmentPolicy(policy))._policies
    ours = [tuple((op, p, level) for op, p, level in pair) for pair in SUB_POLICIES[policy]]
    assert ours == [tuple((op, p, level or 0) for op, p, level in pair) for pair in wanted]


@pytest.mark.parametrize("container", SPACES)
def test_tables_have_torchvisions_operations_and_signs(container: str) -> None:
    space, _, rows = SPACES[container]
    assert [row.op for row in rows] == list(space)
    assert [row.signed for row in rows] == [signed for _, signed in space.values()]


def magnitude(step: StepDraw, image: int = 0) -> float:
    """The driven magnitude as torchvision counts it: factors from 1, pixels and bits whole."""
    (column,) = (column for _, column in step.magnitudes)
    about = 1.0 if step.op in ("Brightness", "Contrast", "Saturation") else 0.0
    about = 1.0 if step.op == "RandomAdjustSharpness" else about
    return column[image] - about


@pytest.mark.parametrize("row", RAND_AUGMENT, ids=lambda row: row.op)
def test_magnitudes_of_rand_augment_are_torchvisions_at_every_level(row: Levelled) -> None:
    for level in range(31):
        found = steps(RandAugment(1, level, (row,)), count=2)
        value = theirs("RandAugment", row.op, level, (32, 32))
        if value is None:
            assert not found or not found[0].magnitudes
            continue
        value = math.trunc(value) if "Translate" in row.op else value
        assert abs(magnitude(found[0])) == pytest.approx(value, abs=1e-6), level


@pytest.mark.parametrize("row", TRIVIAL_AUGMENT_WIDE, ids=lambda row: row.op)
def test_magnitudes_of_trivial_augment_are_torchvisions_and_all_levels_come_up(
    row: Levelled,
) -> None:
    count = 3100
    found = steps(TrivialAugmentWide((row,)), count=count)
    values = [theirs("TrivialAugmentWide", row.op, level, (32, 32)) for level in range(31)]
    if values[0] is None:
        assert not found or not found[0].magnitudes
        return
    wanted = Counter(round(_whole(v or 0) if "Translate" in row.op else v or 0, 6) for v in values)
    ours = Counter(round(abs(magnitude(found[0], i)), 6) for i in range(count))
    assert set(ours) <= set(wanted)
    assert all(close(ours[value], times / 31, count) for value, times in wanted.items())


def _whole(pixels: float) -> int:
    """Towards 0, with torchvision's 32 px · 15 / 30 = 15.999999, of 32 bits, taken for the 16 px
    that it is here."""
    return math.trunc(pixels + 2e-6)


@pytest.mark.parametrize("policy", ["cifar10", "imagenet", "svhn"])
def test_auto_augment_draws_its_pairs_with_their_magnitudes(policy: SubPolicies) -> None:
    count = 2000
    found = steps(AutoAugment(policy), count=count)
    chances: Counter[tuple[str, str]] = Counter()
    allowed = []
    for pair in SUB_POLICIES[policy]:
        allowed.append([_learnt(name, level) for name, _, level in pair])
        for place, (name, p, _) in enumerate(pair):
            chances[f"AutoAugment {place + 1}", _op(name)] += p / 25  # type: ignore[assignment]
    for (stage, op), share in chances.items():
        (step,) = (s for s in found if (s.stage, s.op) == (stage, op))
        assert close(sum(step.applied), share, count), (stage, op)
    for image in range(200):
        told = [_told(step, image) for step in found if step.applied[image]]
        assert any(_fits(told, pair) for pair in allowed), told


def _op(name: str) -> str:
    found = level_map(next(row for row in AUTO_AUGMENT if row.op == name))
    assert found is not None
    return found[0].name


def _learnt(name: str, level: int) -> tuple[str, float]:
    value = theirs("AutoAugment", name, level, (32, 32))
    value = value if value is None or "Translate" not in name else math.trunc(value)
    return _op(name), 0.0 if value is None else value


def _told(step: StepDraw, image: int) -> tuple[str, str, float]:
    value = abs(magnitude(step, image)) if step.magnitudes else 0.0
    return step.stage, step.op, value


def _fits(told: list[tuple[str, str, float]], pair: list[tuple[str, float]]) -> bool:
    learnt = {f"AutoAugment {place + 1}": row for place, row in enumerate(pair)}
    return all(
        learnt[stage][0] == op and learnt[stage][1] == pytest.approx(value, abs=1e-6)
        for stage, op, value in told
    )


# Grey levels; Posterize follows PIL, as torchvision does on uint8, and is compared with that.
BOUNDS = {"Color": 0.05, "Contrast": 0.05, "Sharpness": 0.01, "Equalize": 0.01, "Rotate": 0.01}


@pytest.mark.parametrize("container", ["RandAugment", "TrivialAugmentWide"])
@pytest.mark.parametrize("name", [row.op for row in RAND_AUGMENT])
# Not 4: at a slope of 0.04 whole rows lie halfway between two pixels, and rounding decides.
@pytest.mark.parametrize("level", [0, 5, 9, 17, 30])
def test_pixels_are_torchvisions(
    container: str, name: str, level: int, floats40: torch.Tensor
) -> None:
    space, bins, rows = SPACES[container]
    row = next(row for row in rows if row.op == name)
    policy = Policy("x", 40, (View((RandAugment(1, level, (row,)),)),))
    (ours,), how = augscore.augment(floats40, policy)
    values, signed = space[name]
    levels = values(bins, 40, 40)
    transform = v2.RandAugment()
    for image, (before, after) in enumerate(zip(floats40, ours, strict=True)):
        value = 0.0 if levels is None else float(levels[level])
        step = how.views[0].steps[0] if how.views[0].steps else None
        if signed and isinstance(step, StepDraw):
            value = math.copysign(value, magnitude(step, image))
        given = (before * 255).round().to(torch.uint8) if name == "Posterize" else before
        wanted = transform._apply_image_or_video_transform(
            given, name, value, v2.InterpolationMode.NEAREST, transform._fill
        )
        wanted = wanted / 255 if name == "Posterize" else wanted
        assert (after - wanted).abs().max() * 255 <= BOUNDS.get(name, 1e-3)


# ---- chances


def chosen(found: list[StepDraw], stage: str, count: int) -> Counter[str]:
    counts = Counter({step.op: sum(step.applied) for step in found if step.stage == stage})
    counts["none"] = count - counts.total()
    return counts


def test_rand_augment_chooses_evenly_and_anew_at_every_turn() -> None:
    count = 7000
    found = steps(RandAugment(3, 9), count=count)
    for turn in (1, 2, 3):
        counts = chosen(found, f"RandAugment {turn}", count)
        assert len(counts) == 14
        assert all(close(n, 1 / 14, count) for n in counts.values())
    first, second = (
        torch.tensor([[bool(a) for a in step.applied] for step in found if step.stage == stage])
        for stage in ("RandAugment 1", "RandAugment 2")
    )
    both = first.double() @ second.double().T
    assert both.shape == (13, 13)
    assert all(close(n, 1 / 196, count) for n in both.flatten().tolist())


def test_signs_are_even_and_their_own() -> None:
    count = 4000
    found = steps(RandAugment(2, 9, (Levelled("Rotate", "degrees", 0, 30, True),)), count=count)
    first, second = ([magnitude(step, i) > 0 for i in range(count)] for step in found)
    assert close(sum(first), 0.5, count)
    assert close(sum(a == b for a, b in zip(first, second, strict=True)), 0.5, count)
    unsigned = steps(RandAugment(1, 9, (Levelled("Rotate", "degrees", 0, 30),)), count=50)
    assert all(magnitude(unsigned[0], i) == pytest.approx(9.0) for i in range(50))


def test_trivial_augment_chooses_evenly() -> None:
    count = 7000
    counts = chosen(steps(TrivialAugmentWide(), count=count), "TrivialAugmentWide", count)
    assert len(counts) == 14
    assert all(close(n, 1 / 14, count) for n in counts.values())


@pytest.mark.parametrize(
    ("weights", "p", "shares"),
    [
        ((), 1.0, (1 / 3, 1 / 3, 1 / 3)),
        ((2.0, 1.0, 1.0), 1.0, (0.5, 0.25, 0.25)),
        ((1.0, 0.0, 3.0), 0.4, (0.1, 0.0, 0.3)),
        ((0.0, 0.0, 1.0), 1.0, (0.0, 0.0, 1.0)),
        ((1.0, 0.0, 0.0), 0.0, (0.0, 0.0, 0.0)),
    ],
)
def test_one_of_follows_its_weights(
    weights: tuple[float, ...], p: float, shares: tuple[float, ...]
) -> None:
    count = 6000
    found = steps(OneOf((INVERT, GREY, FLIP), weights, p), count=count)
    assert [step.stage for step in found] == ["OneOf"] * 3
    for step, share in zip(found, shares, strict=True):
        assert close(sum(step.applied), share, count)
    together = [sum(step.applied[i] for step in found) for i in range(count)]
    assert max(together) <= 1


def test_random_apply_opens_for_all_its_steps_or_none() -> None:
    count = 4000
    gated = RandomApply((INVERT, Step("RandomGrayscale", p=0.5)), 0.3)
    first, second = (step.applied for step in steps(gated, count=count))
    assert close(sum(first), 0.3, count)
    assert close(sum(second), 0.15, count)
    assert not any(b and not a for a, b in zip(first, second, strict=True))
    nested = steps(RandomApply((RandomApply((INVERT, GREY), 0.5), FLIP), 0.5), count=count)
    assert [sum(step.applied) for step in nested[:2]] == [sum(nested[0].applied)] * 2
    assert close(sum(nested[0].applied), 0.25, count)
    assert close(sum(nested[2].applied), 0.5, count)


def test_every_order_is_as_likely_as_the_others() -> None:
    count = 6000
    found = steps(RandomOrder((INVERT, GREY, FLIP)), count=count)
    orders: Counter[tuple[str, ...]] = Counter()
    for image in range(count):
        mine = [step for step in found if step.applied[image]]
        assert [step.stage for step in mine] == [f"RandomOrder {place}" for place in (1, 2, 3)]
        orders[tuple(step.op for step in mine)] += 1
    assert len(orders) == 6
    assert all(close(n, 1 / 6, count) for n in orders.values())


def test_a_step_of_an_order_has_one_gate_and_one_magnitude_wherever_it_stands() -> None:
    hue = Step("Hue", (("turns", (-0.5, 0.5)),), 0.5)
    found = steps(RandomOrder((hue, INVERT)), count=400)
    placed = [step for step in found if step.op == "Hue"]
    assert len({step.magnitudes for step in placed}) == 1
    assert close(sum(sum(step.applied) for step in placed), 0.5, 400)


# ---- AugMix


def mixed(node: AugMix, count: int) -> MixDraw:
    (found,) = drawn(node, count=count)
    assert isinstance(found, MixDraw)
    return found


def test_chains_of_aug_mix_are_one_to_three_long_with_even_operations() -> None:
    count = 3000
    found = mixed(AugMix(), count)
    assert len(found.branches) == 3
    for branch in found.branches:
        depths = Counter(sum(step.applied[i] for step in branch) for i in range(count))
        assert set(depths) == {1, 2, 3}
        assert all(close(n, 1 / 3, count) for n in depths.values())
        ops = [sum(step.applied) for step in branch[:9]]
        assert all(close(n, 1 / 9, count) for n in ops)
    fixed = mixed(AugMix(chain_depth=2, mixture_width=1, all_ops=True), 500).branches[0]
    assert len({step.op for step in fixed}) == 13
    assert {sum(step.applied[i] for step in fixed) for i in range(500)} == {2}


def test_levels_of_aug_mix_are_uniform_up_to_its_severity() -> None:
    count = 4000
    (branch,) = mixed(AugMix(severity=3, mixture_width=1, chain_depth=1), count).branches
    slopes = next(step for step in branch if step.op == "ShearX")
    levels = sorted(abs(value) / 0.3 * 10 for value in dict(slopes.magnitudes)["slope"])
    assert distance(levels, lambda x: (x - 0.1) / 2.9) < 1.9 / math.sqrt(count)


def test_magnitudes_of_aug_mix_are_those_of_its_authors() -> None:
    """augmentations.py: whole numbers towards 0 of level / 10 times the most."""
    count = 300
    (branch,) = mixed(
        AugMix(severity=10, mixture_width=1, chain_depth=1, all_ops=True), count
    ).branches
    of = {step.op: list(step.magnitudes[0][1]) for step in branch if step.magnitudes}
    for i, slope in enumerate(of["ShearX"]):
        level, sign = abs(slope) / 0.3 * 10, math.copysign(1, slope)
        assert of["ShearY"][i] == pytest.approx(slope)
        assert of["Rotate"][i] == sign * int(level * 30 / 10)
        assert of["RandomPosterize"][i] == 4 - int(level * 4 / 10)
        assert math.ceil(of["RandomSolarize"][i] * 255 - 1e-9) == 256 - int(level * 256 / 10)
        assert of["TranslateX"][i] == of["TranslateY"][i] == sign * int(level * (32 / 3) / 10)
        for op in ("Brightness", "Contrast", "Saturation", "RandomAdjustSharpness"):
            assert of[op][i] == pytest.approx(level * 1.8 / 10 + 0.1)


def distance(values: list[float], law: Callable[[float], float]) -> float:
    """Kolmogorov and Smirnov's: the largest gap between an empirical law and another."""
    ordered, count = sorted(values), len(values)
    gaps = (
        max(abs((rank + 1) / count - law(x)), abs(rank / count - law(x)))
        for rank, x in enumerate(ordered)
    )
    return max(gaps)


def two_sample_distance(a: list[float], b: list[float]) -> float:
    ordered = torch.tensor(sorted(b), dtype=torch.float64)
    return distance(a, lambda x: int(torch.searchsorted(ordered, x, right=True)) / len(b))


def beta_law(a: int, b: int) -> Callable[[float], float]:
    """Of a Beta(a, b) with whole a, b: that at least a of a + b − 1 uniforms lie below x."""
    n = a + b - 1
    return lambda x: sum(math.comb(n, j) * x**j * (1 - x) ** (n - j) for j in range(a, n + 1))


@pytest.mark.parametrize(("alpha", "width"), [(1, 3), (1, 2), (2, 2), (4, 3)])
def test_weights_are_dirichlet_and_the_share_is_beta(alpha: int, width: int) -> None:
    count = 4000
    found = mixed(AugMix(alpha=alpha, mixture_width=width), count)
    weights = [list(column) for column in found.weights]
    assert len(weights) == width
    total = [sum(column[i] for column in weights) for i in range(count)]
    assert total == pytest.approx([1.0] * count)
    # A quantile of Kolmogorov's law that 1 in 1 500 exceeds.
    bound = 2.0 / math.sqrt(count)
    for column in weights:
        assert distance(column, beta_law(alpha, alpha * (width - 1))) < bound
    assert distance(list(found.share), beta_law(alpha, alpha)) < bound
    share = torch.tensor(list(found.share), dtype=torch.float64)
    for column in weights:
        both = torch.stack([share, torch.tensor(column, dtype=torch.float64)])
        assert abs(torch.corrcoef(both)[0, 1]) < 4.5 / math.sqrt(count)


def test_a_share_of_small_alpha_is_that_of_torch_distributions() -> None:
    count = 4000
    torch.manual_seed(0)
    reference = torch.distributions.Beta(torch.tensor(0.3).double(), torch.tensor(0.3).double())
    found = mixed(AugMix(alpha=0.3), count)
    wanted = reference.sample((20 * count,)).tolist()
    assert two_sample_distance(list(found.share), wanted) < 2.1 / math.sqrt(count)


def gammas(alpha: float, count: int) -> torch.Tensor:
    hashes = keys.image_hashes(keys.image_keys(list(range(count))), seed=0, view=0, epoch=0)
    return gamma(Dice(hashes, "AugMix", 0), "weight.0", alpha)


@pytest.mark.parametrize("alpha", [0.3, 1.0, 4.0])
def test_gammas_have_their_moments_and_law(alpha: float) -> None:
    count = 20_000
    values = gammas(alpha, count)
    assert bool((values > 0).all())
    error = 4.5 / math.sqrt(count)
    assert values.mean().item() == pytest.approx(alpha, abs=error * math.sqrt(alpha))
    # The variance of a squared deviation is 2 α² + 6 α.
    spread = math.sqrt(2 * alpha**2 + 6 * alpha)
    assert values.var().item() == pytest.approx(alpha, abs=error * spread)
    logs = torch.digamma(torch.tensor(alpha, dtype=torch.float64)).item()
    wide = torch.special.polygamma(1, torch.tensor(alpha, dtype=torch.float64)).sqrt().item()
    assert values.log().mean().item() == pytest.approx(logs, abs=error * wide)
    if alpha.is_integer():
        below = range(int(alpha))
        gap = distance(
            values.tolist(),
            lambda x: 1 - math.exp(-x) * sum(x**j / math.factorial(j) for j in below),
        )
        assert gap < 2.0 / math.sqrt(count)


def test_a_mix_is_its_branches_by_weight_and_share(floats40: torch.Tensor) -> None:
    policy = Policy("x", 40, (View((AugMix(severity=8, alpha=0.5),)),))
    (ours,), how = augscore.augment(floats40, policy)
    (mix,) = how.views[0].steps
    assert isinstance(mix, MixDraw)
    branches = [apply_view(floats40, ViewDraw(40, branch)).double() for branch in mix.branches]
    for image in range(len(floats40)):
        weighted = sum(
            weight[image] * branch[image]
            for weight, branch in zip(mix.weights, branches, strict=True)
        )
        wanted = mix.share[image] * weighted + (1 - mix.share[image]) * floats40[image].double()
        assert (ours[image].double() - wanted).abs().max() * 255 < 1e-3
    assert not torch.equal(ours, floats40)


# ---- what holds of every draw


def every(view: tuple[Node, ...] = EVERY_CONTAINER) -> Policy:
    return Policy("every", 40, (View(view),))


def test_a_chance_of_a_container_leaves_everything_else_alone() -> None:
    ids, sizes = list(range(40)), [(40, 40)] * 40
    before = draw(every(), ids, sizes).views[0].steps
    edited = (RandomApply(EVERY_CONTAINER[0].steps, 0.9), *EVERY_CONTAINER[1:])
    after = draw(every(edited), ids, sizes).views[0].steps
    assert before[2:] == after[2:]
    for old, new in zip(before[:2], after[:2], strict=True):
        assert old.applied != new.applied
        assert isinstance(old, StepDraw)
        assert isinstance(new, StepDraw)
        assert old.magnitudes == new.magnitudes


def test_only_what_a_container_chose_is_told() -> None:
    how = draw(every(), list(range(30)), [(40, 40)] * 30)
    for image in range(30):
        told: list[dict[str, Any]] = how.describe(image, 0)["steps"]
        stages = [step.get("stage", "") for step in told]
        assert all(step["applied"] for step in told if step.get("stage"))
        assert stages.count("RandAugment 1") <= 1
        assert stages.count("TrivialAugmentWide") <= 1
        mixes = [step for step in told if step["op"] == "AugMix" and step["applied"]]
        for mix in mixes:
            assert sum(branch["weight"] for branch in mix["branches"]) == pytest.approx(1.0)
            assert all(1 <= len(branch["steps"]) <= 3 for branch in mix["branches"])
