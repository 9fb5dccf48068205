"""The pictures that learning is tested on: alike in every class but for the shape."""

from __future__ import annotations

import torch

from augscore.evaluation.knn import Bank, weighted_knn
from tests.learning.shapes import SHAPES, SIDE, shape_pictures

TRAIN, TEST = shape_pictures(1024, seed=0), shape_pictures(512, seed=1)


def test_every_class_as_often_and_all_pictures_different() -> None:
    assert TRAIN.pixels.shape == (1024, 3, SIDE, SIDE)
    assert TRAIN.pixels.dtype == torch.uint8
    assert TRAIN.labels.bincount().tolist() == [1024 // len(SHAPES)] * len(SHAPES)
    assert len(torch.unique(TRAIN.pixels.flatten(1), dim=0)) == 1024


def test_a_seed_gives_the_same_pictures_whatever_the_global_state() -> None:
    torch.manual_seed(123)
    assert torch.equal(shape_pictures(16, seed=1).pixels, shape_pictures(16, seed=1).pixels)
    assert not torch.equal(shape_pictures(16, seed=1).pixels, shape_pictures(16, seed=2).pixels)


def test_nearest_neighbours_in_pixels_are_near_chance() -> None:
    found = weighted_knn(Bank(_flat(TRAIN.pixels), TRAIN.labels), _flat(TEST.pixels), k=20)
    accuracy = 100 * float((found == TEST.labels).float().mean())
    assert abs(accuracy - 100 / len(SHAPES)) < 5


def test_the_shape_is_plainly_there() -> None:
    """Each picture has two colours, apart by a quarter at least, but for noise and soft edges."""
    pixels = TEST.pixels[:64].float() / 255
    low, high = pixels.flatten(2).quantile(0.05, dim=2), pixels.flatten(2).quantile(0.95, dim=2)
    assert float((high - low).mean(dim=1).min()) > 0.2


def _flat(pixels: torch.Tensor) -> torch.Tensor:
    return pixels.float().flatten(1) / 255
