from __future__ import annotations

import math

import pytest
import torch
import torchvision.transforms.v2 as T

from augscore.engine.augment import views_of
from augscore.engine.policy import Policy
from augscore.engine.presets import PRESETS
from augscore.errors import UsageError
from augscore.training.weighing.parameter_gaps import parameter_gaps
from tests.training.weighing.making import MakeScene

PAIR = [(0, 1)]


def test_equal_views_are_no_distance_apart(make_scene: MakeScene) -> None:
    drawn = make_scene("randaugment", views=3).draw
    found = parameter_gaps(drawn, [(0, 0), (0, 1), (1, 0), (1, 2)])
    assert not found[0].any()
    assert bool((found[1:] > 0).any(dim=0).all())
    assert torch.equal(found[1], found[2])


def test_a_distance_of_known_numbers(make_scene: MakeScene) -> None:
    """Crop, flip, jitter and grey, one number after the other."""
    drawn = make_scene("simclr-cifar").draw
    found = parameter_gaps(drawn, PAIR)[0]
    for image in range(len(drawn.ids)):
        first, second = (
            {step["op"]: step for step in drawn.describe(image, view)["steps"]} for view in (0, 1)
        )
        total = 0.0
        for op, a in first.items():
            b = second[op]
            total += (a["applied"] - b["applied"]) ** 2
            for name in {*a["magnitudes"], *b["magnitudes"]} - {"order"}:
                x, y = (_number(op, name, step["magnitudes"].get(name)) for step in (a, b))
                total += (x - y) ** 2
        assert math.isclose(float(found[image]), math.sqrt(total), rel_tol=1e-5)


def _number(op: str, name: str, value: float | None) -> float:
    if op == "RandomResizedCrop":
        assert value is not None
        return value / 56  # the side of the originals
    if name == "hue":
        return 0.5 + (0.0 if value is None else value)
    return 0.0 if value is None else math.log2(max(value, 1 / 8))


def test_every_preset_has_finite_distances(make_scene: MakeScene) -> None:
    for name in PRESETS:
        found = parameter_gaps(make_scene(name).draw, PAIR)
        assert bool(found.isfinite().all()), name
        assert bool((found > 0).any()) == (name != "identity"), name


def test_views_of_other_steps_are_compared(make_scene: MakeScene) -> None:
    assert bool((parameter_gaps(make_scene("sce-cifar").draw, PAIR) > 0).all())


def test_a_part_of_a_batch_has_the_same_distances(make_scene: MakeScene) -> None:
    drawn = make_scene("byol").draw
    whole = parameter_gaps(drawn, PAIR)
    assert torch.equal(parameter_gaps(drawn.select([5, 1]), PAIR), whole[:, [5, 1]])


def test_foreign_pipelines_tell_no_numbers(originals: torch.Tensor) -> None:
    pipeline = T.Compose([T.RandomResizedCrop(32), T.RandomRotation(10), T.Lambda(lambda x: x)])
    policy = Policy.of(pipeline)
    _, drawn = views_of(originals, policy, views=2, size=32)
    with pytest.raises(UsageError) as caught:
        parameter_gaps(drawn, PAIR)
    assert caught.value.code == "weighting_policy"
