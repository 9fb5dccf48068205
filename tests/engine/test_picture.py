"""The picture of draws: its size follows its content, and its tiles are the views."""

from __future__ import annotations

import io
from typing import Any

import torch
from PIL import Image

from augscore.engine.augment import views_of
from augscore.engine.nodes import Step
from augscore.engine.picture import COLUMNS, TILE, draws_picture, step_lines, told_lines
from augscore.engine.policy import Policy, View
from augscore.engine.presets import preset


def sheet(image: torch.Tensor, policy: Policy, count: int) -> Image.Image:
    views, draw = views_of([image], policy, views=count, ids=["a\x1bb.png"])
    return Image.open(io.BytesIO(draws_picture(image, policy, views, draw)))


def test_tiles_are_the_original_and_the_views(bytes40: torch.Tensor) -> None:
    policy = Policy("grey", 40, (View((Step("RandomGrayscale"),), name="only"),))
    picture = sheet(bytes40[0], policy, COLUMNS)
    pixels = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8)
    pixels = pixels.view(picture.height, picture.width, 3)
    first = pixels[56 : 56 + TILE, 22 : 22 + TILE]
    wanted = bytes40[0].permute(1, 2, 0)
    assert torch.equal(first[3::6, 3::6], wanted)
    second = pixels[56 : 56 + TILE, 22 + TILE + 18 : 22 + 2 * TILE + 18]
    assert torch.equal(second[..., 0], second[..., 1])
    assert not torch.equal(second, first)


def test_more_draws_and_more_steps_take_more_room(bytes40: torch.Tensor) -> None:
    few, many = (sheet(bytes40[0], preset("simclr-cifar"), n) for n in (2, 8))
    assert few.width == many.width
    assert many.height > 2.5 * few.height
    plain = sheet(bytes40[0], preset("identity"), 2)
    assert plain.height < few.height


def test_a_step_that_was_left_out_is_told_once(bytes40: torch.Tensor) -> None:
    heights = [
        sheet(
            bytes40[0], Policy("flip", 40, (View((Step("RandomHorizontalFlip", p=p),)),)), 2
        ).height
        for p in (0.0, 1.0)
    ]
    assert heights[0] == heights[1]


def test_keys_of_noise_are_not_written() -> None:
    lines = step_lines("GaussianNoise", {"sd": 0.12345, "field": 2**62})
    assert lines == ["GaussianNoise  sd 0.123"]
    factors = {name: 0.5 for name in ("brightness", "contrast", "saturation", "hue")}
    first, *rest = step_lines("ColorJitter", factors)
    assert first == "ColorJitter  brightness 0.5  contrast 0.5"
    assert [line.strip() for line in rest] == ["saturation 0.5  hue 0.5"]


def test_what_a_container_chose_stands_below_its_stage() -> None:
    rotated: dict[str, Any] = {"op": "Rotate", "applied": True, "magnitudes": {"degrees": -9.0}}
    first, second = rotated | {"stage": "RandAugment 1"}, rotated | {"stage": "RandAugment 2"}
    mix = {
        "op": "AugMix",
        "applied": True,
        "magnitudes": {"share": 0.25},
        "branches": [{"weight": 0.75, "steps": [rotated, first]}, {"weight": 0.25, "steps": []}],
    }
    steps = [rotated, first, second, second, mix]
    assert [text for text, _ in told_lines(steps)] == [
        "Rotate  degrees -9",
        "RandAugment 1",
        "   Rotate  degrees -9",
        "RandAugment 2",
        "   Rotate  degrees -9",
        "   Rotate  degrees -9",
        "AugMix  share 0.25",
        "   chain 1  weight 0.75",
        "      Rotate  degrees -9",
        "      Rotate  degrees -9",
        "   chain 2  weight 0.25",
    ]


def test_long_stages_are_cut_to_the_width_of_a_tile() -> None:
    step = {"op": "Hue", "applied": True, "magnitudes": {}, "stage": "RandomOrder 10 > " * 9}
    (stage, _), (op, _) = told_lines([step])
    assert stage.startswith("RandomOrder 10 > RandomOrder")
    assert stage.endswith("…")
    assert len(stage) < 60
    assert op == "   Hue"
