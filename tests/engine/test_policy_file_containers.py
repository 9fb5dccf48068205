"""Containers, other spellings and changes in policy files: what they mean, how they are written."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import yaml
from torchvision.transforms import v2

import augscore
from augscore.engine.check import canonical, settings
from augscore.engine.drawing.view import draw
from augscore.engine.level_tables import RAND_AUGMENT, TRIVIAL_AUGMENT_WIDE
from augscore.engine.nodes import (
    AugMix,
    AutoAugment,
    Levelled,
    Node,
    OneOf,
    RandAugment,
    RandomApply,
    RandomOrder,
    Step,
    TrivialAugmentWide,
)
from augscore.engine.policies import find_policy
from augscore.engine.policy import Policy, View
from augscore.engine.policy_file.digest import policy_digest
from augscore.engine.policy_file.document import to_document
from augscore.engine.policy_file.write import to_yaml
from augscore.engine.presets import PRESETS, preset
from augscore.errors import UsageError

INVERT, GREY = Step("RandomInvert", p=1.0), Step("RandomGrayscale", p=1.0)


def read(*transforms: Any) -> tuple[Node, ...]:
    document = {"augscore_policy": 1, "name": "x", "size": 32}
    return find_policy({**document, "views": [{"transforms": list(transforms)}]}).views[0].steps


def of_yaml(text: str) -> tuple[Node, ...]:
    return read(*yaml.safe_load(text))


def alone(*nodes: Node) -> Policy:
    return Policy("x", 32, (View(nodes),))


def test_every_container_means_what_it_says() -> None:
    steps = of_yaml("""
      - RandomApply: {p: 0.3, transforms: [{RandomInvert: {p: 1}}, {RandomGrayscale: {p: 1}}]}
      - OneOf: {p: 0.5, weights: [2, 1], transforms: [{RandomInvert: {p: 1}}, {RandAugment: }]}
      - RandomOrder: {transforms: [{RandomInvert: {p: 1}}, {RandomGrayscale: {p: 1}}]}
      - RandAugment: {num_ops: 3, magnitude: 14}
      - TrivialAugmentWide:
      - AutoAugment: {policy: svhn}
      - AugMix: {severity: 5, mixture_width: 2, chain_depth: 4, alpha: 0.5, all_ops: true}
    """)
    assert steps == (
        RandomApply((INVERT, GREY), 0.3),
        OneOf((INVERT, RandAugment(ops=RAND_AUGMENT)), (2.0, 1.0), 0.5),
        RandomOrder((INVERT, GREY)),
        RandAugment(3, 14, RAND_AUGMENT),
        TrivialAugmentWide(TRIVIAL_AUGMENT_WIDE),
        AutoAugment("svhn"),
        AugMix(5.0, 2, 4, 0.5, True),
    )


def test_defaults_are_those_of_torchvision_and_of_the_papers() -> None:
    names = ("RandAugment", "TrivialAugmentWide", "AutoAugment", "AugMix")
    defaults = (RandAugment(), TrivialAugmentWide(), AutoAugment(), AugMix())
    assert read(*({name: None} for name in names)) == canonical(alone(*defaults)).views[0].steps
    theirs = v2.RandAugment()
    assert (theirs.num_ops, theirs.magnitude) == (RandAugment().num_ops, RandAugment().magnitude)
    inner = [{"RandomInvert": None}, {"RandomInvert": None}]
    (gate,) = read({"RandomApply": {"transforms": inner}})
    assert isinstance(gate, RandomApply)
    assert gate.p == v2.RandomApply([v2.Identity()]).p


def test_ops_go_from_start_to_end_in_the_order_written() -> None:
    (node,) = of_yaml("""
      - RandAugment:
          ops:
            Solarize: {threshold: [1.0, 0.0]}
            RandomPosterize: {bits: [8, 4]}
            TranslateX: {pixels: [0, 10], signed: true}
            Rotate: {signed: true, degrees: [0, 30]}
            Brightness: {factor: 0.2}
            Identity:
    """)
    assert node == RandAugment(
        ops=(
            Levelled("Solarize", "threshold", 1.0, 0.0),
            Levelled("Posterize", "bits", 8.0, 4.0),
            Levelled("TranslateX", "pixels", 0.0, 10.0, True),
            Levelled("Rotate", "degrees", 0.0, 30.0, True),
            Levelled("Brightness", "factor", 0.2, 0.2),
            Levelled("Identity"),
        )
    )


def test_random_choice_spells_its_weights_as_torchvision_does() -> None:
    inner = [{"RandomInvert": {"p": 1}}, {"RandomGrayscale": {"p": 1}}]
    wanted = (OneOf((INVERT, GREY), (3.0, 1.0)),)
    assert read({"RandomChoice": {"p": [3, 1], "transforms": inner}}) == wanted
    assert read({"RandomChoice": {"weights": [3, 1], "transforms": inner}}) == wanted
    (gated,) = read({"RandomChoice": {"p": 0.25, "transforms": inner}})
    assert gated == OneOf((INVERT, GREY), (1.0, 1.0), 0.25)


def test_gates_in_gates_around_one_step_are_one_gate() -> None:
    inner = {"RandomApply": {"p": 0.5, "transforms": [{"RandomInvert": {"p": 0.5}}]}}
    (step,) = read({"RandomApply": {"p": 0.5, "transforms": [inner]}})
    assert step == Step("RandomInvert", p=0.125)
    made = alone(RandomApply((RandomApply((Step("RandomInvert", p=0.5),), 0.5),), 0.5))
    assert canonical(made).views[0].steps == (step,)
    ids, sizes = list(range(200)), [(32, 32)] * 200
    assert draw(made, ids, sizes) == draw(alone(step), ids, sizes)


def test_a_policy_and_what_is_written_of_it_draw_alike() -> None:
    policy = alone(
        OneOf((RandomApply((INVERT, GREY), 0.4), RandAugment(), RandomApply((GREY,), 0.3))),
        RandomOrder((TrivialAugmentWide(), RandomApply((INVERT,), 0.5))),
        AugMix(2, alpha=1),
    )
    written = find_policy(to_document(policy))
    ids, sizes = list(range(50)), [(32, 32)] * 50
    assert draw(written, ids, sizes, seed=1) == draw(policy, ids, sizes, seed=1)


def test_containers_are_written_as_people_write_them() -> None:
    nested = OneOf((RandomApply((INVERT, GREY), 0.4), AugMix()), (2, 1))
    table = RandAugment(
        1, 5, (Levelled("Saturation", "factor", 0, 0.9, True), Levelled("Identity"))
    )
    text = to_yaml(alone(nested, table, RandomOrder((INVERT,))))
    assert text.endswith("""
    transforms:
      - OneOf:
          p: 1.0
          weights: [2.0, 1.0]
          transforms:
            - RandomApply:
                p: 0.4
                transforms:
                  - RandomInvert: {p: 1.0}
                  - RandomGrayscale: {p: 1.0}
            - AugMix: {severity: 3.0, mixture_width: 3, chain_depth: -1, alpha: 1.0, all_ops: false}
      - RandAugment:
          num_ops: 1
          magnitude: 5
          ops:
            Color: {factor: [0.0, 0.9], signed: true}
            Identity: {}
      - RandomOrder:
          transforms:
            - RandomInvert: {p: 1.0}
""")


@pytest.mark.parametrize("container", [RandomApply, OneOf, RandomOrder])
def test_a_container_without_steps_is_refused_in_files_and_in_python(container: Any) -> None:
    with pytest.raises(UsageError, match="has no steps") as caught:
        container(())
    assert caught.value.code == "policy_value"
    with pytest.raises(UsageError, match="has no steps") as caught:
        read({container.kind: {"transforms": []}})
    assert caught.value.code == "policy_value"


@pytest.mark.parametrize("name", ["RandAugment(2, 9)", "RANDAUGMENT( 2 ,9 )", "randaugment (2,9)"])
def test_randaugment_is_named_in_any_case_and_with_spaces(name: str) -> None:
    assert preset(name) == preset("randaugment(2,9)")
    assert preset(name).name == "randaugment(2,9)"


def test_strength_multiplies_ranges_as_in_simclr() -> None:
    half = {"brightness": 0.8, "contrast": [0.5, 2.0], "saturation": 3, "hue": 0.2}
    (step,) = read({"ColorJitter": {**half, "strength": 0.5}})
    assert isinstance(step, Step)
    assert dict(step.arguments) == {
        "brightness": (0.6, 1.4),
        "contrast": (0.75, 1.5),
        "saturation": (0.0, 2.5),
        "hue": (-0.1, 0.1),
    }
    (double,) = read({"ColorJitter": {"brightness": [0.2, 1.8], "strength": 2}})
    assert isinstance(double, Step)
    assert dict(double.arguments)["brightness"] == (0.0, 2.6)
    assert read({"ColorJitter": {**half, "strength": 1}}) == read({"ColorJitter": half})
    simclr = {"augscore_policy": 1, "name": "x", "preset": "simclr"}
    weak = find_policy({**simclr, "set": {"ColorJitter.strength": 0.5}}).views[0].steps[2]
    cifar = preset("simclr-cifar").views[0].steps[2]
    assert isinstance(weak, Step)
    assert isinstance(cifar, Step)
    for name, ends in settings(cifar).values:
        assert dict(weak.arguments)[name] == pytest.approx(ends)


def test_other_names_of_torchvision_are_the_same(floats40: torch.Tensor) -> None:
    turned = Step("Rotate", (("degrees", (-30.0, 30.0)), ("interpolation", "nearest")))
    assert read({"RandomRotation": {"degrees": 30}}) == canonical(alone(turned)).views[0].steps
    smooth = {"degrees": [10, 20], "interpolation": "bilinear"}
    assert read({"RandomRotation": smooth}) == read({"Rotate": smooth})
    assert read({"Grayscale": {"num_output_channels": 3}}) == (GREY,)
    for name, arguments, theirs in (
        ("RandomRotation", {"degrees": [25, 25]}, v2.RandomRotation((25, 25))),
        ("Grayscale", None, v2.Grayscale(3)),
    ):
        view = {"transforms": [{name: arguments}]}
        policy = {"augscore_policy": 1, "name": "x", "size": 40, "views": [view]}
        (ours,), _ = augscore.augment(floats40, policy)
        assert (ours - theirs(floats40)).abs().max() * 255 < 0.05
    with pytest.raises(UsageError, match="3 to 3"):
        read({"Grayscale": {"num_output_channels": 1}})


def changed(preset_name: str, **changes: Any) -> tuple[Node, ...]:
    document = {"augscore_policy": 1, "name": "x", "preset": preset_name}
    dotted = {key.replace("__", "."): value for key, value in changes.items()}
    return find_policy({**document, "set": dotted}).views[0].steps


def test_set_reaches_containers_and_what_is_inside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    (node,) = changed("randaugment(2,9)", RandAugment__magnitude=12, RandAugment__num_ops=1)
    assert node == RandAugment(1, 12, RAND_AUGMENT)
    table = {"Identity": None, "Rotate": {"degrees": [0, 10]}}
    (node,) = changed("randaugment", RandAugment__ops=table)
    assert node == RandAugment(2, 9, (Levelled("Identity"), Levelled("Rotate", "degrees", 0, 10)))
    *_, node = changed("augmix", AugMix__severity=1, RandomCrop__padding=2)
    assert node == AugMix(1.0)
    inner = RandomOrder((OneOf((INVERT, Step("Hue"))), RandomApply((GREY, Step("Hue")), 0.3)))
    monkeypatch.setitem(PRESETS, "deep", alone(inner))
    (node,) = changed("deep", Hue__turns=[0, 0.1], OneOf__weights=[1, 3], RandomApply__p=1)
    hue = Step("Hue", (("turns", (0.0, 0.1)),))
    assert node == RandomOrder((OneOf((INVERT, hue), (1.0, 3.0)), RandomApply((GREY, hue), 1.0)))


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"RandAugment.magnitude": 31}, "policy_value", "set.RandAugment.magnitude: magnitude is"),
        ({"RandAugment.magnitud": 1}, "policy_unknown_arg", "Did you mean magnitude"),
        ({"RandAug.magnitude": 1}, "policy_unknown_op", "Did you mean RandAugment"),
        ({"RandAugment.ops": {"Rotat": {}}}, "policy_unknown_op", "RandAugment.ops.Rotat"),
        ({"RandAugment.ops": {"Rotate": {"degrees": [0, 400]}}}, "policy_value", "-360 to 360"),
    ],
)
def test_changes_that_fit_no_container_are_told_at_their_place(
    changes: dict[str, Any], code: str, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        find_policy({"augscore_policy": 1, "name": "x", "preset": "randaugment", "set": changes})
    assert caught.value.code == code
    assert words in str(caught.value)


def test_names_of_presets_may_hold_numbers() -> None:
    for name in ("randaugment(1,14)", "randaugment( 1, 14 )"):
        policy = find_policy(name)
        assert (policy.name, policy.size) == ("randaugment(1,14)", 224)
        assert policy.views == (View((RandAugment(1, 14),)),)
    assert find_policy("randaugment(2,9)").views == preset("randaugment").views
    with pytest.raises(UsageError, match="magnitude is 31") as caught:
        find_policy("randaugment(2,31)")
    assert caught.value.code == "policy_value"
    with pytest.raises(UsageError, match="Did you mean randaugment"):
        find_policy("randaugment(2)")


def test_the_digest_is_of_what_a_policy_says() -> None:
    written = {"augscore_policy": 1, "name": "x", "size": 32}
    short = find_policy({**written, "views": [{"count": 2, "transforms": [{"RandAugment": None}]}]})
    table = to_document(short)["views"][0]["transforms"]
    long = find_policy({**written, "views": [{"transforms": table}] * 2})
    made = Policy("x", 32, (View((RandAugment(),)),) * 2)
    assert policy_digest(short) == policy_digest(long) == policy_digest(made)
    assert len(policy_digest(made)) == 64
    others = [
        Policy("y", 32, made.views),
        Policy("x", 64, made.views),
        Policy("x", 32, made.views[:1]),
        Policy("x", 32, (View((RandAugment(magnitude=10),)),) * 2),
        Policy("x", 32, (View((RandAugment(ops=RAND_AUGMENT[::-1]),)),) * 2),
        alone(RandomApply((INVERT, GREY), 1.0)),
        alone(RandomOrder((INVERT, GREY))),
    ]
    assert len({policy_digest(policy) for policy in (made, *others)}) == len(others) + 1
    whole, numbers = Step("Hue", (("turns", 0),), 1), Step("Hue", (("turns", 0.0),), 1.0)
    assert policy_digest(alone(whole)) == policy_digest(alone(numbers))
