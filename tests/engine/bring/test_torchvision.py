"""torchvision's transforms: what becomes of their arguments, and whether pixels are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torchvision import transforms as v1
from torchvision.transforms import InterpolationMode, v2

import augscore
from augscore import Policy
from augscore.engine.check import canonical
from augscore.engine.nodes import (
    AugMix,
    AutoAugment,
    Foreign,
    Node,
    OneOf,
    RandAugment,
    RandomApply,
    RandomOrder,
    Step,
    TrivialAugmentWide,
)
from augscore.engine.policies import find_policy
from augscore.engine.policy_file.document import to_document
from augscore.errors import UsageError

NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR
BICUBIC = InterpolationMode.BICUBIC


def steps(policy: Policy) -> tuple[Node, ...]:
    (view,) = policy.views
    return view.steps


def is_foreign(policy: Policy) -> bool:
    return any(isinstance(node, Foreign) for node in steps(policy))


def test_simclr_comes_over_as_people_write_it() -> None:
    policy = Policy.of(
        v2.Compose(
            [
                v2.ToImage(),
                v2.RandomResizedCrop(96, scale=(0.2, 1.0), interpolation=BICUBIC),
                v2.RandomHorizontalFlip(),
                v2.RandomApply([v2.ColorJitter(0.8, 0.8, 0.8, 0.2)], p=0.8),
                v2.RandomGrayscale(0.2),
                v2.RandomApply(torch.nn.ModuleList([v2.GaussianBlur(9, (0.1, 2.0))])),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize([0.5, 0.4, 0.3], [0.2, 0.3, 0.4]),
            ]
        ),
        name="mine",
    )
    assert (policy.name, policy.size) == ("mine", 96)
    crop = (("scale", (0.2, 1.0)), ("ratio", (3 / 4, 4 / 3)), ("interpolation", "bicubic"))
    factors = tuple((name, (1 - 0.8, 1.8)) for name in ("brightness", "contrast", "saturation"))
    hue = ("hue", (-0.2, 0.2))
    assert steps(policy) == (
        Step("RandomResizedCrop", crop),
        Step("RandomHorizontalFlip", p=0.5),
        Step("ColorJitter", (*factors, hue), p=0.8),
        Step("RandomGrayscale", p=0.2),
        Step("GaussianBlur", (("kernel_size", 9), ("sigma", (0.1, 2.0))), p=0.5),
    )
    assert policy.normalize is not None
    assert policy.normalize.mean == (0.5, 0.4, 0.3)
    assert policy.normalize.std == (0.2, 0.3, 0.4)
    (note,) = policy.notes
    assert "ToImage, ToDtype, Normalize" in note


def test_the_first_version_reads_as_the_second(floats40: torch.Tensor) -> None:
    def pipeline(T: Any) -> Any:
        return T.Compose(
            [
                T.RandomResizedCrop(24),
                T.RandomApply([T.ColorJitter(0.4, 0, 0.2, 0.1), T.RandomGrayscale(1)], p=0.3),
                T.RandomChoice([T.RandomInvert(1.0), T.RandomEqualize(1.0)]),
                T.RandomAffine(20, (0.1, 0.2), (0.5, 1.5), 10),
                T.RandAugment(3, 7),
                T.TrivialAugmentWide(),
                T.AutoAugment(v1.AutoAugmentPolicy.SVHN),
                T.ToTensor(),
                T.Normalize([0.5] * 3, [0.25] * 3),
            ]
        )

    with pytest.warns(UserWarning, match="ToTensor"):
        second = Policy.of(pipeline(v2))
    first = Policy.of(pipeline(v1))
    choice = steps(first)[2]
    assert isinstance(choice, OneOf)
    assert choice.weights == ()
    assert first.normalize == second.normalize
    assert steps(first)[3:] == steps(second)[3:]
    assert steps(first)[:2] == steps(second)[:2]
    assert RandAugment(3, 7) in steps(first)
    assert TrivialAugmentWide() in steps(first)
    assert AutoAugment("svhn") in steps(first)


def test_containers() -> None:
    pair = [v2.RandomGrayscale(0.5), v2.Compose([v2.RandomInvert(1.0), v2.RandomEqualize(1.0)])]
    policy = Policy.of(
        v2.Compose(
            [
                v2.RandomApply(pair, p=0.4),
                v2.RandomChoice(pair, p=[1.0, 3.0]),
                v2.RandomOrder(pair),
            ]
        )
    )
    grey, invert, equalize = (
        Step("RandomGrayscale", p=0.5),
        Step("RandomInvert"),
        Step("RandomEqualize"),
    )
    both = RandomApply((invert, equalize), 1.0)
    assert steps(policy) == (
        RandomApply((grey, invert, equalize), 0.4),
        OneOf((grey, both), (0.25, 0.75)),
        RandomOrder((grey, both)),
    )


def test_a_choice_of_nothing_can_be_written_and_leaves_the_image_alone(
    floats40: torch.Tensor,
) -> None:
    nothing_or_nothing = v2.RandomChoice([v2.Identity(), v2.Identity()])
    policy = Policy.of(v2.Compose([nothing_or_nothing, v2.RandomOrder([v2.Identity()])]), size=40)
    assert isinstance(steps(policy)[0], OneOf)
    assert len(steps(policy)) == 1
    assert find_policy(to_document(policy)) == canonical(policy)
    (view,), _ = augscore.augment(floats40, policy)
    (same,), _ = augscore.augment(floats40, "identity", size=40)
    assert torch.equal(view, same)


def test_solarize_depends_on_where_pixels_become_floats() -> None:
    to_floats = v2.ToDtype(torch.float32, scale=True)
    before = Policy.of(v2.Compose([v2.RandomSolarize(128), to_floats]))
    after = Policy.of(v2.Compose([to_floats, v2.RandomSolarize(0.5)]))
    assert dict(steps(before)[0].arguments)["threshold"] == 128 / 255  # type: ignore[union-attr]
    assert dict(steps(after)[0].arguments)["threshold"] == 0.5  # type: ignore[union-attr]
    assert is_foreign(Policy.of(v2.Compose([to_floats, v2.RandomSolarize(128)])))


@dataclass(frozen=True)
class Fixed:
    """A transform without randomness; grey levels of mean and greatest difference."""

    transform: Any
    mean: float = 0.01
    most: float = 1.0
    size: int = 40


FIXED = {
    "crop": Fixed(v2.RandomResizedCrop(40, scale=(1, 1), ratio=(1, 1))),
    "crop down": Fixed(v2.RandomResizedCrop(24, scale=(1, 1), ratio=(1, 1)), size=24),
    "flip": Fixed(v2.RandomHorizontalFlip(1.0)),
    "vertical flip": Fixed(v2.RandomVerticalFlip(1.0)),
    "brightness": Fixed(v2.ColorJitter(brightness=(1.4, 1.4))),
    "contrast": Fixed(v2.ColorJitter(contrast=(0.5, 0.5))),
    "saturation": Fixed(v2.ColorJitter(saturation=(1.7, 1.7))),
    "hue": Fixed(v2.ColorJitter(hue=(0.2, 0.2))),
    "grey": Fixed(v2.Grayscale(3)),
    "random grey": Fixed(v2.RandomGrayscale(1.0)),
    "blur": Fixed(v2.GaussianBlur(7, (1.5, 1.5))),
    "solarize": Fixed(v2.RandomSolarize(0.4, 1.0)),
    "equalize": Fixed(v2.RandomEqualize(1.0)),
    "invert": Fixed(v2.RandomInvert(1.0)),
    "autocontrast": Fixed(v2.RandomAutocontrast(1.0)),
    # torchvision's own rounds floats down; see ops/tone.py.
    "posterize": Fixed(v2.RandomPosterize(4, 1.0), 4.0, 16.0),
    "sharpness": Fixed(v2.RandomAdjustSharpness(2.0, 1.0)),
    "rotation": Fixed(v2.RandomRotation((30, 30))),
    "smooth rotation": Fixed(v2.RandomRotation((30, 30), BILINEAR, fill=None)),
    "smooth affine": Fixed(
        v2.RandomAffine((9, 9), shear=(5, 5), interpolation=BILINEAR, fill=None)
    ),
    "affine": Fixed(v2.RandomAffine((20, 20), shear=(5, 5), scale=(0.8, 0.8))),
    "erasing": Fixed(v2.RandomErasing(0.0)),
    "nothing": Fixed(v2.Identity()),
    "never": Fixed(v2.RandomApply([v2.RandomInvert(1.0)], p=0.0)),
}


@pytest.mark.parametrize("name", FIXED)
def test_pixels_are_torchvisions(name: str, floats40: torch.Tensor) -> None:
    fixed = FIXED[name]
    to_floats = v2.ToDtype(torch.float32, scale=True)
    policy = Policy.of(v2.Compose([to_floats, fixed.transform]), size=fixed.size)
    assert not is_foreign(policy), policy.notes
    (views,), _ = augscore.augment(floats40, policy, precision="exact")
    wanted = fixed.transform(floats40)
    away = (views - wanted).abs() * 255
    assert float(away.mean()) <= fixed.mean
    assert float(away.max()) <= fixed.most


LOSSY: dict[str, tuple[Any, str]] = {
    "antialias": (v2.RandomResizedCrop(32, antialias=False), "antialias"),
    "augmix": (v2.AugMix(), "AugMix"),
    "filled edges": (v2.RandomPerspective(), "RandomPerspective"),
    "filled corners": (v2.ElasticTransform(), "ElasticTransform"),
}


@pytest.mark.parametrize("name", LOSSY)
def test_approximations_are_taken_when_they_are_allowed(name: str) -> None:
    transform, word = LOSSY[name]
    policy = Policy.of(transform)
    assert is_foreign(policy)
    assert any(word in note for note in policy.notes)
    policy = Policy.of(transform, lossy=True)
    assert not is_foreign(policy)
    assert any(note.startswith("approximation: ") and word in note for note in policy.notes)


def test_augmix_keeps_what_it_can() -> None:
    policy = Policy.of(v2.AugMix(severity=5, all_ops=False), lossy=True)
    assert steps(policy) == (AugMix(5.0, 3, -1, 1.0, False),)


def halved(image: Any) -> Any:
    return image.point(lambda value: value // 2)


class Mine(v2.RandomHorizontalFlip):  # type: ignore[misc]
    """A class of the user's may do anything."""


def without(transform: Any, name: str) -> Any:
    delattr(transform, name)
    return transform


def with_value(transform: Any, name: str, value: Any) -> Any:
    setattr(transform, name, value)
    return transform


INEXACT: dict[str, Any] = {
    "lambda": v2.Lambda(lambda image: image),
    "a class of one's own": Mine(),
    "a class of torchvision's name": type("RandomGrayscale", (v2.RandomGrayscale,), {})(),
    "a function": halved,
    "not square": v2.RandomResizedCrop((32, 48)),
    "nearest crop": v2.RandomResizedCrop(32, interpolation=NEAREST),
    "a window": v2.RandomCrop(24),
    "edge padding": v2.RandomCrop(32, 4, padding_mode="edge"),
    "filled": v2.RandomRotation(10, fill=0.5),
    "fill by type": v2.RandomRotation(10, fill={torch.Tensor: 0}),
    "expand": v2.RandomRotation(10, expand=True),
    "centre": v2.RandomAffine(10, center=[0, 0]),
    "oblong kernel": v2.GaussianBlur((3, 5)),
    "erasing by channel": v2.RandomErasing(value=(0.1, 0.2, 0.3)),
    "random erasing": v2.RandomErasing(value="random"),
    "10 bins": v2.RandAugment(num_magnitude_bins=10),
    "bilinear levels": v2.TrivialAugmentWide(interpolation=BILINEAR),
    "distort": v2.RandomPhotometricDistort(),
    "a chance above 1": v1.RandomHorizontalFlip(p=1.5),
    "an attribute of another version": without(v2.RandomResizedCrop(32), "antialias"),
    "a value that ours does not take": with_value(
        v2.RandomAdjustSharpness(1.0), "sharpness_factor", -1.0
    ),
    "two sizes": v2.Compose([v2.RandomResizedCrop(32), v2.RandomResizedCrop(24)]),
    "a crop among others": v2.RandomChoice([v2.RandomResizedCrop(24), v2.RandomResizedCrop(24)]),
    "unscaled": v2.Compose([v2.ToDtype(torch.float32), v2.RandomInvert(1.0)]),
    "conversion for some": v2.RandomApply([v2.ToDtype(torch.float32, scale=True)]),
    "normalised before": v2.Compose(
        [v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5], [0.5]), v2.RandomErasing()]
    ),
}


@pytest.mark.parametrize("name", INEXACT)
def test_what_is_not_exact_runs_as_it_is(name: str) -> None:
    policy = Policy.of(v2.Compose([v2.RandomHorizontalFlip(), INEXACT[name]]))
    (node,) = steps(policy)
    assert isinstance(node, Foreign)
    assert node.library.startswith("torchvision ")
    assert "RandomHorizontalFlip(p=0.5)" in node.pipeline
    assert "runs as it is, image by image on the CPU" in policy.notes[0]


def test_a_note_names_every_step_that_is_in_the_way() -> None:
    pipeline = v2.Compose([v2.RandomPhotometricDistort(), v2.RandomGrayscale(), halved, Mine()])
    (first, *_) = Policy.of(pipeline).notes
    for name in ("RandomPhotometricDistort", "halved", "Mine"):
        assert name in first
    assert "RandomGrayscale" not in first


@pytest.mark.parametrize(
    "transform", [v2.FiveCrop(8), v2.CutMix(num_classes=2), v2.RandomApply([v2.TenCrop(8)])]
)
def test_what_makes_no_single_image_is_refused(transform: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match=r"FiveCrop|CutMix|TenCrop") as caught:
        Policy.of(v2.Compose([v2.RandomHorizontalFlip(), transform]))
    assert caught.value.code == "policy_value"


def test_normalising_that_cannot_be_undone_is_refused() -> None:
    half = v2.Normalize([0.5], [0.5])
    for pipeline in (v2.RandomApply([half]), v2.Compose([halved, half, half])):
        with pytest.raises(UsageError, match="cannot be undone"):
            Policy.of(v2.Compose([v2.ToDtype(torch.float32, scale=True), pipeline]))


def test_sizes() -> None:
    assert Policy.of(v2.RandomResizedCrop(96)).size == 96
    assert Policy.of(v2.Compose([v2.Resize(64), v2.CenterCrop([48])])).size == 48
    assert Policy.of(v2.RandomResizedCrop(96), size=32).size == 32
    policy = Policy.of(v2.RandomHorizontalFlip())
    assert policy.size == 224
    assert any("224 px" in note for note in policy.notes)


def test_pad_crop_flip_is_the_preset() -> None:
    policy = Policy.of(v2.Compose([v2.RandomCrop(32, padding=4), v2.RandomHorizontalFlip()]))
    from augscore.engine.presets import preset

    assert policy.views == preset("pad-crop-flip").views
    assert policy.size == 32


def test_several_pipelines_are_several_views() -> None:
    large, small = v2.RandomResizedCrop(64), v2.Compose([v2.RandomResizedCrop(32), halved])
    policy = Policy.of([large, small, small])
    assert policy.size == 64
    assert [view.size for view in policy.views] == [None, 32, 32]


@pytest.mark.parametrize("wrong", [v2.RandomHorizontalFlip, 3, None, [], [3]])
def test_what_is_no_pipeline_is_refused(wrong: Any) -> None:
    with pytest.raises(UsageError):
        Policy.of(wrong)
    with pytest.raises(UsageError, match="takes"):
        Policy.of(v2.RandomHorizontalFlip(), takes="webp")  # type: ignore[arg-type]
