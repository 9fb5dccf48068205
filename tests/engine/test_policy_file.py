"""Policy files: what they mean, and that what is written reads the same."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
import yaml
from hypothesis import given
from hypothesis import strategies as st
from torchvision.transforms import v2

import augscore
from augscore.engine.check import canonical, check_view
from augscore.engine.drawing.view import draw
from augscore.engine.level_tables import RAND_AUGMENT, level_arguments
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
    Value,
    steps_in,
)
from augscore.engine.normalize import NORMALIZATIONS, Normalize
from augscore.engine.ops.arguments import Argument, Choice, Colour, Number, Pair, Whole
from augscore.engine.ops.table import OPS
from augscore.engine.policies import find_policy
from augscore.engine.policy import Policy, View
from augscore.engine.policy_file.document import to_document
from augscore.engine.policy_file.scalars import plain
from augscore.engine.policy_file.write import to_yaml
from augscore.engine.presets import PRESETS, preset
from augscore.errors import PolicyError, UsageError

BYOL = """
augscore_policy: 1
name: byol
size: 224
normalize: imagenet
define:
  base:
    - RandomResizedCrop: {scale: [0.08, 1.0], interpolation: bicubic}
    - RandomHorizontalFlip:
    - RandomApply: {p: 0.5, transforms: [{ColorJitter: {brightness: 0.4, hue: 0.1, p: 0.5}}]}
views:
  - {name: online, transforms: [{use: base}, {GaussianBlur: {kernel_size: 23}}]}
  - name: target
    count: 2
    size: 96
    transforms:
      - use: base
      - RandomApply: {p: 1e-1, transforms: [{GaussianBlur: {kernel_size: 23, sigma: 1}}]}
"""


def read(text: str, tmp_path: Path, name: str = "p.yaml") -> Policy:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return find_policy(path)


def test_a_file_means_what_it_says(tmp_path: Path) -> None:
    policy = read(BYOL, tmp_path)
    assert (policy.name, policy.size) == ("byol", 224)
    assert policy.normalize == NORMALIZATIONS["imagenet"]
    assert [(v.name, v.size) for v in policy.views] == [
        ("online", None),
        ("target", 96),
        ("target", 96),
    ]
    online, target, again = (view.steps for view in policy.views)
    assert online[:3] == target[:3] == again[:3]
    assert online == (
        Step(
            "RandomResizedCrop",
            (("scale", (0.08, 1.0)), ("ratio", (3 / 4, 4 / 3)), ("interpolation", "bicubic")),
        ),
        Step("RandomHorizontalFlip", p=0.5),
        Step(
            "ColorJitter",
            (
                ("brightness", (0.6, 1.4)),
                ("contrast", (1.0, 1.0)),
                ("saturation", (1.0, 1.0)),
                ("hue", (-0.1, 0.1)),
            ),
            p=0.25,
        ),
        Step("GaussianBlur", (("kernel_size", 23), ("sigma", (0.1, 2.0)))),
    )
    assert target[3] == Step("GaussianBlur", (("kernel_size", 23), ("sigma", (1.0, 1.0))), p=0.1)


def test_chances_that_are_not_given_are_torchvisions() -> None:
    for name in OPS:
        view = {"transforms": [{name: None}]}
        document = {"augscore_policy": 1, "name": "x", "size": 8, "views": [view]}
        (step,) = steps_in(find_policy(document).views[0].steps)
        if hasattr(v2, name):
            needed = {
                "RandomResizedCrop": 8,
                "RandomCrop": 8,
                "GaussianBlur": 3,
                "RandomAffine": 10,
                "RandomSolarize": 0.5,
                "RandomPosterize": 4,
                "RandomAdjustSharpness": 2,
                "JPEG": 50,
            }
            theirs = getattr(v2, name)(*[needed[name]] if name in needed else [])
            assert step.p == getattr(theirs, "p", 1.0), name


def test_a_preset_taken_over_and_changed(tmp_path: Path) -> None:
    text = "augscore_policy: 1\nname: mine\npreset: simclr\n"
    mine, base = read(text, tmp_path), canonical(preset("simclr"))
    assert (mine.views, mine.size, mine.source) == (base.views, base.size, base.source)
    text += "size: 96\nset:\n  ColorJitter.hue: 0.05\n  ColorJitter.p: 1\n"
    text += "  RandomResizedCrop.scale: [0.2, 1]\n"
    changed = read(text, tmp_path)
    assert changed.size == 96
    for view, old in zip(changed.views, base.views, strict=True):
        crop, _, jitter, *_ = steps_in(view.steps)
        assert dict(jitter.arguments)["hue"] == (-0.05, 0.05)
        assert dict(crop.arguments)["scale"] == (0.2, 1.0)
        assert jitter.p == 1
        assert view.steps[3:] == old.steps[3:]


def test_views_from_presets(tmp_path: Path) -> None:
    text = (
        "augscore_policy: 1\nname: crops\nviews:\n"
        "  - {count: 2, size: 224, preset: simclr, set: {RandomResizedCrop.scale: [0.14, 1.0]}}\n"
        "  - {count: 6, size: 96, preset: simclr, set: {RandomResizedCrop.scale: [0.05, 0.14]}}\n"
    )
    policy = read(text, tmp_path)
    assert policy.size == 224
    assert [view.size for view in policy.views] == [224] * 2 + [96] * 6
    crop, *_ = steps_in(policy.views[7].steps)
    assert dict(crop.arguments)["scale"] == (0.05, 0.14)


@pytest.mark.parametrize(
    ("more", "code", "words"),
    [
        ("preset: simcrl", "policy_unknown", "Did you mean simclr"),
        ("preset: simclr\nset: {ColourJitter.hue: 0.1}", "policy_unknown_op", "ColorJitter"),
        ("preset: simclr\nset: {ColorJitter: 0.1}", "policy_unknown_op", "OPERATION.ARGUMENT"),
        ("preset: simclr\nset: {ColorJitter.hu: 0.1}", "policy_unknown_arg", "hue"),
        ("preset: simclr\nset: {ColorJitter.hue: 3}", "policy_value", "-0.5 to 0.5"),
        ("preset: simclr\nset: {ColorJitter.p: 3}", "policy_value", "p is"),
        ("preset: simclr\nviews: [{transforms: []}]", "policy_syntax", "either"),
        ("size: 8", "policy_syntax", "either"),
        ("size: 8\nviews: [{count: 2}]", "policy_syntax", "either"),
        ("views: [{transforms: []}]", "policy_syntax", "size is missing"),
        ("size: 8\nviews: [{transforms: []}]\nset: {a.b: 1}", "policy_value", "no"),
        ("size: 8\nviews: [{transforms: [{use: a}]}]", "policy_unknown", "'a'"),
        ("size: 8\nviews: []", "policy_value", "at least 1"),
        ("size: 8\nviews: [{count: 65, transforms: []}]", "policy_value", "64"),
        ("size: 8\nnormalize: imagnet\nviews: [{transforms: []}]", "policy_value", "imagenet"),
        ("size: 8\nsede: 3\nviews: [{transforms: []}]", "policy_unknown_arg", "seed"),
        (
            "define: {a: [{use: b}], b: []}\nsize: 8\nviews: [{transforms: [{use: a}]}]",
            "policy_unknown",
            "only after this",
        ),
    ],
)
def test_what_fits_no_policy_is_told(more: str, code: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        read(f"augscore_policy: 1\nname: x\n{more}\n", tmp_path)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_one_view_of_a_preset_whose_views_differ_is_not_guessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    views = (View((Step("RandomHorizontalFlip", p=0.5),), name="weak"), View(()))
    monkeypatch.setitem(PRESETS, "two", Policy("two", 32, views))
    document = {"augscore_policy": 1, "name": "x"}
    assert find_policy({**document, "preset": "two"}).views == views
    with pytest.raises(PolicyError, match="views of two differ"):
        find_policy({**document, "size": 8, "views": [{"preset": "two"}]})


def test_json_reads_as_yaml_does(tmp_path: Path) -> None:
    policy = read(BYOL, tmp_path)
    for indent in (None, 2, "\t"):
        assert read(json.dumps(to_document(policy), indent=indent), tmp_path, "p.json") == policy
    named = json.dumps({**to_document(policy), "name": "\U0001f600"})
    assert read(named, tmp_path, "p.json").name == "\U0001f600"


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_being_written(name: str, tmp_path: Path) -> None:
    policy = preset(name)
    written = read(to_yaml(policy), tmp_path)
    assert written == canonical(policy) == find_policy(to_document(policy))
    assert yaml.safe_load(to_yaml(policy)) == to_document(policy)
    sizes = [(300, 400), (256, 256)]
    assert draw(written, ["a", "b"], sizes, seed=3) == draw(policy, ["a", "b"], sizes, seed=3)


def values_of(argument: Argument) -> st.SearchStrategy[Value]:
    if isinstance(argument, Choice):
        return st.sampled_from(argument.choices)
    if isinstance(argument, Whole):
        whole = st.integers(argument.low, argument.high)
        return whole.filter(lambda n: not argument.odd or n == 0 or n % 2 == 1)
    if isinstance(argument, Colour):
        level = st.floats(0, 1)
        words = st.sampled_from(argument.words) if argument.words else st.nothing()
        return level | st.tuples(level, level, level) | words
    bounds = [end if math.isfinite(end) else None for end in (argument.low, argument.high)]
    numbers = st.floats(*bounds, allow_nan=False, allow_infinity=False)
    if isinstance(argument, Number):
        return numbers
    if isinstance(argument, Pair):
        return st.tuples(numbers, numbers)
    if argument.whole:
        numbers = st.integers(int(argument.low), int(argument.high)).map(float)
    return st.tuples(numbers, numbers).map(lambda pair: (min(pair), max(pair)))


def steps_of(name: str) -> st.SearchStrategy[Step]:
    arguments = st.tuples(*(st.tuples(st.just(a.name), values_of(a)) for a in OPS[name].arguments))
    return st.builds(Step, st.just(name), arguments, st.floats(0, 1))


def rows_of(name: str) -> st.SearchStrategy[Levelled]:
    """Rows that stay inside of what any operation takes: everything does at such ends."""
    argument = level_arguments(name)[0]
    if not argument:
        return st.just(Levelled(name))
    if argument == "bits":
        return st.builds(Levelled, st.just(name), st.just(argument), st.just(8), st.floats(0, 8))
    ends = st.floats(0, 1)
    signed = st.booleans() if argument != "threshold" else st.just(False)
    return st.builds(Levelled, st.just(name), st.just(argument), ends, ends, signed)


TABLES = st.just(()) | st.lists(
    st.sampled_from([row.op for row in RAND_AUGMENT]), min_size=1, unique=True
).flatmap(lambda names: st.tuples(*map(rows_of, names)))
STEPS = st.sampled_from(sorted(OPS)).flatmap(steps_of)
MIXABLE = st.sampled_from(sorted(n for n, op in OPS.items() if not op.resizes)).flatmap(steps_of)
LEVELLED = st.one_of(
    st.builds(RandAugment, st.integers(0, 32), st.integers(0, 30), TABLES),
    st.builds(TrivialAugmentWide, TABLES),
    st.builds(AutoAugment, st.sampled_from(["imagenet", "cifar10", "svhn"])),
    st.builds(
        AugMix,
        st.floats(0.1, 10) | st.integers(1, 10),
        st.integers(1, 4),
        st.sampled_from([-1, 1, 5]),
        st.floats(0.01, 9) | st.integers(1, 3),
        st.booleans(),
    ),
)


def weighted(choices: list[Node]) -> st.SearchStrategy[OneOf]:
    weights = st.lists(st.floats(0.1, 9), min_size=len(choices), max_size=len(choices))
    return st.builds(
        OneOf, st.just(tuple(choices)), st.just(()) | weights.map(tuple), st.floats(0, 1)
    )


def around(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(RandomApply, some, st.floats(0, 1)),
        st.builds(RandomOrder, some),
        st.lists(inner, min_size=1, max_size=3).flatmap(weighted),
    )


NODES: st.SearchStrategy[Node] = STEPS | st.recursive(MIXABLE | LEVELLED, around, max_leaves=5)


def fits(node: Node) -> bool:
    try:
        check_view(View((node,)))
    except UsageError:
        return False
    return True


WORDS = st.text(min_size=1, max_size=12).filter(str.isprintable)
TRAPS = st.sampled_from(
    ["on", "y", "1e-3", "1:30", "2024-01-01", "null", "~", "012", ".nan", "0x1"]
)
NAMES = WORDS | TRAPS
SIZES = st.integers(1, 4096)
VIEWS = st.builds(
    View,
    st.lists(NODES.filter(fits), max_size=3).map(tuple),
    st.none() | SIZES,
    st.just("") | NAMES,
)
COLOURS = st.tuples(*[st.floats(0.01, 1.0)] * 3)
POLICIES = st.builds(
    Policy,
    NAMES,
    SIZES,
    st.lists(VIEWS, min_size=1, max_size=3).map(tuple),
    st.just("") | NAMES,
    st.none()
    | st.sampled_from([*NORMALIZATIONS.values()])
    | st.builds(Normalize, COLOURS, COLOURS),
)


@given(POLICIES)
def test_any_policy_survives_being_written(
    tmp_path_factory: pytest.TempPathFactory, policy: Policy
) -> None:
    folder = tmp_path_factory.getbasetemp()
    assert read(to_yaml(policy), folder, "any.yaml") == canonical(policy)
    assert read(json.dumps(to_document(policy)), folder, "any.json") == canonical(policy)
    assert canonical(canonical(policy)) == canonical(policy)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**60), 10**60))
def test_numbers_are_read_exactly(number: float) -> None:
    assert plain(repr(number)) == number


def test_augment_takes_names_files_mappings_and_policies(
    tmp_path: Path, bytes40: torch.Tensor
) -> None:
    policy = preset("simclr-cifar")
    path = tmp_path / "p.yaml"
    path.write_text(to_yaml(policy))
    wanted, _ = augscore.augment(bytes40, policy, seed=4)
    for given_policy in ("simclr-cifar", str(path), path, to_document(policy)):
        views, _ = augscore.augment(bytes40, given_policy, seed=4)
        assert all(torch.equal(a, b) for a, b in zip(views, wanted, strict=True))


def test_normalising_is_never_applied(bytes40: torch.Tensor) -> None:
    document = to_document(preset("identity")) | {"normalize": "cifar10", "size": 40}
    (view,), _ = augscore.augment(bytes40, document)
    assert torch.equal(view, bytes40.float() / 255)


def test_what_is_no_policy_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="wanted a name, a file"):
        find_policy(3)  # type: ignore[arg-type]
    monkeypatch.chdir(tmp_path)
    Path("mine").write_text(BYOL)
    with pytest.raises(UsageError, match=r"\*\.yaml"):
        find_policy("mine")


SEEDED = """
augscore_policy: 1
name: seeded
size: 32
seed: 7
views: [{transforms: [{ColorJitter: {brightness: 0.8}}]}]
"""


def test_a_seed_given_wins_over_that_of_the_file(tmp_path: Path) -> None:
    policy = read(SEEDED, tmp_path)
    assert find_policy(to_document(policy)) == canonical(policy)
    images = torch.rand(3, 3, 40, 40, generator=torch.Generator().manual_seed(0))
    own, given, none = (augscore.augment(images, policy, seed=s)[1] for s in (None, 3, 0))
    assert (own.seed, given.seed, none.seed) == (7, 3, 0)
    assert augscore.Augment(policy).recipe.seed == 7
    assert augscore.Augment(policy, seed=0).recipe.seed == 0


@pytest.mark.parametrize("seed", ["-1", "1.5", "yes", str(2**63)])
def test_a_seed_is_a_whole_number(seed: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"p\.yaml:5:7"):
        read(SEEDED.replace("seed: 7", f"seed: {seed}"), tmp_path)
