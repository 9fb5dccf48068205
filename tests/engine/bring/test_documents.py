"""solo-learn's lists, and mappings with `_target_`: read by tables, never by importing."""

from __future__ import annotations

import copy
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import albumentations as A
import kornia.augmentation as K
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision import transforms as v1
from torchvision.transforms import v2

from augscore import Policy
from augscore.engine.nodes import Foreign, Step
from augscore.engine.policies import find_policy
from augscore.errors import AugscoreError, PolicyError, UsageError

SOLO: dict[str, Any] = {
    "rrc": {"enabled": True, "crop_min_scale": 0.08, "crop_max_scale": 1.0},
    "color_jitter": {
        "prob": 0.8,
        "brightness": 0.4,
        "contrast": 0.4,
        "saturation": 0.2,
        "hue": 0.1,
    },
    "grayscale": {"enabled": True, "prob": 0.2},
    "gaussian_blur": {"prob": 0.1},
    "solarization": {"prob": 0.2},
    "equalization": {"prob": 0.3},
    "horizontal_flip": {"prob": 0.5},
    "crop_size": 224,
    "num_crops": 2,
}


def test_a_list_of_solo_learn_is_read_in_its_own_order(tmp_path: Path) -> None:
    small = {
        **SOLO,
        "crop_size": 96,
        "num_crops": 3,
        "gaussian_blur": {"enabled": False, "prob": 1},
    }
    small = {key: small[key] for key in reversed(small)}
    file = tmp_path / "swav.yaml"
    file.write_text(yaml.safe_dump([copy.deepcopy(SOLO), copy.deepcopy(small)]))
    policy = find_policy(file)
    assert (policy.name, policy.size) == ("swav", 224)
    assert [view.size for view in policy.views] == [224, 224, 96, 96, 96]
    crop = (("scale", (0.08, 1.0)), ("interpolation", "bicubic"))
    jitter = (("brightness", 0.4), ("contrast", 0.4), ("saturation", 0.2), ("hue", 0.1))
    wanted = (
        Step("RandomResizedCrop", crop),
        Step("ColorJitter", jitter, p=0.8),
        Step("RandomGrayscale", p=0.2),
        Step("GaussianBlur", (("kernel_size", 0), ("sigma", (0.1, 2.0))), p=0.1),
        Step("RandomSolarize", (("threshold", 128 / 255),), p=0.2),
        Step("RandomEqualize", p=0.3),
        Step("RandomHorizontalFlip", p=0.5),
    )
    assert policy.views[0].steps == wanted
    assert policy.views[4].steps == (*wanted[:3], *wanted[4:])
    assert any("Pillow" in note for note in policy.notes)
    assert Policy.of([SOLO, small], name="swav") == policy


def test_lists_of_one_size_and_without_parts() -> None:
    plain = Policy.of([{"rrc": {"enabled": False}, "crop_size": 32, "num_crops": 1}])
    assert plain.views[0].steps == ()
    assert (plain.name, plain.size, plain.views[0].size) == ("solo-learn", 32, None)
    assert any("bicubic" in note for note in plain.notes)


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        ({"grayscal": {}}, "policy_unknown_arg", "grayscale"),
        ({"grayscale": {"probability": 1}}, "policy_unknown_arg", "prob"),
        ({"grayscale": {"prob": "often"}}, "policy_value", r"\[0\]\.grayscale\.prob is 'often'"),
        ({"grayscale": {"prob": 1.5}}, "policy_value", "1.5"),
        ({"grayscale": 3}, "policy_value", "grayscale is 3"),
        ({"rrc": {"crop_min_scale": 0.1}}, "policy_value", "crop_max_scale"),
        ({"num_crops": 0}, "policy_value", "num_crops is 0"),
        ({"crop_size": True}, "policy_value", "crop_size is True"),
    ],
)
def test_mistakes_in_a_list_are_named(change: dict[str, Any], code: str, word: str) -> None:
    with pytest.raises(UsageError, match=word) as caught:
        Policy.of([{**SOLO, **change}])
    assert caught.value.code == code


HYDRA: dict[str, Any] = {
    "_target_": "torchvision.transforms.v2.Compose",
    "transforms": [
        {"_target_": "torchvision.transforms.v2.RandomResizedCrop", "size": 32, "scale": [0.2, 1]},
        {
            "_target_": "torchvision.transforms.v2.RandomApply",
            "transforms": [{"_target_": "torchvision.transforms.v2.ColorJitter", "hue": 0.1}],
            "p": 0.4,
        },
        {"_target_": "torchvision.transforms.v2.ToDtype", "dtype": "torch.float32", "scale": True},
    ],
}


def test_targets_are_looked_up(tmp_path: Path) -> None:
    live = v2.Compose(
        [
            v2.RandomResizedCrop(32, scale=[0.2, 1]),
            v2.RandomApply([v2.ColorJitter(hue=0.1)], p=0.4),
        ]
    )
    assert Policy.of(HYDRA).views == Policy.of(live).views
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump(HYDRA))
    assert find_policy(file).name == "mine"
    assert find_policy(file).views == find_policy(HYDRA).views


@pytest.mark.parametrize(
    ("document", "live"),
    [
        (
            {
                "_target_": "torchvision.transforms.RandomResizedCrop",
                "size": 8,
                "interpolation": "bicubic",
            },
            v1.RandomResizedCrop(8, interpolation=v1.InterpolationMode.BICUBIC),
        ),
        (
            {"_target_": "torchvision.transforms.AutoAugment", "policy": "svhn"},
            v1.AutoAugment(v1.AutoAugmentPolicy.SVHN),
        ),
        (
            {
                "_target_": "kornia.augmentation.ImageSequential",
                "args": [
                    {"_target_": "kornia.augmentation.ColorJitter", "hue": [0.1, 0.2], "p": 0.3}
                ],
            },
            K.ColorJitter(hue=(0.1, 0.2), p=0.3),
        ),
        (
            {
                "_target_": "albumentations.Compose",
                "transforms": [{"_target_": "albumentations.HorizontalFlip", "p": 0.3}],
            },
            A.HorizontalFlip(p=0.3),
        ),
    ],
)
def test_targets_of_every_library(document: dict[str, Any], live: Any) -> None:
    policy = Policy.of(document, size=8)
    assert policy.views == Policy.of(live, size=8).views
    assert not isinstance(policy.views[0].steps[0], Foreign)


@pytest.mark.parametrize(
    ("document", "code", "word"),
    [
        ({"_target_": "os.system", "command": "x"}, "policy_unknown_op", "not looked up"),
        ({"_target_": "torchvision.transforms.Lambda"}, "policy_unknown_op", "imported"),
        ({"_target_": "torchvision.transforms.RandomCorp"}, "policy_unknown_op", "RandomCrop"),
        ({"_target_": "albumentations.Lambda"}, "policy_unknown_op", "Lambda"),
        ({"_target_": "albumentations.core.os.system"}, "policy_unknown_op", "system"),
        ({"_target_": 3}, "policy_syntax", "_target_ is 3"),
        (
            {"_target_": "torchvision.transforms.RandomCrop", "_args_": [32]},
            "policy_unknown_arg",
            "_args_",
        ),
        ({"_target_": "torchvision.transforms.RandomCrop", "sise": 3}, "policy_value", "sise"),
        (
            {"_target_": "torchvision.transforms.v2.ToDtype", "dtype": "torch.load"},
            "policy_value",
            "torch.load",
        ),
        (
            {
                "_target_": "torchvision.transforms.RandomResizedCrop",
                "size": 3,
                "interpolation": "x",
            },
            "policy_value",
            "x",
        ),
        (
            {"_target_": "kornia.augmentation.ColorJitter", "hue": [1, 2, 3]},
            "policy_value",
            "Jitter",
        ),
        ({"_target_": "albumentations.Blur", "sigma": 3}, "policy_unknown_arg", "sigma"),
        ({"_target_": "albumentations.Blur", "blur_limit": "x"}, "policy_value", "blur_limit"),
    ],
)
def test_other_targets_are_refused_and_nothing_is_imported(
    document: dict[str, Any], code: str, word: str
) -> None:
    with pytest.raises(UsageError, match=word) as caught:
        Policy.of(document)
    assert caught.value.code == code


def test_a_target_runs_no_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "trap.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("trap", "trap.Compose", "torchvision.transforms.trap"):
        with pytest.raises(UsageError):
            Policy.of({"_target_": name})
    assert "trap" not in sys.modules


def test_a_list_that_is_no_solo_learn_list_stays_a_mistake_of_a_policy_file(tmp_path: Path) -> None:
    file = tmp_path / "list.yaml"
    file.write_text("- 3\n- {crop_size: 3}\n")
    with pytest.raises(PolicyError):
        find_policy(file)


documents = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 300) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [*SOLO, "_target_", "transform", "transforms", "__class_fullname__", "p"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(documents)
@settings(deadline=None, max_examples=100)
def test_nothing_that_a_file_can_hold_is_anything_but_a_policy_or_a_mistake(data: Any) -> None:
    for document in ({"transform": data}, {"_target_": data}, [{**SOLO, "rrc": data}], data):
        if callable(document):
            continue
        with suppress(AugscoreError):
            Policy.of(document)
