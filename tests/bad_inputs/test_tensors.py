"""F. Tensors at the public doors: refused by name, or taken whatever their layout and precision."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import augscore
from augscore.errors import InputError, TensorError
from augscore.images.records import Picture
from augscore.images.sets import items
from augscore.strength.scorer import Scorer

Door = Callable[[Any], torch.Tensor]

pytestmark = pytest.mark.usefixtures("small_chunks")

GOOD = torch.rand(4, 3, 48, 48, generator=torch.Generator().manual_seed(0))
NAMES = {
    "score_norm": "images",
    "typicality": "images",
    "describe": "images",
    "strength of": "reference",
    "strength": "images",
    "score_gap of": "a",
    "score_gap": "b",
    "information_distance of": "reference",
    "information_distance": "images",
    "augment": "images",
    "measure": "images",
}
"""Door → what it calls its argument."""


def doors(scorer: Scorer, model: Path) -> dict[str, Door]:
    return {
        "score_norm": scorer.score_norm,
        "typicality": scorer.typicality,
        "describe": lambda x: scorer.describe(x).error_means,
        "strength of": lambda x: scorer.strength(x, GOOD[: len(x)]),
        "strength": lambda x: scorer.strength(GOOD[: len(x)], x),
        "score_gap of": lambda x: scorer.score_gap(x, GOOD[: len(x)]),
        "score_gap": lambda x: scorer.score_gap(GOOD[: len(x)], x),
        "information_distance of": lambda x: scorer.information_distance(x, GOOD[: len(x)]),
        "information_distance": lambda x: scorer.information_distance(GOOD[: len(x)], x),
        "augment": lambda x: augscore.augment(x, "simclr", size=32)[0][1],
        "measure": lambda x: strengths(x, model),
    }


def strengths(images: torch.Tensor, model: Path) -> torch.Tensor:
    result = augscore.measure(images, "simclr", size=48, model=model, device="cpu")
    return torch.tensor([view.strength for row in result.images for view in row.views])


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def door(name: str, tiny_scorer: Scorer, tiny_run: Path) -> Door:
    return doors(tiny_scorer, tiny_run)[name]


def at(value: float) -> torch.Tensor:
    """A good batch but for one value, in the third image."""
    images = GOOD.clone()
    images[2, 1, 4, 4] = value
    images[3, 0, 0, 0] = value
    return images


BAD: dict[str, tuple[Any, list[str]]] = {
    "channels last": (GOOD.permute(0, 2, 3, 1), ["(4, 48, 48, 3)"]),
    "one image, channels last": (GOOD[0].permute(1, 2, 0), ["(48, 48, 3)"]),
    "one image": (GOOD[0], ["(3, 48, 48)", "3, H, W)"]),
    "grey": (GOOD[:, :1], ["(4, 1, 48, 48)"]),
    "int64": ((GOOD * 255).long(), ["int64", "uint8"]),
    "bool": (GOOD > 0.5, ["bool", "uint8"]),
    "0 to 255": (GOOD * 255, ["ivide by 255?"]),
    "over 1": (at(1.002), ["ivide by 255?"]),
    "below 0": (at(-0.002), ["ivide by 255?"]),
    "NaN": (at(math.nan), ["2", "NaN"]),
    "infinite": (at(math.inf), ["2", "infinit"]),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_61_a_tensor_that_does_not_fit(door: Door, name: str, case: str) -> None:
    images, words = BAD[case]
    with pytest.raises(TensorError) as caught:
        door(images)
    assert caught.value.code == "bad_tensor"
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, TypeError)
    assert str(caught.value).startswith(NAMES[name])
    assert all(word in str(caught.value) for word in words)


@pytest.mark.parametrize("scale", [1.0009, 0.0])
def test_bad_61_rounding_beyond_the_range_is_taken(door: Door, scale: float) -> None:
    assert door(at(scale)).isfinite().all()
    assert door(at(scale - 0.0009)).isfinite().all()


def test_bad_61_bytes_are_scaled(door: Door) -> None:
    levels = (GOOD * 255).round().to(torch.uint8)
    assert (door(levels) - door(levels.float() / 255)).abs().mean() < 0.005


@pytest.mark.parametrize("images", [np.zeros((4, 3, 48, 48), np.float32), [1, 2], None])
def test_bad_61_a_scorer_takes_tensors_alone(tiny_scorer: Scorer, images: Any) -> None:
    for method in (tiny_scorer.score_norm, tiny_scorer.typicality, tiny_scorer.describe):
        with pytest.raises(TensorError, match="images: wanted a tensor, got"):
            method(images)


def test_bad_61_pairs_must_agree(tiny_scorer: Scorer) -> None:
    for compare in (tiny_scorer.strength, tiny_scorer.information_distance):
        for other in (GOOD[:3], GOOD[..., :40]):
            with pytest.raises(TensorError, match="reference and images differ in shape"):
                compare(GOOD, other)
    with pytest.raises(TensorError, match="as many images as a has, 4, got 1"):
        tiny_scorer.score_gap(GOOD, GOOD[:1])


ITEM = (GOOD[0, :, :9, :10] * 255).to(torch.uint8)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (ITEM[None], "shape"),
        (ITEM[0], "shape"),
        (ITEM.permute(1, 2, 0), "shape"),
        (ITEM.numpy(), "shape"),
        (ITEM.long(), "int64"),
        (ITEM.float(), "Divide by 255"),
        (ITEM.float() / -255, "values"),
        (torch.full((3, 9, 9), math.nan), "NaN"),
        (torch.empty(3, 9, 9, device="meta"), "meta"),
        (np.zeros((9, 9, 3), np.complex64), "complex"),
        (np.array([["a"]]), "array"),
        ({"image": ITEM}, "dict"),
        ((), "tuple"),
    ],
)
def test_bad_61_an_item_of_a_set_that_does_not_fit(item: Any, words: str) -> None:
    first, second = items([ITEM, item])
    assert isinstance(first.read(), Picture)
    with pytest.raises(TensorError, match=words) as caught:
        second.read()
    assert "images[1]" in caught.value.message


@pytest.mark.parametrize("images", [iter([ITEM]), None, 7])
def test_bad_61_what_is_no_set(images: Any) -> None:
    with pytest.raises(TensorError, match=r"images: got .*, wanted "):
        items(images)


def test_bad_62_another_device_is_named_with_the_wanted_one(door: Door, name: str) -> None:
    with pytest.raises(TensorError) as caught:
        door(GOOD.to("meta"))
    assert str(caught.value).startswith(NAMES[name])
    assert "meta" in str(caught.value)
    assert "cpu" in str(caught.value)


def test_bad_62_a_list_on_two_devices() -> None:
    with pytest.raises(TensorError, match="meta"):
        augscore.augment([GOOD[0], GOOD[0].to("meta")], "identity", size=32)


def test_bad_62_strides_do_not_matter(door: Door) -> None:
    wide = torch.rand(4, 3, 48, 96)
    for images in (wide[:, :, :, ::2], GOOD.transpose(2, 3), GOOD.flip(0)):
        assert torch.equal(door(images), door(images.contiguous()))
    channels_last = GOOD.contiguous(memory_format=torch.channels_last)
    assert torch.equal(door(channels_last), door(GOOD))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_bad_62_other_precisions_are_computed_in_float32(door: Door, dtype: torch.dtype) -> None:
    images = GOOD.to(dtype)
    result = door(images)
    assert result.dtype == torch.float32
    assert torch.equal(result, door(images.to(torch.float32)))


def test_bad_62_gradients_are_not_kept(door: Door) -> None:
    result = door(GOOD.clone().requires_grad_())
    assert not result.requires_grad
    assert torch.equal(result, door(GOOD))


def test_bad_62_an_empty_batch(door: Door, name: str) -> None:
    for empty in (torch.empty(0, 3, 48, 48), torch.empty(0, 3, 48, 48, dtype=torch.uint8)):
        if name == "measure":
            with pytest.raises(InputError, match="nothing was measured"):
                door(empty)
        else:
            assert door(empty).shape == (0, *door(GOOD).shape[1:])
