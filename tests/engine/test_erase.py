"""Erased boxes against torchvision's, and the laws that they are drawn by."""

from __future__ import annotations

import pytest
import torch
import torchvision.transforms.v2.functional as tv
from torchvision.transforms.v2 import RandomErasing

from augscore import keys
from augscore.engine.augment import augment, replay
from augscore.engine.draw import StepDraw
from augscore.engine.drawing.view import draw_view
from augscore.engine.nodes import Step, Value
from augscore.engine.ops import erase
from augscore.engine.policy import Policy, View

COUNT = 3000


def boxes(op: str, arguments: tuple[tuple[str, Value], ...], size: int) -> torch.Tensor:
    """(COUNT, 4) top, left, height, width for square images of `size` px."""
    policy = Policy("erased", size, (View((Step(op, arguments),)),))
    drawn = draw_view(policy, list(range(COUNT)), [(size, size)] * COUNT, view=0).steps[0]
    assert isinstance(drawn, StepDraw)
    return torch.stack([column.numbers for _, column in drawn.magnitudes[:4]]).T


@pytest.mark.parametrize("box", [(0, 0, 40, 40), (3, 8, 20, 27), (39, 0, 1, 5), (7, 7, 0, 3)])
def test_erase(floats40: torch.Tensor, box: tuple[int, int, int, int]) -> None:
    top, left, height, width = (torch.full((len(floats40),), number) for number in box)
    ours = erase.erase(floats40, top, left, height, width, 0.3)
    assert torch.equal(ours, tv.erase(floats40, *box, torch.tensor(0.3)))


def test_a_box_of_one_colour(floats40: torch.Tensor) -> None:
    box, colour = (3, 8, 20, 27), (0.1, 0.5, 0.9)
    top, left, height, width = (torch.full((len(floats40),), number) for number in box)
    ours = erase.erase(floats40, top, left, height, width, colour)
    assert torch.equal(ours, tv.erase(floats40, *box, torch.tensor(colour).view(3, 1, 1)))


def test_a_box_of_noise_is_torchvisions_clamped(floats40: torch.Tensor) -> None:
    step = Step("RandomErasing", (("value", "random"), ("scale", (0.3, 0.5))))
    policy = Policy("noise", 40, (View((step,)),))
    (view,), drawn = augment(floats40, policy)
    (erased,) = drawn.views[0].steps
    assert isinstance(erased, StepDraw)
    columns = [column.tolist() for _, column in erased.magnitudes]
    inside = []
    for image, before, (top, left, height, width, key) in zip(
        view, floats40, zip(*columns, strict=True), strict=True
    ):
        noise = keys.normals(int(key), (3, int(height), int(width)))
        box = [int(number) for number in (top, left, height, width)]
        assert torch.equal(image, tv.erase(before, *box, noise).clamp(0, 1))
        inside.append(noise.clamp(0, 1).flatten())
    pixels = torch.cat(inside)
    # The law of numbers beyond 0 and 1, within 4.5 standard deviations.
    for share, expected in ((pixels == 0, 0.5), (pixels == 1, 0.158655)):
        spread = (expected * (1 - expected) / len(pixels)) ** 0.5
        assert abs(share.double().mean().item() - expected) < 4.5 * spread
    (again,) = replay(floats40[[4, 1]], drawn.select([4, 1]))
    assert torch.equal(again, view[[4, 1]])


def test_each_image_has_its_own_box(floats40: torch.Tensor) -> None:
    tops = torch.tensor([0, 5, 10, 15, 20, 30])
    ten = torch.full((6,), 10)
    ours = erase.erase(floats40, tops, tops, ten, ten, 0.0)
    for image, before, top in zip(ours, floats40, tops.tolist(), strict=True):
        expected = before.clone()
        expected[:, top : top + 10, top : top + 10] = 0
        assert torch.equal(image, expected)


def test_boxes_follow_the_law_of_torchvision() -> None:
    ours = boxes("RandomErasing", (), 64).to(torch.float64)
    law, image = RandomErasing(p=1.0), torch.zeros(3, 64, 64)
    torch.manual_seed(0)
    drawn = [law.make_params([image]) for _ in range(COUNT)]
    theirs = torch.tensor([[d["i"], d["j"], d["h"], d["w"]] for d in drawn], dtype=torch.float64)
    spread = theirs.std(0) * (2 / COUNT) ** 0.5
    assert ((ours.mean(0) - theirs.mean(0)).abs() < 4 * spread).all()
    assert torch.allclose(ours.std(0), theirs.std(0), rtol=0.06)
    assert (ours[:, 0] + ours[:, 2]).max() == (ours[:, 1] + ours[:, 3]).max() == 64
    area = (ours[:, 2] * ours[:, 3]).sort().values
    assert torch.allclose(area, (theirs[:, 2] * theirs[:, 3]).sort().values, atol=64.0)


def test_boxes_stay_inside_and_none_is_drawn_where_none_fits() -> None:
    drawn = boxes("RandomErasing", (("scale", (0.6, 1.0)),), 24)
    top, left, height, width = drawn.unbind(1)
    assert (top + height <= 24).all()
    assert (left + width <= 24).all()
    assert ((height < 24) & (width < 24)).all()
    assert not boxes("RandomErasing", (("scale", 1.0), ("ratio", 1.0)), 24)[:, 2:].any()


@pytest.mark.parametrize("length", [7, 8])
def test_cutout_is_a_square_about_a_pixel_cut_at_the_edges(length: int) -> None:
    drawn = boxes("Cutout", (("length", length),), 12)
    half = length // 2
    expected = {
        (max(y - half, 0), max(x - half, 0), min(y + half, 12), min(x + half, 12))
        for y in range(12)
        for x in range(12)
    }
    found = {(top, left, top + h, left + w) for top, left, h, w in drawn.tolist()}
    assert found == expected
