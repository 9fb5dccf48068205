"""What every container keeps, alone and together with every operation."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
import torch

from augscore.engine.augment import augment, replay
from augscore.engine.draw import Draw, MixDraw
from augscore.engine.drawing.view import draw
from augscore.engine.nodes import Container, Node, Step
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from tests.engine.containers import EVERY_CONTAINER

SIZE = 40
CROP = Step("RandomResizedCrop")
KINDS = {node.kind for node in EVERY_CONTAINER.values()}


def of(*nodes: Node) -> Policy:
    return Policy("one", SIZE, (View(nodes), View((CROP, *nodes))))


EVERYTHING = of(
    *EVERY_CONTAINER.values(),
    *(Step(op.name, op.example, 0.6) for op in OPS.values() if not op.resizes),
)
POLICIES = {name: of(node) for name, node in EVERY_CONTAINER.items()} | {"everything": EVERYTHING}
every_policy = pytest.mark.parametrize("policy", POLICIES.values(), ids=list(POLICIES))
ORDER = [4, 0, 3, 1, 2]
IDS: list[int | str] = [3, "b.jpg", 0, -7, 2**40]


def some(images: Sequence[torch.Tensor], places: Sequence[int]) -> list[torch.Tensor]:
    return [images[place] for place in places]


def test_the_table_holds_every_kind_of_container() -> None:
    assert {kind.kind for kind in Container.__args__} == KINDS


@every_policy
def test_views_keep_range_and_type_and_leave_images_alone(
    policy: Policy, mixed_sizes: list[torch.Tensor]
) -> None:
    before = [image.clone() for image in mixed_sizes]
    views, _ = augment(mixed_sizes, policy, ids=IDS)
    assert all(torch.equal(a, b) for a, b in zip(mixed_sizes, before, strict=True))
    for view in views:
        assert view.shape == (5, 3, SIZE, SIZE)
        assert view.dtype == torch.float32
        assert torch.isfinite(view).all()
        assert 0 <= view.min().item() <= view.max().item() <= 1


@every_policy
def test_a_batch_is_its_images_one_by_one(policy: Policy, mixed_sizes: list[torch.Tensor]) -> None:
    views, drawn = augment(mixed_sizes, policy, seed=1, ids=IDS)
    for place in range(5):
        alone, one = augment(mixed_sizes[place : place + 1], policy, seed=1, ids=[IDS[place]])
        assert one == drawn.select([place])
        assert all(torch.equal(v[place], a[0]) for v, a in zip(views, alone, strict=True))


@every_policy
def test_order_in_the_batch_does_not_matter(
    policy: Policy, mixed_sizes: list[torch.Tensor]
) -> None:
    views, drawn = augment(mixed_sizes, policy, ids=IDS)
    shuffled, other = augment(some(mixed_sizes, ORDER), policy, ids=[IDS[i] for i in ORDER])
    assert other == drawn.select(ORDER)
    assert all(torch.equal(v[ORDER], s) for v, s in zip(views, shuffled, strict=True))


@every_policy
def test_a_subset_is_replayed_from_json(policy: Policy, mixed_sizes: list[torch.Tensor]) -> None:
    views, drawn = augment(mixed_sizes, policy, ids=IDS, epoch=3)
    read = Draw.from_json(json.loads(json.dumps(drawn.to_json(), allow_nan=False)))
    assert read == drawn
    for places in ([3], [4, 1], [2, 2, 0], []):
        again = replay(some(mixed_sizes, places), read.select(places))
        assert all(torch.equal(v[places], a) for v, a in zip(views, again, strict=True))


@every_policy
def test_what_is_described_is_what_was_applied(policy: Policy) -> None:
    drawn = draw(policy, IDS, [(50, 60)] * 5)
    for image in range(5):
        for number, view in enumerate(drawn.views):
            told = [s["op"] for s in drawn.describe(image, number)["steps"] if s["applied"]]
            assert told == [step.op for step in view.steps if step.applied[image]]


@pytest.mark.parametrize("name", EVERY_CONTAINER)
def test_a_container_changes_images_and_draws_anew(
    name: str, mixed_sizes: list[torch.Tensor]
) -> None:
    policy = Policy("one", SIZE, (View((EVERY_CONTAINER[name],)),))
    (plain,), _ = augment(mixed_sizes, "identity", size=SIZE, ids=IDS)
    results = [augment(mixed_sizes, policy, seed=seed, ids=IDS)[0][0] for seed in range(4)]
    assert all((result - plain).abs().amax() > 0.05 for result in results)
    for number, result in enumerate(results):
        assert not any(torch.equal(result, other) for other in results[:number])


def test_a_mix_is_its_branches_weighted(floats40: torch.Tensor) -> None:
    """AugMix in plain loops over images, branches and steps."""
    policy = Policy("mix", SIZE, (View((EVERY_CONTAINER["AugMix"],)),))
    (view,), drawn = augment(floats40, policy)
    (mix,) = drawn.views[0].steps
    assert isinstance(mix, MixDraw)
    for n, image in enumerate(floats40):
        mixture = torch.zeros_like(image, dtype=torch.float64)
        for branch, weights in zip(mix.branches, mix.weights, strict=True):
            chain = image[None]
            for step in branch:
                if step.applied[n]:
                    columns = [c.numbers[n : n + 1] for _, c in step.magnitudes]
                    options = [value for _, value in step.options]
                    chain = OPS[step.op].torch_function(chain, *columns, *options)
            mixture += weights[n] * chain[0]
        share = mix.share[n]
        assert torch.allclose(view[n].double(), share * mixture + (1 - share) * image, atol=1e-5)
