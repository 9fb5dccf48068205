"""The signatures that people write down in their own code: names, order and defaults."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

import augscore

REQUIRED = inspect.Parameter.empty
RECIPE: dict[str, object] = {
    "size": None,
    "seed": None,
    "normalize": False,
    "views": None,
    "backend": "auto",
    "precision": "fast",
}

SIGNATURES: list[tuple[Callable[..., object], dict[str, object]]] = [
    (augscore.load_scorer, {"model": None, "device": "auto"}),
    (augscore.Scorer.score_norm, {"images": REQUIRED, "sigma": None}),
    (augscore.Scorer.typicality, {"images": REQUIRED}),
    (augscore.Scorer.strength, {"reference": REQUIRED, "images": REQUIRED}),
    (augscore.Scorer.noise_sd, {"strength": REQUIRED, "size": None}),
    (augscore.Scorer.score_gap, {"a": REQUIRED, "b": REQUIRED}),
    (
        augscore.measure,
        {
            "source": REQUIRED,
            "policy": "simclr",
            "views": 1,
            "seed": None,
            "size": None,
            "model": None,
            "device": "auto",
        },
    ),
    (
        augscore.Policy.of,
        {"pipeline": REQUIRED, "name": "", "size": None, "lossy": False, "takes": "auto"},
    ),
    (
        augscore.augment,
        {
            "images": REQUIRED,
            "policy": REQUIRED,
            "size": None,
            "seed": None,
            "ids": None,
            "epoch": 0,
            "backend": "auto",
            "precision": "fast",
        },
    ),
    (augscore.Augment, {"policy": REQUIRED} | RECIPE),
    (augscore.Augment.forward, {"images": REQUIRED, "ids": None, "epoch": None}),
    (augscore.Augment.forward_with_draw, {"images": REQUIRED, "ids": None, "epoch": None}),
    (augscore.Collate, {"policy": REQUIRED} | RECIPE),
    (augscore.WithIds, {"dataset": REQUIRED}),
    (
        augscore.pair_weights,
        {"gap": REQUIRED, "shape": "rank", "amplitude": 0.5, "sign": 1.0, "clip": None},
    ),
    (augscore.PairLoss.reduce, {"weights": None, "weight_sum": None, "world_size": 1}),
]


@pytest.mark.parametrize(
    ("function", "wanted"), SIGNATURES, ids=lambda v: getattr(v, "__name__", "")
)
def test_signature(function: Callable[..., object], wanted: dict[str, object]) -> None:
    parameters = inspect.signature(function).parameters
    found = {name: p.default for name, p in parameters.items() if name != "self"}
    assert list(found) == list(wanted)
    assert found == wanted


def test_what_shapes_a_draw_is_named_by_its_keyword() -> None:
    parameters = inspect.signature(augscore.augment).parameters
    for name in ("size", "seed", "ids", "epoch"):
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY


def test_replay_takes_images_and_their_draw() -> None:
    images, draw, policy = inspect.signature(augscore.replay).parameters.values()
    assert images.name == "images"
    assert "Draw" in str(draw.annotation)
    assert draw.default is REQUIRED
    assert (policy.name, policy.default) == ("policy", None)
