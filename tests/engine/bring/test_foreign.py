"""Pipelines that run as they are: keys, batches, replay, JSON, other people's random numbers."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import albumentations as A
import kornia.augmentation as K
import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms as v1
from torchvision.transforms import v2

import augscore
from augscore import Draw, Policy
from augscore.engine.check import canonical
from augscore.engine.foreign_draw import ForeignDraw
from augscore.engine.nodes import Foreign, OneOf, RandomApply, Step
from augscore.engine.policy import View
from augscore.engine.policy_file.write import to_yaml
from augscore.errors import InputError, UsageError
from augscore.images.resize import bring_to_size


def shaken(image: Image.Image) -> Image.Image:
    """Draws from all three global generators."""
    offset = random.randrange(8) + int(np.random.randint(8)) + int(torch.randint(8, (1,)))
    return image.rotate(offset * 5)


PIPELINES: dict[str, Callable[[], Any]] = {
    "torchvision 1": lambda: v1.Compose(
        [
            v1.RandomResizedCrop(32),
            v1.RandomChoice([v1.Lambda(lambda image: image), v1.RandomInvert(1.0)]),
            v1.ToTensor(),
            v1.Normalize([0.5] * 3, [0.2] * 3),
            v1.RandomErasing(0.5),
        ]
    ),
    "torchvision 2": lambda: v2.Compose([v2.RandomPhotometricDistort(), v2.RandomCrop(32)]),
    "a function": lambda: shaken,
    "kornia": lambda: K.AugmentationSequential(
        K.RandomAffine(30.0, p=0.7),
        K.ImageSequential(K.ColorJiggle(0.4, 0.4, 0.4, 0.1, p=0.8)),
        K.RandomGaussianNoise(std=0.1, p=0.5),
        data_keys=["input"],
        random_apply=2,
    ),
    "kornia alone": lambda: K.RandomResizedCrop((32, 32)),
    "albumentations": lambda: A.Compose(
        [
            A.RandomResizedCrop((32, 32)),
            A.OneOf([A.GaussNoise(p=1), A.MotionBlur(p=1)], p=0.8),
            A.CoarseDropout(p=0.5),
            A.Normalize(),
            A.ToTensorV2(),
        ]
    ),
    "albumentations alone": lambda: A.GaussNoise(p=1),
}


@pytest.fixture(params=PIPELINES)
def policy(request: pytest.FixtureRequest) -> Policy:
    made = Policy.of(PIPELINES[request.param](), name="theirs", size=32)
    assert isinstance(made.views[0].steps[0], Foreign)
    return made


def only(draw: Draw) -> ForeignDraw:
    ((step,),) = (view.steps for view in draw.views)
    assert isinstance(step, ForeignDraw)
    return step


def test_a_key_gives_its_pixels_in_any_batch(
    policy: Policy, mixed_sizes: list[torch.Tensor]
) -> None:
    names = list("abcde")
    (together,), _ = augscore.augment(mixed_sizes, policy, ids=names, seed=3)
    assert together.shape == (5, 3, 32, 32)
    assert together.dtype == torch.float32
    assert float(together.min()) >= 0
    assert float(together.max()) <= 1
    for place in reversed(range(5)):
        # Elsewhere in the program numbers are drawn, too.
        random.random(), np.random.random(), torch.rand(1)
        (alone,), _ = augscore.augment([mixed_sizes[place]], policy, ids=[names[place]], seed=3)
        assert torch.equal(alone[0], together[place])
    others = augscore.augment(mixed_sizes, policy, ids=names, seed=4)[0][0]
    assert not torch.equal(others, together)


def test_nobody_elses_random_numbers_move(policy: Policy, bytes40: torch.Tensor) -> None:
    before = random.getstate(), np.random.get_state(), torch.get_rng_state()
    augscore.augment(bytes40, policy)
    plain, legacy, numbers = random.getstate(), np.random.get_state(), torch.get_rng_state()
    assert plain == before[0]
    assert str(legacy) == str(before[1])
    assert torch.equal(numbers, before[2])


def test_images_are_left_alone(policy: Policy, bytes40: torch.Tensor) -> None:
    kept = bytes40.clone()
    augscore.augment(bytes40, policy)
    assert torch.equal(bytes40, kept)
    floats = bytes40.float() / 255
    kept = floats.clone()
    augscore.augment(floats, policy)
    assert torch.equal(floats, kept)


@pytest.mark.parametrize("takes", ["bytes", "floats"])
def test_a_pipeline_may_write_to_what_it_is_given(takes: Any, bytes40: torch.Tensor) -> None:
    for images in (bytes40, bytes40.float() / 255):
        kept = images.clone()
        black = Policy.of(lambda image: image.zero_(), size=40, takes=takes)
        assert not augscore.augment(images, black)[0][0].any()
        assert torch.equal(images, kept)


def test_a_draw_replays_bit_for_bit(policy: Policy, mixed_sizes: list[torch.Tensor]) -> None:
    views, draw = augscore.augment(mixed_sizes, policy, seed=5)
    (again,) = augscore.replay(mixed_sizes, draw)
    assert torch.equal(again, views[0])
    fewer = draw.select([3, 1])
    (some,) = augscore.replay([mixed_sizes[3], mixed_sizes[1]], fewer)
    assert torch.equal(some, views[0][[3, 1]])
    told = only(draw).parameters
    assert only(fewer).parameters == ((told[3], told[1]) if told else ())


def test_json_holds_all_but_the_pipeline(policy: Policy, mixed_sizes: list[torch.Tensor]) -> None:
    views, draw = augscore.augment(mixed_sizes, policy, seed=5)
    read = Draw.from_json(json.loads(json.dumps(draw.to_json(), allow_nan=False)))
    assert read == draw
    assert hash(read) == hash(draw)
    assert read.describe(1, 0) == draw.describe(1, 0)
    with pytest.raises(UsageError, match="ran as it is") as caught:
        augscore.replay(mixed_sizes, read)
    assert caught.value.code == "draw_needs_policy"
    assert "policy=" in caught.value.hint
    (again,) = augscore.replay(mixed_sizes, read, policy=policy)
    assert torch.equal(again, views[0])
    other = Policy.of(v1.Compose([v1.Lambda(shaken), v1.RandomCrop(8)]), size=32)
    with pytest.raises(UsageError, match="no pipeline like the one that was drawn") as caught:
        augscore.replay(mixed_sizes, read, policy=other)
    assert caught.value.code == "draw_mismatch"


def test_the_same_pipeline_made_again_is_the_same(policy: Policy) -> None:
    for make in PIPELINES.values():
        again = Policy.of(make(), name="theirs", size=32)
        if again == policy:
            break
    else:
        pytest.fail("no pipeline made anew equals the first")
    assert " at 0x" not in repr(policy)
    # What an interrupted measurement is compared by.
    first, second = (json.dumps(asdict(canonical(one)), default=str) for one in (policy, again))
    assert first == second


def test_it_is_data_without_the_pipeline(policy: Policy) -> None:
    node = canonical(policy).views[0].steps[0]
    assert isinstance(node, Foreign)
    assert node.run is None
    assert canonical(policy) == policy
    with pytest.raises(UsageError, match="no policy file can hold it") as caught:
        to_yaml(policy)
    assert caught.value.code == "policy_foreign"


def test_normalising_is_undone(bytes40: torch.Tensor) -> None:
    plain = [v1.Lambda(lambda image: image), v1.ToTensor()]
    (wanted,), _ = augscore.augment(bytes40, Policy.of(v1.Compose(plain), size=40))
    scaled = v1.Compose([*plain, v1.Normalize([0.4, 0.5, 0.6], [0.2, 0.3, 0.1])])
    policy = Policy.of(scaled, size=40)
    assert policy.normalize is not None
    assert any("undone" in note for note in policy.notes)
    (views,), _ = augscore.augment(bytes40, policy)
    assert torch.equal(wanted, bytes40.float() / 255)
    assert float((views - wanted).abs().max()) < 1e-6


def test_what_cannot_resize_is_given_images_of_the_size(mixed_sizes: list[torch.Tensor]) -> None:
    seen: list[tuple[int, int]] = []

    def look(image: Image.Image) -> Image.Image:
        seen.append(image.size)
        return image

    augscore.augment(mixed_sizes, Policy.of(look, size=16))
    assert seen == [(40, 40), (37, 50), (71, 33), (64, 90), (41, 48)]
    still = Policy.of(v2.RandomPhotometricDistort(p=0.0), size=16)
    (views,), _ = augscore.augment(mixed_sizes, still)
    wanted = torch.stack([bring_to_size(image, 16) for image in mixed_sizes])
    assert float((views - wanted).abs().max()) <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize(
    ("takes", "kind"),
    [("pil", "Image"), ("bytes", "uint8"), ("floats", "float32"), ("auto", "Image")],
)
def test_what_it_is_given_can_be_chosen(takes: Any, kind: str, bytes40: torch.Tensor) -> None:
    seen = []

    def look(image: Any) -> Any:
        seen.append(str(getattr(image, "dtype", type(image).__name__)))
        return image

    for images in (bytes40, bytes40.float() / 255):
        (views,), _ = augscore.augment(images, Policy.of(look, size=40, takes=takes))
        assert torch.equal(views, bytes40.float() / 255)
    assert all(kind in word for word in seen)


WRONG: dict[str, tuple[Callable[[Any], Any], str]] = {
    "raises": (lambda image: 1 // 0, "op_raised"),
    "nothing": (lambda image: None, "op_none"),
    "two views": (lambda image: [image, image], "op_shape"),
    "four channels": (lambda image: torch.zeros(4, 8, 8), "op_shape"),
    "no pixels": (lambda image: torch.zeros(3, 0, 8), "op_shape"),
    "a batch": (lambda image: torch.zeros(2, 3, 8, 8), "op_shape"),
    "classes": (lambda image: torch.zeros(3, 8, 8, dtype=torch.int64), "op_shape"),
    "nan": (lambda image: torch.full((3, 8, 8), float("nan")), "op_nan"),
    "unscaled": (lambda image: torch.full((3, 8, 8), 255.0), "op_range"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_result_that_is_no_image_is_told_with_its_key(name: str, bytes40: torch.Tensor) -> None:
    function, code = WRONG[name]
    policy = Policy.of(function, size=16)
    with pytest.raises(InputError, match=r"\(key -?\d+\)") as caught:
        augscore.augment(bytes40, policy)
    assert caught.value.code == code


GOOD: dict[str, Callable[[Any], Any]] = {
    "PIL": lambda image: image,
    "grey PIL": lambda image: image.convert("L"),
    "grey tensor": lambda image: v1.functional.to_tensor(image.convert("L")),
    "array": np.asarray,
    "grey array": lambda image: np.asarray(image.convert("L")),
    "a batch of one": lambda image: v1.functional.to_tensor(image)[None],
    "half": lambda image: v1.functional.to_tensor(image).half(),
    "a little outside": lambda image: v1.functional.to_tensor(image) * 1.1 - 0.05,
}


@pytest.mark.parametrize("name", GOOD)
def test_images_of_every_kind_are_read(name: str, bytes40: torch.Tensor) -> None:
    (views,), _ = augscore.augment(bytes40, Policy.of(GOOD[name], size=40))
    assert views.shape == bytes40.shape
    if "grey" in name:
        wanted = torch.stack(
            [
                v1.functional.pil_to_tensor(v1.functional.to_pil_image(one).convert("L"))
                for one in bytes40
            ]
        ).expand(-1, 3, -1, -1)
        assert float((views - wanted / 255).abs().max()) < 1e-6
    else:
        near = 0.06 if name == "a little outside" else 1e-3
        assert float((views - bytes40 / 255).abs().max()) < near


def test_gates_are_as_likely_as_the_library_says_and_independent() -> None:
    """Seeding each transform of albumentations alike would flip all whom it inverts."""
    dark = torch.zeros(300, 3, 4, 4, dtype=torch.uint8)
    dark[:, :, :, 0] = 100
    pipeline = A.Compose([A.HorizontalFlip(p=0.5), A.InvertImg(p=0.5), A.Defocus(p=0.0)])
    (views,), _ = augscore.augment(dark, Policy.of(pipeline, size=4))
    inverted = views[:, 0, 0, 1] == 1
    flipped = (views[:, 0, 0, 0] - views[:, 0, 0, 1]).abs() < 0.1
    for together in (True, False):
        share = (flipped & (inverted == together)).double().mean().item()
        assert abs(share - 0.25) < 0.1


def test_generators_inside_a_pipeline_come_back() -> None:
    pipeline = A.Compose([A.GaussNoise(p=1), A.OneOf([A.Blur(p=1)])], seed=5)
    twin = A.Compose([A.GaussNoise(p=1), A.OneOf([A.Blur(p=1)])], seed=5)
    augscore.augment(torch.zeros(2, 3, 8, 8, dtype=torch.uint8), Policy.of(pipeline, size=8))
    image = np.zeros((8, 8, 3), np.uint8)
    for _ in range(3):
        assert (pipeline(image=image)["image"] == twin(image=image)["image"]).all()


def test_what_the_library_told_is_recorded(bytes40: torch.Tensor) -> None:
    gamma = Policy.of(A.Compose([A.RandomGamma((50, 150), p=0.5), A.Defocus(p=0)]), size=40)
    (views,), draw = augscore.augment(bytes40, gamma, seed=1)
    told = only(draw).parameters
    assert {len(one) for one in told} == {0, 1}
    for image, view, one in zip(bytes40, views, told, strict=True):
        power = dict(one[0][1])["gamma"] if one else 1.0
        assert isinstance(power, float)
        wanted = ((image.double() / 255) ** power * 255).clamp(0, 255).floor() / 255
        assert float((view - wanted).abs().max()) < 1.01 / 255
    crop = Policy.of(A.Compose([A.RandomResizedCrop((40, 40)), A.Defocus(p=0)]))
    described = augscore.augment(bytes40, crop)[1].describe(0, 0)["steps"]
    box = [described[1]["magnitudes"][f"crop_coords.{i}"] for i in range(4)]
    assert 0 <= box[0] < box[2] <= 40
    assert 0 <= box[1] < box[3] <= 40
    first, *rest = draw.describe(0, 0)["steps"]
    assert first["op"].startswith("albumentations ")
    assert [one["op"] for one in rest] == [name for name, _ in told[0]]


def test_modules_run_and_record_them_too(bytes40: torch.Tensor) -> None:
    policy = Policy.of(A.Compose([A.RandomGamma(p=1), A.Defocus(p=0), A.Normalize()]), size=40)
    module = augscore.Augment(policy, seed=2, normalize=True)
    (views,), draw = module.forward_with_draw(bytes40, ids=range(6), epoch=0)
    (plain,), wanted = augscore.augment(bytes40, policy, seed=2)
    assert draw == wanted
    assert all(only(draw).parameters)
    assert policy.normalize is not None
    mean, std = (
        torch.tensor(n)[:, None, None] for n in (policy.normalize.mean, policy.normalize.std)
    )
    assert float((views * std + mean - plain).abs().max()) < 1e-5
    assert torch.equal(augscore.replay(bytes40, draw)[0], plain)


def test_what_kornia_drew_is_recorded(floats40: torch.Tensor) -> None:
    sequence = K.AugmentationSequential(
        K.RandomBrightness((0.5, 1.5), p=0.5), K.RandomPlasmaShadow(p=0.0), data_keys=["input"]
    )
    (views,), draw = augscore.augment(floats40, Policy.of(sequence, size=40), seed=1)
    told = only(draw).parameters
    assert {len(one) for one in told} == {0, 1}
    for image, view, one in zip(floats40, views, told, strict=True):
        factor = dict(one[0][1])["brightness_factor"] if one else 1.0
        assert isinstance(factor, float)
        wanted = (image + (factor - 1)).clamp(0, 1)
        assert float((view - wanted).abs().max()) < 1e-6


def test_the_cpu_tells_nothing_where_torchvision_tells_nothing(bytes40: torch.Tensor) -> None:
    policy = Policy.of(v2.RandomPhotometricDistort(), size=40)
    draw = augscore.augment(bytes40, policy)[1]
    assert only(draw).parameters == ()
    (step,) = draw.describe(0, 0)["steps"]
    assert step["op"].startswith("torchvision ")
    assert set(step["magnitudes"]) == {"key"}


def test_it_may_stand_among_steps_and_in_containers(
    bytes40: torch.Tensor, mixed_sizes: list[torch.Tensor]
) -> None:
    (node,) = Policy.of(v2.RandomPhotometricDistort(), size=40).views[0].steps
    flip = Step("RandomHorizontalFlip")
    for steps in (
        (flip, RandomApply((node,), 0.5), flip),
        (OneOf((node, flip)),),
    ):
        policy = Policy("mixed", 40, (View(steps),))
        (views,), draw = augscore.augment(bytes40, policy)
        assert torch.equal(augscore.replay(bytes40, draw)[0], views)
        read = Draw.from_json(draw.to_json())
        assert torch.equal(augscore.replay(bytes40, read, policy=policy)[0], views)
    assert isinstance(node, Foreign)
    crop_after = Policy("mixed", 40, (View((node, Step("RandomResizedCrop"))),))
    (views,), draw = augscore.augment(mixed_sizes, crop_after)
    assert views.shape == (5, 3, 40, 40)
    assert torch.equal(augscore.replay(mixed_sizes, draw)[0], views)
    crop = OneOf((replace(node, resizes=True), flip))
    with pytest.raises(UsageError, match="inside OneOf"):
        augscore.augment(bytes40, Policy("crop", 40, (View((crop,)),)))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_views_are_where_the_images_are(bytes40: torch.Tensor) -> None:
    policy = Policy.of(shaken, size=40)
    before = torch.cuda.get_rng_state()
    (views,), _ = augscore.augment(bytes40.cuda(), policy)
    assert views.is_cuda
    assert torch.equal(views.cpu(), augscore.augment(bytes40, policy)[0][0])
    assert torch.equal(torch.cuda.get_rng_state(), before)
