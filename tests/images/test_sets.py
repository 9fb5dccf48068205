from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from PIL import Image
from torch.utils.data import TensorDataset

from augscore.images.records import Picture, Skipped
from augscore.images.sets import Indexed, items

BYTES = torch.arange(2 * 3 * 9 * 10).reshape(2, 3, 9, 10).remainder(251).to(torch.uint8)


def pictures(images: torch.Tensor | Indexed) -> Iterator[Picture | Skipped]:
    return (item.read() for item in items(images))


def one(item: Any) -> Picture:
    (result,) = pictures([item])
    assert isinstance(result, Picture)
    assert result.pixels.dtype == torch.uint8
    assert result.pixels.is_contiguous()
    return result


def test_a_tensor_becomes_pictures_with_numbers_for_ids() -> None:
    results = list(pictures(BYTES))
    assert [(type(r), r.id, r.notes) for r in results if isinstance(r, Picture)] == [
        (Picture, 0, ()),
        (Picture, 1, ()),
    ]
    assert all(
        torch.equal(r.pixels, BYTES[i]) for i, r in enumerate(results) if isinstance(r, Picture)
    )


def test_every_kind_of_item_gives_the_same_pixels() -> None:
    image = BYTES[0]
    array = image.permute(1, 2, 0).numpy()
    dataset = TensorDataset(BYTES, torch.zeros(2))
    for item in (image, array, Image.fromarray(array), (image, 3), [array, "cat"], dataset[0]):
        assert torch.equal(one(item).pixels, image)
    assert [r.id for r in pictures(dataset) if isinstance(r, Picture)] == [0, 1]


def test_floats_are_brought_to_eight_bits() -> None:
    result = one(BYTES[0].double() / 255)
    assert result.notes == ("float_image",)
    assert torch.equal(result.pixels, BYTES[0])
    assert bool((one(torch.full((3, 9, 9), 100.7 / 255)).pixels == 101).all())
    assert torch.equal(one((BYTES[0].float() / 255).requires_grad_()).pixels, BYTES[0])
    strided = BYTES.repeat_interleave(2, -1)[..., ::2]
    assert not strided.is_contiguous()
    assert torch.equal(next(iter(pictures(strided))).pixels, BYTES[0])  # type: ignore[union-attr]


def test_grey_is_repeated() -> None:
    grey = BYTES[0, :1]
    for item in (grey, grey[0].numpy(), grey.permute(1, 2, 0).numpy()):
        result = one(item)
        assert result.notes == ("grey",)
        assert torch.equal(result.pixels, grey.expand(3, -1, -1))


def test_long_sides_are_capped_and_small_ones_skipped() -> None:
    capped = one(torch.zeros(3, 1000, 2048, dtype=torch.uint8))
    assert capped.notes == ("constant", "capped")
    assert capped.pixels.shape == (3, 500, 1024)
    small = list(pictures(torch.zeros(1, 3, 7, 20, dtype=torch.uint8)))
    assert isinstance(small[0], Skipped)
    assert (small[0].name, small[0].reason) == ("0", "too_small")
    clear = list(pictures([Image.new("RGBA", (9, 9)), BYTES[0]]))
    assert isinstance(clear[0], Skipped)
    assert clear[0].reason == "fully_transparent"
    assert isinstance(clear[1], Picture)


def test_an_empty_set_is_no_error() -> None:
    assert list(pictures(torch.empty(0, 3, 32, 32, dtype=torch.uint8))) == []
