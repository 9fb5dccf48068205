"""Views: what comes out, that it can be made again, and that batches do not matter."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from augscore.engine import apply
from augscore.engine.augment import augment, replay, views_of
from augscore.engine.draw import Draw, every_step
from augscore.engine.ladder import apply_op
from augscore.engine.nodes import Step
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.engine.presets import PRESETS
from augscore.errors import TensorError, UsageError
from augscore.images.resize import bring_to_size
from augscore.keys import normals

EVERY_OP = Policy(
    "every", 48, (View(tuple(Step(op.name, op.example, 0.5) for op in OPS.values())),)
)
LATE_CROP = Policy(
    "late crop",
    32,
    (
        View(
            (
                Step("ColorJitter", OPS["ColorJitter"].example, 0.8),
                Step("RandomResizedCrop", p=0.5),
                Step("RandomResizedCrop", p=0.5),
                Step("RandomHorizontalFlip", p=0.5),
            )
        ),
    ),
)
POLICIES = [*PRESETS.values(), EVERY_OP, LATE_CROP]
every_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda p: p.name)


@every_policy
def test_views_are_floats_of_the_policys_size(
    policy: Policy, mixed_sizes: list[torch.Tensor]
) -> None:
    views, drawn = augment(mixed_sizes, policy, seed=1)
    assert len(views) == len(policy.views) == len(drawn.views)
    for plan, view in zip(policy.views, views, strict=True):
        size = plan.size or policy.size
        assert view.shape == (5, 3, size, size)
        assert view.dtype == torch.float32
        assert view.is_contiguous()
        assert 0.0 <= view.min().item() <= view.max().item() <= 1.0


@every_policy
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_replay_is_bit_exact_also_in_part_and_through_json(
    policy: Policy, mixed_sizes: list[torch.Tensor], dtype: torch.dtype
) -> None:
    images = mixed_sizes if dtype == torch.uint8 else [i.float() / 255 for i in mixed_sizes]
    views, drawn = augment(images, policy, seed=5, epoch=2)
    read = Draw.from_json(json.loads(json.dumps(drawn.to_json(), sort_keys=True)))
    for view, again, through_json in zip(
        views, replay(images, drawn), replay(images, read), strict=True
    ):
        assert torch.equal(view, again)
        assert torch.equal(view, through_json)
    for chosen in ([3], [4, 0, 2], []):
        part = replay([images[i] for i in chosen], drawn.select(chosen))
        assert all(torch.equal(v[chosen], p) for v, p in zip(views, part, strict=True))


@every_policy
def test_a_batch_is_its_images_one_by_one(
    policy: Policy, mixed_sizes: list[torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["a", "b", "c", "d", "e"]
    together, _ = augment(mixed_sizes, policy, ids=names)
    for i, image in enumerate(mixed_sizes):
        alone, _ = augment(image[None], policy, ids=names[i : i + 1])
        assert all(torch.equal(t[i], a[0]) for t, a in zip(together, alone, strict=True))
    monkeypatch.setattr(apply, "TILE_PIXELS", 2 * policy.size**2)
    in_tiles, _ = augment(mixed_sizes, policy, ids=names)
    assert all(torch.equal(t, s) for t, s in zip(together, in_tiles, strict=True))


@every_policy
def test_images_are_left_alone(policy: Policy, floats40: torch.Tensor) -> None:
    before = floats40.clone()
    views, _ = augment(floats40, policy, size=40)
    assert torch.equal(floats40, before)
    assert all(view.data_ptr() != floats40.data_ptr() for view in views)


def test_identity_is_the_reference(mixed_sizes: list[torch.Tensor], floats40: torch.Tensor) -> None:
    (view,), _ = augment(mixed_sizes, "identity", size=32)
    assert torch.equal(view, torch.stack([bring_to_size(image, 32) for image in mixed_sizes]))
    (view,), _ = augment(floats40, "identity", size=40)
    assert torch.equal(view, floats40)


def test_an_image_that_no_crop_takes_is_the_reference(mixed_sizes: list[torch.Tensor]) -> None:
    never = Policy("never", 32, (View((Step("RandomResizedCrop", p=0.0),)),))
    (view,), _ = augment(mixed_sizes, never)
    assert torch.equal(view, torch.stack([bring_to_size(image, 32) for image in mixed_sizes]))


def test_steps_before_the_crop_see_the_whole_image(mixed_sizes: list[torch.Tensor]) -> None:
    """The mean of a contrast change is that of the original, not that of the crop."""
    contrast = Step("ColorJitter", (("contrast", (0.0, 0.0)),))
    crop = Step("RandomResizedCrop", (("scale", (0.08, 0.1)),))
    (before,), _ = augment(mixed_sizes, Policy("before", 32, (View((contrast, crop)),)))
    for image, view in zip(mixed_sizes, before, strict=True):
        red, green, blue = (image.float() / 255).mean((1, 2)).tolist()
        grey = 0.2989 * red + 0.587 * green + 0.114 * blue
        assert view.mean().item() == pytest.approx(grey, abs=1e-3)


def test_padding_and_cropping_is_of_the_image_at_its_size(mixed_sizes: list[torch.Tensor]) -> None:
    (view,), drawn = augment(mixed_sizes, "pad-crop-flip")
    crop, flip = every_step(drawn.views[0].steps)
    corners = dict(crop.magnitudes)
    for i, image in enumerate(mixed_sizes):
        wide = torch.nn.functional.pad(bring_to_size(image, 32), (4, 4, 4, 4))
        top, left = int(corners["top"][i]), int(corners["left"][i])
        cut = wide[:, top : top + 32, left : left + 32]
        assert torch.equal(view[i], cut.flip(-1) if flip.applied[i] else cut)


def test_noise_is_of_the_key_in_the_draw(floats40: torch.Tensor) -> None:
    """To the last of its 64 bits."""
    policy = Policy("noise", 40, (View((Step("GaussianNoise"),)),))
    (view,), drawn = augment(floats40, policy)
    columns = dict(next(every_step(drawn.views[0].steps)).magnitudes)
    for image, noisy, sd, key in zip(floats40, view, columns["sd"], columns["key"], strict=True):
        added = normals(int(key), (3, 40, 40)) * sd
        assert torch.allclose(noisy, (image + added).clamp(0, 1), atol=1e-6)


def test_epoch_seed_and_id_give_other_views(floats40: torch.Tensor) -> None:
    (first, second), _ = augment(floats40, "simclr-cifar")
    assert not torch.equal(first, second)
    for other in (
        augment(floats40, "simclr-cifar", seed=1),
        augment(floats40, "simclr-cifar", epoch=1),
        augment(floats40, "simclr-cifar", ids=[10, 11, 12, 13, 14, 15]),
    ):
        assert not torch.equal(other[0][0], first)


@pytest.mark.parametrize("views", [1, 2, 5])
def test_views_of_gives_the_number_asked_for(floats40: torch.Tensor, views: int) -> None:
    made, drawn = views_of(floats40, "simclr-cifar", views=views, seed=3)
    own, _ = augment(floats40, "simclr-cifar", seed=3)
    assert len(made) == len(drawn.views) == views
    assert all(torch.equal(m, o) for m, o in zip(made, own, strict=False))
    assert all(torch.equal(m, r) for m, r in zip(made, replay(floats40, drawn), strict=True))
    assert len({view.sum().item() for view in made}) == views


def test_no_images_give_empty_views() -> None:
    nothing: list[torch.Tensor] = []
    for images in (torch.empty(0, 3, 32, 32), torch.empty(0, 3, 9, 9).byte(), nothing):
        views, drawn = augment(images, "simclr-cifar")
        assert [view.shape for view in views] == [(0, 3, 32, 32)] * 2
        assert views[0].dtype == torch.float32
        assert [view.shape for view in replay(images, drawn)] == [(0, 3, 32, 32)] * 2
    assert apply_op(torch.empty(0, 3, 8, 8), "Hue", 0.1).shape == (0, 3, 8, 8)


def test_half_and_double_are_computed_in_float32(floats40: torch.Tensor) -> None:
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        (view, _), _ = augment(floats40.to(dtype), "simclr-cifar")
        (same, _), _ = augment(floats40.to(dtype).float(), "simclr-cifar")
        assert view.dtype == torch.float32
        assert torch.equal(view, same)


def test_no_graph_is_kept(floats40: torch.Tensor) -> None:
    images = floats40.requires_grad_()
    (view, _), _ = augment(images, "simclr-cifar")
    assert not view.requires_grad
    assert not apply_op(images, "Hue", 0.1).requires_grad


def _at(value: float) -> torch.Tensor:
    images = torch.full((4, 3, 8, 8), 0.5)
    images[2, 1, 3, 3] = value
    return images


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (torch.rand(2, 8, 8, 3), ["(2, 8, 8, 3)", "(B, 3, H, W)"]),
        (torch.rand(3, 8, 8), ["(3, 8, 8)", "(B, 3, H, W)"]),
        (torch.zeros(2, 3, 8, 8, dtype=torch.int64), ["int64", "uint8"]),
        (torch.rand(2, 3, 8, 8) * 255, ["images[0]", "divide by 255?"]),
        (_at(float("nan")), ["images[2]", "NaN"]),
        (_at(float("inf")), ["images[2]", "inf"]),
        (_at(1.002), ["images[2]", "[0, 1]"]),
        (_at(-0.002), ["images[2]", "[0, 1]"]),
        ([torch.rand(3, 8, 8), torch.rand(1, 8, 8)], ["images[1]", "(1, 8, 8)"]),
        ([torch.rand(3, 8, 8), torch.zeros(3, 8, 8).byte()], ["float32 and torch.uint8"]),
        ([torch.rand(3, 8, 8), "x.jpg"], ["images[1]", "str"]),
        ([torch.rand(3, 0, 8)], ["images[0]", "(3, 0, 8)"]),
        ("photos", ["images[0]", "str"]),
        (7, ["int"]),
    ],
)
def test_other_tensors_are_refused(images: torch.Tensor, words: list[str]) -> None:
    with pytest.raises(TensorError) as caught:
        augment(images, "simclr-cifar")
    assert caught.value.code == "bad_tensor"
    assert all(word in str(caught.value) for word in words)


def test_a_little_outside_is_clamped() -> None:
    (view,), _ = augment(_at(1.0005), "identity", size=8)
    assert view.max().item() == 1.0


def test_the_number_of_ids_is_that_of_images(floats40: torch.Tensor) -> None:
    with pytest.raises(UsageError, match="2 ids for 6 images"):
        augment(floats40, "identity", ids=[1, 2])


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.uint8])
def test_ids_may_be_a_tensor(floats40: torch.Tensor, dtype: torch.dtype) -> None:
    views, drawn = augment(floats40, "simclr-cifar", ids=torch.arange(10, 16, dtype=dtype))
    listed, wanted = augment(floats40, "simclr-cifar", ids=list(range(10, 16)))
    assert drawn == wanted
    assert all(type(given) is int for given in drawn.ids)
    assert all(torch.equal(a, b) for a, b in zip(views, listed, strict=True))


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        (torch.arange(5), "5 ids for 6 images"),
        (torch.zeros(6), "float32"),
        (torch.zeros(6, dtype=torch.bool), "an id is False"),
        (torch.zeros(6, 1, dtype=torch.int64), "shape"),
        (torch.tensor(6), "shape"),
        (torch.zeros(6, dtype=torch.int64, device="meta"), "meta"),
    ],
)
def test_other_tensors_are_no_ids(floats40: torch.Tensor, ids: torch.Tensor, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        augment(floats40, "identity", ids=ids)
    assert caught.value.code == "bad_ids"


def test_replay_wants_the_images_drawn_for(mixed_sizes: list[torch.Tensor]) -> None:
    _, drawn = augment(mixed_sizes, "simclr-cifar")
    with pytest.raises(UsageError, match="4 images for a draw of 5"):
        replay(mixed_sizes[:4], drawn)
    with pytest.raises(UsageError, match="image 0 is 8 x 8 px, and was 40 x 40 px"):
        replay([image[:, :8, :8] for image in mixed_sizes], drawn)


def test_an_unknown_policy_is_named(floats40: torch.Tensor) -> None:
    with pytest.raises(UsageError, match="Did you mean simclr-cifar"):
        augment(floats40, "simclr-cifr")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@every_policy
def test_another_device_has_the_same_draw_and_nearly_the_same_pixels(
    policy: Policy, mixed_sizes: list[torch.Tensor]
) -> None:
    floats = [image.float() / 255 for image in mixed_sizes]
    here, drawn = augment(floats, policy)
    there, same = augment([image.cuda() for image in floats], policy)
    assert same == drawn
    for ours, theirs in zip(here, there, strict=True):
        assert theirs.device.type == "cuda"
        assert (ours - theirs.cpu()).abs().mean().item() < 1e-4


@pytest.mark.parametrize(
    "wrong",
    [{"size": 0}, {"size": -3}, {"size": "x"}, {"size": True}, {"seed": "a"}, {"epoch": 1.5}],
    ids=str,
)
def test_numbers_that_are_none_are_refused_by_name(
    floats40: torch.Tensor, wrong: dict[str, Any]
) -> None:
    (name,) = wrong
    with pytest.raises(UsageError, match=f"^{name}: wanted a whole number"):
        augment(floats40, "identity", **wrong)


@pytest.mark.parametrize("policy", ["identity", "randaugment", "simclr-cifar"])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_a_view_may_be_one_pixel(policy: str, dtype: torch.dtype, bytes40: torch.Tensor) -> None:
    images = bytes40 if dtype == torch.uint8 else bytes40 / 255
    view = augment(images, policy, size=1)[0][0]
    assert view.shape == (6, 3, 1, 1)
    if policy == "identity":
        assert torch.allclose(view, bytes40.float().mean((2, 3), keepdim=True) / 255, atol=0.05)


def test_a_view_has_a_largest_side(bytes40: torch.Tensor) -> None:
    with pytest.raises(UsageError, match="100000 px is too large"):
        augment(bytes40, "simclr", size=100_000)
