"""Thumbnails: their size, and that they show what was given."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from augscore.auditing.report.picture import GAINS, gain_of, picture_of
from tests.auditing.report.example_findings import FINDINGS
from tests.auditing.report.example_pictures import EXAMPLES

EXAMPLE = EXAMPLES[0]


def opened(jpeg: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(jpeg)) as image:
        assert image.format == "JPEG"
        return np.asarray(image.convert("RGB"), dtype=np.float64) / 255


def slope(side: int, shift: float = 0.0) -> torch.Tensor:
    y, x = torch.meshgrid(torch.linspace(0, 1, side), torch.linspace(0, 1, side), indexing="ij")
    return torch.stack([x, y, 0.5 * (x + y)]).mul(0.8).add(shift)


@pytest.mark.parametrize(("side", "shown"), [(1, 96), (32, 96), (64, 128), (96, 96), (224, 128)])
def test_every_picture_is_of_a_size_to_look_at(side: int, shown: int) -> None:
    picture = picture_of(EXAMPLE, slope(side), slope(side, 0.05))
    shapes = {opened(j).shape for j in (picture.original, picture.view, picture.difference)}
    assert shapes == {(shown, shown, 3)}


def test_pictures_show_what_was_given() -> None:
    before, after = slope(96), slope(96, 0.06)
    picture = picture_of(EXAMPLE, before, after)
    assert opened(picture.original) == pytest.approx(before.permute(1, 2, 0).numpy(), abs=0.03)
    assert opened(picture.view) == pytest.approx(after.permute(1, 2, 0).numpy(), abs=0.03)
    assert picture.gain == 16
    assert opened(picture.difference).mean() == pytest.approx(16 * 0.06, abs=0.02)
    assert picture.finding is None


def test_small_images_keep_their_pixels() -> None:
    checks = (torch.arange(32)[:, None] + torch.arange(32)) % 2
    shown = opened(picture_of(EXAMPLE, checks.expand(3, 32, 32).float(), slope(32)).original)
    assert shown[1::3, 1::3, 0] == pytest.approx(checks.numpy(), abs=0.1)


def test_the_gain_is_the_largest_that_does_not_whiten() -> None:
    assert gain_of(torch.zeros(3, 8, 8)) == max(GAINS)
    assert gain_of(torch.full((3, 8, 8), 0.9)) == 1
    assert gain_of(torch.full((3, 8, 8), 0.24)) == 4
    one_pixel = torch.zeros(3, 32, 32)
    one_pixel[:, 0, 0] = 1
    assert gain_of(one_pixel) == max(GAINS)


def test_bytes_and_values_outside_the_range_are_shown_too() -> None:
    broken = slope(32).clone()
    broken[0, 0, 0], broken[1], broken[2] = float("nan"), 7.0, -3.0
    picture = picture_of(EXAMPLE, (slope(32) * 255).to(torch.uint8), broken, FINDINGS[0])
    shown = opened(picture.view)
    assert shown[..., 1].mean() > 0.9
    assert shown[..., 2].mean() < 0.1
    assert picture.finding == FINDINGS[0]
    assert picture.gain == 1


def test_the_image_that_was_given_stays_as_it_was() -> None:
    original, view = slope(32), slope(32, 0.1)
    picture_of(EXAMPLE, original, view)
    assert torch.equal(original, slope(32))
    assert torch.equal(view, slope(32, 0.1))


def test_the_same_view_gives_the_same_bytes() -> None:
    once, again = (picture_of(EXAMPLE, slope(64), slope(64, 0.1)) for _ in range(2))
    assert once == again
