"""Policies: what the presets hold, and what is refused with the nearest right name."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from augscore.engine.check import check_policy, settings
from augscore.engine.drawing.view import draw
from augscore.engine.nodes import (
    AugMix,
    AutoAugment,
    Node,
    RandAugment,
    Step,
    TrivialAugmentWide,
    steps_in,
)
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.engine.presets import PRESETS, preset
from augscore.errors import UsageError


def check(step: Step) -> None:
    check_policy(Policy("one", 32, (View((step,)),)))


@pytest.mark.parametrize("name", list(PRESETS))
def test_presets_can_be_drawn_and_say_where_they_are_from(name: str) -> None:
    policy = preset(name)
    assert policy.name == name
    assert policy.source
    assert len(draw(policy, [0], [(50, 60)]).views) == len(policy.views)


def test_simclr_is_as_published() -> None:
    policy = preset("simclr")
    assert (policy.size, len(policy.views)) == (224, 2)
    steps = list(steps_in(policy.views[0].steps))
    assert [(step.op, step.p) for step in steps] == [
        ("RandomResizedCrop", 1.0),
        ("RandomHorizontalFlip", 0.5),
        ("ColorJitter", 0.8),
        ("RandomGrayscale", 0.2),
        ("GaussianBlur", 0.5),
    ]
    assert dict(settings(steps[0]).values) == {
        "scale": (0.08, 1.0),
        "ratio": (3 / 4, 4 / 3),
        "interpolation": "bicubic",
    }
    assert dict(settings(steps[2]).values) == {
        "brightness": pytest.approx((0.2, 1.8)),
        "contrast": pytest.approx((0.2, 1.8)),
        "saturation": pytest.approx((0.2, 1.8)),
        "hue": (-0.2, 0.2),
    }
    assert dict(settings(steps[4]).values) == {"kernel_size": 23, "sigma": (0.1, 2.0)}


def test_simclr_cifar_is_half_as_strong_and_has_no_blur() -> None:
    policy = preset("simclr-cifar")
    assert policy.size == 32
    steps = list(steps_in(policy.views[0].steps))
    assert [step.op for step in steps] == [
        s.op for s in steps_in(preset("simclr").views[0].steps[:4])
    ]
    assert dict(settings(steps[2]).values)["brightness"] == pytest.approx((0.6, 1.4))


def test_the_op_table_is_keyed_by_name() -> None:
    assert all(name == op.name for name, op in OPS.items())


@pytest.mark.parametrize("p", [-0.1, 1.5, math.nan, math.inf, True, "0.5"])
def test_p_is_a_chance(p: float) -> None:
    with pytest.raises(UsageError, match="p is") as caught:
        Step("RandomHorizontalFlip", p=p)
    assert caught.value.code == "policy_value"


@pytest.mark.parametrize("size", [0, -3, 1.5])
def test_sizes_are_whole_pixels(size: int) -> None:
    with pytest.raises(UsageError, match="size"):
        View((), size=size)
    with pytest.raises(UsageError, match="size"):
        Policy("x", size, (View(()),))


def test_a_policy_has_a_view_and_an_argument_is_given_once() -> None:
    with pytest.raises(UsageError, match="no views"):
        Policy("x", 32, ())
    with pytest.raises(UsageError, match="twice"):
        Step("ColorJitter", (("hue", 0.1), ("hue", 0.2)))


@pytest.mark.parametrize(
    ("step", "code", "words"),
    [
        (Step("ColourJitter"), "policy_unknown_op", "Did you mean ColorJitter?"),
        (Step("COLORJITTER"), "policy_unknown_op", "Did you mean ColorJitter?"),
        (Step("os.system"), "policy_unknown_op", "The nearest: Rotate"),
        (Step("ColorJitter", (("brightnes", 0.4),)), "policy_unknown_arg", "brightness"),
        (Step("RandomGrayscale", (("weight", 1),)), "policy_unknown_arg", "weight"),
        (Step("ColorJitter", (("hue", (0.2, -0.2)),)), "policy_value", "smaller"),
        (Step("ColorJitter", (("hue", 0.7),)), "policy_value", "-0.5 to 0.5"),
        (Step("ColorJitter", (("brightness", -0.4),)), "policy_value", "half-width"),
        (Step("ColorJitter", (("brightness", math.nan),)), "policy_value", "nan"),
        (Step("ColorJitter", (("brightness", "0.4"),)), "policy_value", "number"),
        (Step("RandomResizedCrop", (("scale", (0.08, 1.2)),)), "policy_value", "0 to 1"),
        (Step("RandomResizedCrop", (("interpolation", "cubic"),)), "policy_value", "bicubic"),
        (Step("GaussianBlur", (("kernel_size", 22),)), "policy_value", "odd"),
        (Step("GaussianBlur", (("kernel_size", 3.0),)), "policy_value", "whole"),
        (Step("GaussianBlur", (("kernel_size", True),)), "policy_value", "whole"),
        (Step("RandomCrop", (("padding", -1),)), "policy_value", "0 to 1024"),
        (Step("GaussianNoise", (("sd", -0.1),)), "policy_value", "0 to inf"),
        (Step("RandomPosterize", (("bits", 4.5),)), "policy_value", "whole"),
        (Step("RandomPosterize", (("bits", (1, 7.5)),)), "policy_value", "whole"),
        (Step("RandomAffine", (("translate", (0.1, 1.5)),)), "policy_value", "0 to 1"),
        (Step("RandomAffine", (("translate", "a"),)), "policy_value", "number"),
        (Step("RandomErasing", (("value", (0.1, 0.5)),)), "policy_value", "number"),
        (Step("RandomErasing", (("value", 128),)), "policy_value", "0 to 1"),
        (Step("RandomErasing", (("value", "noise"),)), "policy_value", "or random"),
        (Step("Cutout", (("value", "random"),)), "policy_value", "three of them"),
        (Step("Rotate", (("fill", (0.1, 0.5, 1.5)),)), "policy_value", "0 to 1"),
        (Step("RandomCrop", (("fill", (0.1, 0.5, True)),)), "policy_value", "number"),
        (Step("TranslateX", (("fill", math.nan),)), "policy_value", "number"),
    ],
)
def test_bad_steps_are_refused_with_what_is_right(step: Step, code: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(step)
    assert caught.value.code == code
    assert words in str(caught.value)
    with pytest.raises(UsageError):
        draw(Policy("one", 32, (View((step,)),)), [0], [(40, 40)])


def test_lone_numbers_mean_what_they_do_in_torchvision() -> None:
    jitter = dict(settings(Step("ColorJitter", (("brightness", 1.5), ("hue", 0.1)))).values)
    assert jitter["brightness"] == (0.0, 2.5)
    assert jitter["hue"] == (-0.1, 0.1)
    assert dict(settings(Step("GaussianBlur", (("sigma", 1.5),))).values)["sigma"] == (1.5, 1.5)
    affine = dict(settings(Step("RandomAffine", (("translate", 0.1), ("shear", 7)))).values)
    assert affine["translate"] == (0.1, 0.1)
    assert affine["shear"] == (-7.0, 7.0)


def test_a_kernel_wider_than_the_image_is_refused() -> None:
    with pytest.raises(UsageError, match="too wide for 8 px"):
        draw(preset("simclr"), [0], [(50, 50)], size=8)


def test_presets_are_read_without_torch() -> None:
    code = "import sys, augscore.engine.presets; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_preset_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean simclr") as caught:
        preset("simcrl")
    assert caught.value.code == "policy_unknown"


CROPS = {
    "simclr": [0.08] * 2,
    "simclr-cifar": [0.08] * 2,
    "simsiam": [0.2] * 2,
    "simsiam-cifar": [0.2] * 2,
    "moco-v2": [0.2] * 2,
    "byol": [0.08] * 2,
    "vicreg": [0.08] * 2,
    "vicreg-sym": [0.08] * 2,
    "vicreg-cifar": [0.2] * 2,
    "wmse": [0.2] * 2,
    "wmse-cifar": [0.2] * 2,
    "sce": [0.2] * 2,
    "sce-cifar": [0.2] * 2,
    "swav": [0.14] * 2 + [0.05] * 6,
    "dino": [0.4] * 2 + [0.05] * 8,
}
BLURS = {
    "simclr": [0.5] * 2,
    "simsiam": [0.5] * 2,
    "moco-v2": [0.5] * 2,
    "byol": [1.0, 0.1],
    "vicreg": [1.0, 0.1],
    "vicreg-sym": [0.5] * 2,
    "wmse": [0.5] * 2,
    "sce": [0, 0.5],
    "sce-cifar": [0, 0.5],
    "swav": [0.5] * 8,
    "dino": [1.0, 0.1] + [0.5] * 8,
}
SOLARIZED = {
    "byol": [0, 0.2],
    "vicreg": [0, 0.2],
    "vicreg-sym": [0.1] * 2,
    "vicreg-cifar": [0.1] * 2,
    "dino": [0, 0.2] + [0] * 8,
}
JITTER = {
    "simclr": (0.8, 0.8, 0.8, 0.2),
    "simclr-cifar": (0.4, 0.4, 0.4, 0.1),
    "simsiam": (0.4, 0.4, 0.4, 0.1),
    "byol": (0.4, 0.4, 0.2, 0.1),
    "vicreg": (0.4, 0.4, 0.2, 0.1),
    "vicreg-cifar": (0.4, 0.4, 0.2, 0.1),
    "wmse": (0.4, 0.4, 0.4, 0.1),
    "sce": (0.4, 0.4, 0.2, 0.1),
    "sce-cifar": (0.4, 0.4, 0.4, 0.1),
    "swav": (0.8, 0.8, 0.8, 0.2),
    "dino": (0.4, 0.4, 0.2, 0.1),
}


def chances(name: str, op: str) -> list[float]:
    """Of one op in every view; 0 where a view has none."""
    return [sum(s.p for s in steps_in(view.steps) if s.op == op) for view in PRESETS[name].views]


@pytest.mark.parametrize("name", CROPS)
def test_presets_hold_the_published_numbers(name: str) -> None:
    views = PRESETS[name].views
    scales = [
        dict(s.arguments)["scale"] for v in views for s in steps_in(v.steps) if "Crop" in s.op
    ]
    assert [scale[0] for scale in scales if isinstance(scale, tuple)] == CROPS[name]
    none = [0.0] * len(views)
    assert chances(name, "GaussianBlur") == BLURS.get(name, none)
    assert chances(name, "RandomSolarize") == SOLARIZED.get(name, none)
    assert chances(name, "RandomHorizontalFlip") == [0.5] * len(views)
    weak = [0.0] if name.startswith("sce") else []
    grey = 0.1 if name.startswith("wmse") else 0.2
    assert chances(name, "RandomGrayscale") == weak + [grey] * (len(views) - len(weak))
    assert chances(name, "ColorJitter") == weak + [0.8] * (len(views) - len(weak))
    for step in (
        s for v in views for s in steps_in(v.steps) if s.op == "ColorJitter" and name in JITTER
    ):
        assert tuple(value for _, value in step.arguments) == JITTER[name]


def test_whitening_jitters_the_whole_image_before_it_is_cropped() -> None:
    for name in ("wmse", "wmse-cifar"):
        ops = [step.op for step in steps_in(PRESETS[name].views[0].steps)]
        assert ops[:4] == [
            "ColorJitter",
            "RandomGrayscale",
            "RandomResizedCrop",
            "RandomHorizontalFlip",
        ]


def test_every_promised_preset_is_there() -> None:
    promised = """simclr simclr-cifar simsiam simsiam-cifar moco-v2 byol vicreg vicreg-sym
        vicreg-cifar wmse
        wmse-cifar sce sce-cifar swav dino randaugment trivialaugment-wide autoaugment-cifar10
        autoaugment-imagenet autoaugment-svhn augmix pad-crop-flip identity"""
    assert list(PRESETS) == promised.split()


def test_presets_of_containers_are_as_published() -> None:
    alone: dict[str, tuple[int, Node]] = {
        "randaugment": (224, RandAugment(num_ops=2, magnitude=9)),
        "trivialaugment-wide": (224, TrivialAugmentWide()),
        "autoaugment-cifar10": (32, AutoAugment("cifar10")),
        "autoaugment-imagenet": (224, AutoAugment("imagenet")),
        "autoaugment-svhn": (32, AutoAugment("svhn")),
    }
    for name, (size, node) in alone.items():
        assert (preset(name).size, preset(name).views) == (size, (View((node,)),))
    (view,) = preset("augmix").views
    *before, mix = view.steps
    assert [step.op for step in steps_in(tuple(before))] == ["RandomHorizontalFlip", "RandomCrop"]
    assert mix == AugMix(severity=3, mixture_width=3, chain_depth=-1, alpha=1, all_ops=False)
    assert preset("augmix").size == 32
