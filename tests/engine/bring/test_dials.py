"""Automatic policies of other libraries, operation by operation: against the libraries themselves
and against what is known of them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import kornia.augmentation as K
import numpy as np
import pytest
import torch
from kornia.augmentation.auto import AutoAugment, RandAugment, TrivialAugment
from timm.data.auto_augment import AugmentOp, auto_augment_transform, rand_augment_transform
from torchvision import transforms as v1
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F

from augscore import Policy
from augscore.engine.bring.dial import Dial, even_levels, whole_levels
from augscore.engine.bring.dials import dials_of
from augscore.engine.bring.running import run_foreign
from augscore.engine.bring.stages import staged
from augscore.engine.nodes import Foreign
from augscore.errors import InputError

KEYS = [11, -5, 7, 2**62, 0, 3]


def dials(pipeline: Any, size: int = 40) -> dict[str, Dial]:
    nodes = staged(Policy.of(pipeline, size=size)).views[0].steps
    return {
        dial.name: dial for node in nodes if isinstance(node, Foreign) for dial in dials_of(node)
    }


def turned(dial: Dial, level: float, images: torch.Tensor) -> torch.Tensor:
    return run_foreign(list(images), KEYS[: len(images)], dial.at(level), dial.name, None)


def change(dial: Dial, images: torch.Tensor) -> list[float]:
    """How far it moves the images, level by level."""
    floats = images.float() / 255
    return [float((turned(dial, at, images) - floats).abs().mean()) for at in dial.levels]


KORNIA = {
    "Rotate": ("rotate", -30.0, 30.0),
    "Posterize": ("posterize", 4.0, 8.0),
    "Solarize": ("solarize", 0.0, 1.0),
    "Saturate": ("color", 0.1, 1.9),
    "Brightness": ("brightness", 0.1, 1.9),
    "ShearX": ("shear_x", -0.3, 0.3),
    "TranslateY": ("translate_y", -0.1, 0.1),
}


@pytest.mark.parametrize("name", KORNIA)
@pytest.mark.parametrize("level", [1.0, 9.0, 29.0])
def test_kornia_is_asked_for_a_level_as_its_user_would(
    name: str, level: float, bytes40: torch.Tensor
) -> None:
    policy = RandAugment(2, 9)
    alone = RandAugment(1, int(level), policy=[[KORNIA[name]]])
    result = turned(dials(policy)[name], level, bytes40)
    for image, key, view in zip(bytes40, KEYS, result, strict=True):
        with torch.random.fork_rng([]):
            torch.manual_seed(key & (2**64 - 1))
            wanted = alone(image[None].float() / 255)[0]
        assert torch.equal(view, wanted.clamp(0, 1))
    assert (policy.n, policy.m, len(policy)) == (2, 9, 15)


def test_known_faults_of_kornias_rand_augment(bytes40: torch.Tensor) -> None:
    found = dials(torch.nn.Sequential(K.RandomAffine(10.0), RandAugment(2, 9)))
    assert len(found) == 15
    assert all(dial.set_to == 9 and dial.chance == 2 / 15 for dial in found.values())
    assert all(dial.levels[0] == 1 and dial.levels[-1] == 29 for dial in found.values())
    falling = change(found["Solarize"], bytes40)
    assert all(after < before for before, after in pairwise(falling))
    for name in ("Saturate", "Contrast", "Brightness", "Sharpness"):
        floats = bytes40.float() / 255
        middle = float((turned(found[name], 15.0, bytes40) - floats).abs().mean())
        ends = change(found[name], bytes40)
        assert middle < 0.0005
        assert ends[0] > 20 * middle < ends[-1]
    for name in ("AutoContrast", "Equalize", "Invert"):
        assert found[name].free
        assert len({*change(found[name], bytes40)}) == 1
    assert sum(dial.free for dial in found.values()) == 3


def test_kornias_trivial_augment_can_posterize_to_black(bytes40: torch.Tensor) -> None:
    found = dials(TrivialAugment())
    posterize = found["Posterize"]
    assert (posterize.unit, posterize.levels[0], posterize.levels[-1]) == ("bits", 0.0, 4.0)
    assert not turned(posterize, 0.0, bytes40).any()
    assert turned(posterize, 3.0, bytes40).any()
    assert not any(dial.magnitude for dial in found.values())
    assert all(dial.chance == 1 / 12 and dial.set_to is None for dial in found.values())


def test_kornias_trivial_augment_in_units_of_its_own(bytes40: torch.Tensor) -> None:
    found = dials(TrivialAugment())
    solarized = turned(found["Solarize"], 0.25, bytes40)
    floats = bytes40.float() / 255
    assert torch.equal(solarized, torch.where(floats < 0.25, floats, 1 - floats))
    moved = turned(found["TranslateX"], 0.25, bytes40)
    for view, image in zip(moved, floats, strict=True):
        right = torch.allclose(view[..., 10:], image[..., :-10], atol=1e-4)
        left = torch.allclose(view[..., :-10], image[..., 10:], atol=1e-4)
        assert right != left


def test_kornias_auto_augment_by_its_bins(bytes40: torch.Tensor) -> None:
    found = dials(AutoAugment("imagenet"))
    moves = change(dials(AutoAugment("cifar10"))["TranslateX"], bytes40)
    assert moves[0] > 2 * min(moves) < moves[-1]
    assert change(found["Posterize"], bytes40)[9] < 0.0005
    reversed_ = change(found["Solarize"], bytes40)
    assert reversed_[0] > 10 * reversed_[9]
    # Of the 25 pairs of the paper's table: 0.6 in one, 0.6 in the other, half of it in a third …
    assert found["Invert"].chance == pytest.approx((0.6 + 0.6 + 0.6) / 25)
    assert found["Sharpness"].chance == pytest.approx(0.4 / 25)


TORCHVISION: dict[str, Any] = {
    "v1": lambda **given: v1.RandAugment(**given),
    "v2": lambda **given: v2.RandAugment(**given),
    "v1 trivial": lambda **given: v1.TrivialAugmentWide(**given),
    "v2 trivial": lambda **given: v2.TrivialAugmentWide(**given),
}


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvisions_bins(name: str, bytes40: torch.Tensor) -> None:
    given = dials(v2.Compose([TORCHVISION[name](num_magnitude_bins=10), v2.RandomInvert(0.5)]))
    wide = "trivial" in name
    assert len(given) == 14
    assert all(dial.levels == whole_levels(0, 9) for dial in given.values())
    assert all(dial.set_to == (None if wide else 9.0) for dial in given.values())
    chance = 1 / 14 if wide else 1 - (13 / 14) ** 2
    assert given["Rotate"].chance == pytest.approx(chance)
    free = [dial.name for dial in given.values() if dial.free]
    assert free == ["Identity", "AutoContrast", "Equalize"]
    for level in (0.0, 4.0, 9.0):
        solarized = turned(given["Solarize"], level, bytes40)
        threshold = 255 * (1 - level / 9)
        assert torch.equal(solarized, F.solarize(bytes40, threshold).float() / 255)
        bits = 8 - round(level / (9 / (6 if wide else 4)))
        posterized = turned(given["Posterize"], level, bytes40)
        assert torch.equal(posterized, F.posterize(bytes40, bits).float() / 255)
        step = (0.99 if wide else 0.9) * level / 9
        bright = turned(given["Brightness"], level, bytes40)
        either = [F.adjust_brightness(bytes40, 1 + side * step) / 255 for side in (1, -1)]
        for place, view in enumerate(bright):
            assert any(float((view - one[place]).abs().max()) < 1.5 / 255 for one in either)
    assert not float((turned(given["ShearX"], 0.0, bytes40) - bytes40 / 255).abs().max())


def test_torchvisions_object_is_left_as_it_is(bytes40: torch.Tensor) -> None:
    theirs = v1.RandAugment(num_ops=3, magnitude=-1, fill=[9.0])
    before = {**vars(theirs)}
    found = dials(theirs)
    turned(found["Solarize"], 3.0, bytes40)
    assert vars(theirs) == before
    assert found["Solarize"].set_to == 30.0


def test_timms_levels(bytes40: torch.Tensor) -> None:
    found = dials(rand_augment_transform("rand-m9-n3-mstd0.5", {}))
    assert found["Color"].levels == whole_levels(0, 10)
    assert found["Color"].set_to is None
    assert found["Color"].chance == pytest.approx(1 - (1 - 0.5 / 15) ** 3)
    plain = dials(rand_augment_transform("rand-m7-inc1", {}))
    assert plain["ColorIncreasing"].set_to == 7.0
    for level in (0.0, 5.0, 10.0):
        wanted: Any = AugmentOp("Solarize", prob=1.0, magnitude=level)  # type: ignore[no-untyped-call]
        for image, view in zip(bytes40, turned(found["Solarize"], level, bytes40), strict=True):
            pixels = np.asarray(wanted(v1.functional.to_pil_image(image)))
            assert torch.equal(view, torch.from_numpy(pixels.copy()).movedim(-1, 0) / 255)
    falling = change(found["Solarize"], bytes40)
    assert falling[0] > 100 * falling[-1]
    rising = change(plain["SolarizeIncreasing"], bytes40)
    assert rising[-1] > 100 * rising[0]
    # Pillow refuses 0 bits from 13.0 on.
    with pytest.raises(InputError, match="bits must be") as caught:
        turned(found["Posterize"], 0.0, bytes40)
    assert caught.value.code == "op_raised"


def test_timms_auto_augment() -> None:
    found = dials(auto_augment_transform("original", {}))
    assert found["Invert"].chance == pytest.approx((0.6 + 0.6 + 0.6) / 25)
    assert found["Contrast"].set_to == 8.0
    assert found["Rotate"].set_to is None
    weighted = dials(rand_augment_transform("rand-m9-tweights", {}))
    assert weighted["Rotate"].chance is None


def test_whatever_else_has_no_dials(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not dials(v1.Lambda(np.asarray))
    assert not dials(v1.Compose([v1.RandomCrop(32), v1.RandomHorizontalFlip()]))
    assert not dials(K.AugmentationSequential(K.RandomAffine(10.0)))
    assert not dials(v2.AugMix())
    # Other versions of the libraries, built otherwise.
    kornias, torchvisions = RandAugment(2, 9), v1.RandAugment(fill=[9.0])
    timms = rand_augment_transform("rand-m9", {})
    for part in kornias.children():
        for op in part.children():
            del op._factor_name
    assert not dials(kornias)
    torchvisions._augmentation_space = None
    assert not dials(torchvisions)
    timms.ops = tuple(timms.ops)
    assert not dials(timms)


def test_levels_reach_both_ends() -> None:
    assert whole_levels(1, 29) == (1, 4, 7, 9, 12, 15, 18, 21, 23, 26, 29)
    assert whole_levels(0, 3) == (0, 1, 2, 3)
    assert even_levels(0.0, 1.0)[::5] == (0.0, 0.5, 1.0)
