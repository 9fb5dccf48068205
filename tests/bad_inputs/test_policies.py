"""Rows 70 to 77: policy files with mistakes, disguises and traps in them."""

from __future__ import annotations

import json
import os
import pickle
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from augscore.engine.nodes import steps_in
from augscore.engine.policies import find_policy
from augscore.engine.policy_file.text import read_text
from augscore.errors import PolicyError, UsageError
from augscore_cli.main import root

Refused = Callable[..., tuple[str, ...]]
HEAD = "augscore_policy: 1\nname: mine\nsize: 64\nviews:\n  - transforms:\n"


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """`line:column code message` for each mistake; Python and the command line agree on them."""

    def refuse(text: str | bytes, name: str = "p.yaml") -> tuple[str, ...]:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        with pytest.raises(PolicyError) as caught:
            find_policy(path)
        result = CliRunner().invoke(root, ["policy", "validate", str(path)], prog_name="augscore")
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        told = [str(mistake) for mistake in caught.value.mistakes]
        assert all(line.startswith(f"{path}:") for line in told)
        assert told[0] in result.stderr
        assert told[-1] in result.stderr or len(told) > 50
        return tuple(
            f"{m.line}:{m.column} {m.code} {m.message}. {m.hint}" for m in caught.value.mistakes
        )

    return refuse


def steps(*lines: str) -> str:
    """A policy file with these steps; the first is in line 6, and its name in column 9."""
    return HEAD + "".join(f"      - {line}\n" for line in lines)


def test_bad_70_unknown_operation(refused: Refused) -> None:
    assert refused(steps("RandomHorizontalFlip:", "colour_jitter: {hue: 0.1}")) == (
        "7:9 policy_unknown_op there is no operation named 'colour_jitter'. "
        "Did you mean ColorJitter?",
    )


def test_bad_70_operations_that_are_not_there_are_never_dropped(refused: Refused) -> None:
    (told,) = refused(steps("Normalize: {mean: 0.5}"))
    assert "normalize:" in told
    told_all = refused(steps("Resize: {size: 256}", "CenterCrop: {size: 224}", "Pad: {padding: 4}"))
    assert [line.split(" ")[:3] for line in told_all] == [
        ["6:9", "policy_unknown_op", "Resize"],
        ["7:9", "policy_unknown_op", "CenterCrop"],
        ["8:9", "policy_unknown_op", "Pad"],
    ]
    assert "short side" in told_all[0]
    assert "RandomCrop" in told_all[2]


def test_bad_70_inside_containers(refused: Refused) -> None:
    assert refused(
        steps(
            "RandomApply: {transforms: [{GaussianBlur: {}}, {ColourJitter: {hue: 0.1}}]}",
            "OneOff: {transforms: []}",
            "RandAugment: {ops: {Rotat: {degrees: [0, 30]}, Identity: }}",
        )
    ) == (
        "6:57 policy_unknown_op there is no operation named 'ColourJitter'. "
        "Did you mean ColorJitter?",
        "7:9 policy_unknown_op there is no operation named 'OneOff'. Did you mean OneOf?",
        "8:29 policy_unknown_op no operation that a level can drive is named 'Rotat'. "
        "Did you mean Rotate?",
    )


def test_bad_71_inside_containers(refused: Refused) -> None:
    assert refused(
        steps(
            "RandomApply: {transforms: [{OneOf: {wieghts: [1], transforms: [{Hue: {turn: 0}}]}}]}",
            "RandAugment: {magnitud: 9, ops: {Posterize: {bit: [8, 4]}}}",
            "TrivialAugmentWide: {num_ops: 1}",
            "AugMix: {depth: 2}",
        )
    ) == (
        "6:45 policy_unknown_arg OneOf has no argument 'wieghts'. Did you mean weights? "
        "OneOf takes p, transforms, weights",
        "6:79 policy_unknown_arg Hue has no argument 'turn'. Did you mean turns? "
        "Hue takes p, turns",
        "7:23 policy_unknown_arg RandAugment has no argument 'magnitud'. Did you mean magnitude? "
        "RandAugment takes magnitude, num_ops, ops",
        "7:54 policy_unknown_arg Posterize has no argument 'bit'. Did you mean bits? "
        "Posterize takes bits, signed",
        "8:30 policy_unknown_arg TrivialAugmentWide has no argument 'num_ops'. Did you mean ops? "
        "TrivialAugmentWide takes ops",
        "9:18 policy_unknown_arg AugMix has no argument 'depth'. Did you mean chain_depth? "
        "AugMix takes all_ops, alpha, chain_depth, mixture_width, severity",
    )


def test_bad_72_inside_containers(refused: Refused) -> None:
    told = refused(
        steps(
            "RandomApply: {p: 1.5, transforms: [{RandomApply: {p: -1, transforms: []}}]}",
            "OneOf: {weights: [1, -1], transforms: [{Invert: }]}".replace("Invert", "RandomInvert"),
            "RandomChoice: {p: [0.5, .nan], transforms: [{RandomInvert: }, {RandomGrayscale: }]}",
            "RandAugment: {num_ops: 2.5, magnitude: 31, ops: {Solarize: {threshold: [256, 0]}}}",
            "RandAugment: {ops: {Brightness: {factor: [0, 1.2], signed: true}, Rotate: {}}}",
            "RandAugment: {ops: {Posterize: {bits: [8, 9]}, ShearX: {slope: [0, wide]}}}",
            "TrivialAugmentWide: {ops: {}}",
            "AutoAugment: {policy: cifar}",
            "AugMix: {severity: 11, mixture_width: 0, alpha: 0, all_ops: 1}",
            "RandomSolarize: {threshold: 128}",
            "ColorJitter: {strength: -1}",
            "ColorJitter: {hue: 0.3, strength: 2}",
        )
    )
    assert {line.split(" ")[1] for line in told} == {"policy_value"}
    words = (
        ("6:26", "p is 1.5. p is a number from 0 to 1"),
        ("6:58", "RandomApply has no steps. Give it one or more"),
        ("6:62", "p is -1"),
        ("7:30", "greater than or equal to 0"),
        ("8:33", "finite"),
        ("9:32", "num_ops is 2.5"),
        ("9:48", "less than or equal to 30"),
        ("9:80", "256 to 0. It lies in 0 to 1"),
        ("10:50", "either way"),
        ("10:83", "Write degrees: [0.0, 30.0], signed: true"),
        ("11:47", "8 to 9. It lies in 0 to 8"),
        ("11:72", "[start, end]"),
        ("12:35", "Leave it out for torchvision's 14"),
        ("13:31", "'cifar10'"),
        ("14:28", "less than or equal to 10"),
        ("14:47", "greater than or equal to 1"),
        ("14:57", "greater than 0"),
        ("14:69", "boolean"),
        ("15:37", "it lies in 0 to 1; 128 of 255 is 0.502"),
        ("16:33", "greater than or equal to 0"),
        ("17:28", "hue is 0.6"),
    )
    assert len(told) == len(words)
    for line, (place, word) in zip(told, words, strict=True):
        assert line.startswith(f"{place} "), line
        assert word.lower() in line.lower(), line


def test_bad_72_what_fits_no_container(refused: Refused) -> None:
    told = refused(
        steps(
            "OneOf: {transforms: []}",
            "OneOf: {weights: [1, 2], transforms: [{RandomInvert: }]}",
            "OneOf: {weights: [0], transforms: [{RandomInvert: }]}",
            "RandomOrder: {transforms: [{RandomApply: {transforms: [{RandomResizedCrop: }]}}]}",
            "RandomChoice: {p: [1], weights: [1], transforms: [{RandomInvert: }]}",
            "AugMix: {chain_depth: 0}",
        )
    )
    assert [line.split(":")[0] for line in told] == [str(n) for n in range(6, 12)]
    words = ("no steps", "2 weights", "not all 0", "RandomResizedCrop inside", "twice", "is 0")
    for line, word in zip(told, words, strict=True):
        assert line.split(" ")[1] == "policy_value"
        assert word in line
    (one,) = refused(
        steps("RandAugment: {ops: {Color: {factor: [0, 0]}, Saturation: {factor: [0, 0]}}}")
    )
    assert "6:28 policy_value Color is in the table twice" in one


def test_bad_72_all_mistakes_at_once_those_of_containers_too(refused: Refused) -> None:
    told = refused(
        steps(
            "OneOf: {weights: [1], transforms: [{RandomInvert: }, {Hue: {turn: 1}}]}",
            "RandomApply: {p: 0.1, transforms: []}",
            "RandomOrder: {transforms: []}",
            "OneOf: {weights: [0, 0], p: 2, transforms: [{Nope: }, {OneOf: {transforms: []}}]}",
            "AugMix: {chain_depth: 0, severity: 11}",
            "OneOf: {weights: [1, 2], transforms: [{use: nope}]}",
            "RandomOrder: {transforms: [{RandomResizedCrop: {scale: 2}}]}",
        ).replace("transforms:\n", "count: 0\n    transforms:\n", 1)
        + "  - {size: 8, preset: simcrl}\n"
    )
    words = (
        ("5:12", "count is 0. It should be greater than or equal to 1"),
        ("7:16", "OneOf has 1 weight and 2 steps. Give one weight for each of its steps"),
        ("7:69", "Hue has no argument 'turn'"),
        ("8:22", "RandomApply has no steps. Give it one or more"),
        ("9:22", "RandomOrder has no steps. Give it one or more"),
        ("10:16", "OneOf: weights are 0 or more, and not all 0. Leave them out for equal ones"),
        ("10:37", "p is 2. p is a number from 0 to 1"),
        ("10:54", "no operation named 'Nope'"),
        ("10:71", "OneOf has no steps"),
        ("11:17", "AugMix: chain_depth is 0. It is -1, or 1 or more"),
        ("11:44", "severity is 11"),
        ("12:47", "nothing named 'nope' is defined. Write its steps under define:"),
        ("13:64", "scale is 2"),
        ("13:22", "RandomResizedCrop inside RandomOrder"),
        ("14:23", "simclr"),
    )
    assert len(told) == len(words)
    for place, word in words:
        assert any(line.startswith(f"{place} ") and word in line for line in told), (word, told)


def test_bad_72_a_weight_too_many_is_not_told_of_steps_that_are_not_known(
    refused: Refused,
) -> None:
    define = "define: {a: [{RandomInvert: }, {Hue: {turn: 1}}]}\n"
    told = refused(
        define
        + steps(
            "OneOf: {weights: [1, 1, 1], transforms: [{use: a}, {RandomInvert: }]}",
            "OneOf: {weights: [1, 1, 1], transforms: [{use: b}, {RandomInvert: }]}",
        )
    )
    assert [line.split(" ")[1] for line in told] == ["policy_unknown_arg", "policy_unknown"]


def test_bad_72_a_number_of_thousands_of_digits_has_its_place_in_json_too(
    refused: Refused,
) -> None:
    document = '{"augscore_policy": 1, "name": "a", "preset": "simclr",\n "size": %s}'
    for number in ("1" * 5000, "-" + "1" * 5000, "1." + "1" * 5000):
        (told,) = refused(document % number, "p.json")
        assert told.startswith("2:10 policy_value a number of 5,00")
        assert "is too long" in told


def test_bad_70_of_many_names_the_nearest_three_are_told(refused: Refused) -> None:
    (told,) = refused(steps("_target_: os.system"))
    nearest = told.partition("The nearest: ")[2].split(", ")
    assert len(nearest) == 3
    assert all(map(str.isidentifier, nearest))


def test_bad_71_unknown_argument(refused: Refused) -> None:
    told = refused(steps("ColorJitter: {hue: 0.1, brightnes: 0.4}").replace("size", "sice"))
    assert told == (
        "3:1 policy_unknown_arg a policy has no argument 'sice'. Did you mean size? A policy takes "
        "augscore_policy, define, name, normalize, preset, seed, set, size, source, views",
        "6:33 policy_unknown_arg ColorJitter has no argument 'brightnes'. Did you mean brightness? "
        "ColorJitter takes brightness, contrast, hue, p, saturation, strength",
    )


def test_bad_72_all_bad_values_at_once(refused: Refused) -> None:
    told = refused(
        steps(
            "RandomGrayscale: {p: 1.5}",
            "ColorJitter: {hue: [0.3, 0.1], brightness: .nan, contrast: -.inf}",
            "GaussianBlur: {kernel_size: 4, sigma: wide}",
            'RandomHorizontalFlip: {p: "0.5"}',
            "RandomResizedCrop: {scale: [0.1, 0.5, 1.0], interpolation: cubic}",
            "RandomGrayscale: {p: true}",
        )
    )
    assert [line.split(" ")[0] for line in told] == [
        "6:30",
        "7:28",
        "7:52",
        "7:68",
        "8:37",
        "8:47",
        "9:35",
        "10:36",
        "10:68",
        "11:30",
    ]
    assert {line.split(" ")[1] for line in told} == {"policy_value"}
    assert "p is 1.5. p is a number from 0 to 1" in told[0]
    assert "smaller" in told[1]
    assert ".nan is not a finite number" in told[2]
    assert "-.inf is not a finite number" in told[3]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("on", "true or false"),
        ("No", "true or false"),
        ("y", "true or false"),
        ("1:30", "base 60"),
        ("012", "disagree"),
        ("0x1F", "disagree"),
        ("1_000", "disagree"),
        ("2024-01-01", "date"),
        ("1e999", "finite"),
        ("9" * 5000, "too long"),
    ],
)
def test_bad_72_words_that_readers_of_yaml_disagree_on(
    written: str, words: str, refused: Refused
) -> None:
    (told,) = refused(steps(f"Rotate: {{degrees: {written}}}"))
    assert told.startswith("6:27 policy_value")
    assert words in told


@pytest.mark.parametrize(
    ("written", "number"), [("1e-3", 1e-3), ("1E1", 10), ("1.0e-3", 1e-3), (".5", 0.5), ("+2", 2)]
)
def test_bad_72_numbers_that_yaml_1_1_takes_for_text_are_numbers(
    written: str, number: float, tmp_path: Path
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(steps(f"Rotate: {{degrees: {written}}}"))
    (step,) = steps_in(find_policy(path).views[0].steps)
    assert dict(step.arguments)["degrees"] == (number, number)


def test_bad_73_duplicate_keys(refused: Refused) -> None:
    (told,) = refused(steps("RandomGrayscale: {p: 1, p: 0.5}"))
    assert told.startswith("6:33 policy_duplicate_key 'p' is given twice. The first is in line 6")
    document = '{"augscore_policy": 1, "name": "a",\n "name": "b", "preset": "simclr"}'
    (told,) = refused(document, "p.json")
    assert told.startswith("2:2 policy_duplicate_key 'name'")


def test_bad_74_anchors_aliases_and_merge_keys(refused: Refused) -> None:
    told = refused(HEAD.replace("size: 64", "size: &s 64") + "      []\n    size: *s\n")
    assert [line.split(" ")[:2] for line in told] == [
        ["3:7", "policy_alias"],
        ["7:11", "policy_alias"],
    ]
    (told_one, *_) = refused(steps("RandomGrayscale: {<<: {p: 0.5}}"))
    assert told_one.startswith("6:27 policy_alias merge keys")


def test_bad_74_bombs_and_lists_that_hold_themselves(refused: Refused) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    began = time.monotonic()
    told = refused("\n".join(levels))
    assert sum("policy_alias" in line for line in told) == 9 + 8 * 9
    assert any("policy_alias" in line for line in refused("&a [*a]"))
    assert time.monotonic() - began < 5


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("pwned",)


def test_bad_75_nothing_is_imported_unpickled_or_run(
    refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sys.modules.pop("antigravity", None)
    (told, *_) = refused(steps('RandomGrayscale: {p: !!python/object/apply:os.mkdir ["pwned"]}'))
    assert told.startswith("6:30 policy_unsafe")
    (told, *_) = refused(steps("!!python/name:os.system RandomGrayscale: {p: 0.5}"))
    assert told.startswith("6:9 policy_unsafe")
    (told,) = refused(steps("os.system: {p: 1}"))
    assert "policy_unknown_op there is no operation named 'os.system'" in told
    (told,) = refused(steps("antigravity.Rotate: {p: 1}"))
    assert "policy_unknown_op" in told
    (told, *_) = refused(pickle.dumps(Bomb()))
    assert "policy_syntax" in told
    assert not Path("pwned").exists()
    assert "antigravity" not in sys.modules


def test_bad_76_too_large(refused: Refused) -> None:
    began = time.monotonic()
    assert refused("a: 1\n" * 100_000) == (
        "1:1 policy_too_large a policy file has at most 256 KiB. ",
    )
    assert refused("[" * 3000) == ("1:33 policy_too_large nested more than 32 deep. ",)
    (told,) = refused("[" * 100_000, "p.json")
    assert "policy_too_large nested" in told
    (told,) = refused(steps(*["RandomGrayscale:"] * 513))
    assert "policy_too_large a policy has at most 512 steps" in told
    assert time.monotonic() - began < 20


def test_bad_76_definitions_do_not_multiply_without_end(refused: Refused) -> None:
    define = "define:\n  d0: [{RandomGrayscale: {}}]\n"
    define += "".join(f"  d{n}: [{', '.join([f'{{use: d{n - 1}}}'] * 9)}]\n" for n in range(1, 20))
    began = time.monotonic()
    told = refused(define + steps("use: d19"))
    assert any("policy_too_large" in line for line in told)
    assert time.monotonic() - began < 5


def test_bad_76_containers_do_not_multiply_without_end(refused: Refused) -> None:
    orders = "{RandomInvert: }"
    for _ in range(4):
        orders = f"{{RandomOrder: {{transforms: [{', '.join([orders] * 4)}]}}}}"
    (told,) = refused(steps(orders[1:-1]))
    assert "5:5 policy_too_large a view has at most 5,000 steps that can be drawn" in told
    many = ", ".join(["{RandomInvert: }"] * 600)
    (told,) = refused(steps(f"OneOf: {{transforms: [{many}]}}"))
    assert "6:29 policy_too_large a policy has at most 512 steps" in told
    halves = [f"OneOf: {{transforms: [{', '.join(['{RandomInvert: }'] * 300)}]}}"] * 2
    (told,) = refused(steps(*halves))
    assert "policy_too_large a policy has at most 512 steps" in told
    define = "define:\n  d0: [{RandomGrayscale: {}}]\n"
    for n in range(1, 20):
        inner = ", ".join([f"{{use: d{n - 1}}}"] * 9)
        define += f"  d{n}: [{{OneOf: {{transforms: [{inner}]}}}}]\n"
    began = time.monotonic()
    assert any("policy_too_large" in line for line in refused(define + steps("use: d19")))
    assert time.monotonic() - began < 5


def test_bad_76_mappings_that_are_too_deep_or_hold_themselves() -> None:
    document: dict[str, object] = {"RandomInvert": None}
    for _ in range(2000):
        document = {"RandomApply": {"transforms": [document]}}
    inner: list[object] = []
    inner.append({"RandomApply": {"transforms": inner}})
    for transforms in ([document], inner):
        views = [{"transforms": transforms}]
        with pytest.raises(PolicyError) as caught:
            find_policy({"augscore_policy": 1, "name": "x", "size": 8, "views": views})
        assert "policy_too_large" in {m.code for m in caught.value.mistakes}


def test_bad_76_many_mistakes_are_not_all_printed(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("".join(f"k{n}: 1\n" for n in range(2000)))
    with pytest.raises(PolicyError, match="2,002 mistakes") as caught:
        find_policy(path)
    assert len(str(caught.value).splitlines()) < 60


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (b"\xff\xfea\x00", "1:1", "UTF-8"),
        (b"augscore_policy: 1\nname: caf\xe9\n", "2:10", "UTF-8"),
        (b"views:\n\t- a\n", "2:1", "Indent with spaces"),
        (b"", "1:1", "empty"),
        (b" \n\n", "1:1", "empty"),
        (b"# nothing\n", "1:1", "empty"),
        (b"- RandomGrayscale:\n", "1:1", "a mapping belongs here, not list"),
        (b"just words", "1:1", "a mapping belongs here, not str"),
        (b"a: [1, 2", "1:9", "not YAML"),
        (b"a: \x07\n", "1:4", "U+0007"),
        (b"a: 1\n---\nb: 2\n", "2:1", "second document"),
        (b'a: "\\UFFFFFFFF"', "1:1", "escape"),
        (b"? [a, b]\n: 1\n", "1:3", "a key is a word"),
    ],
)
def test_bad_77_what_is_no_policy_file(
    text: bytes, place: str, words: str, refused: Refused
) -> None:
    told = refused(text)
    assert any(f"{place} policy_syntax" in line and words in line for line in told)


def test_bad_77_shapes_and_versions(refused: Refused) -> None:
    (told,) = refused(steps("RandomGrayscale:").replace("augscore_policy: 1", "augscore_policy: 2"))
    assert told == "1:18 policy_syntax unknown version of policy files: 2. This augscore reads 1"
    (told,) = refused(steps("RandomGrayscale:").replace("augscore_policy: 1\n", ""))
    assert "augscore_policy is missing. Write augscore_policy: 1" in told
    assert "6:9 policy_syntax a step is a mapping" in refused(steps("RandomGrayscale"))[0]
    assert "6:22 policy_syntax a mapping belongs here" in refused(steps("ColorJitter: [0.1]"))[0]
    (told,) = refused("{'a': 1}", "p.json")
    assert told.startswith("1:2 policy_syntax not JSON")


def test_bad_77_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(steps())
    (tmp_path / "d.yaml").mkdir()
    os.mkfifo(tmp_path / "f.yaml")
    with pytest.raises(UsageError, match=r"mine\.yaml") as caught:
        find_policy(tmp_path / "mien.yaml")
    assert caught.value.code == "not_found"
    for name in ("d.yaml", "f.yaml"):
        with pytest.raises(UsageError, match="is not a file"):
            find_policy(tmp_path / name)


@given(st.binary(max_size=60) | st.text(alphabet="ab:-{}[]\"'\\U0&*!|>?%@#,\n ", max_size=60))
def test_bad_77_no_text_ends_in_an_exception(raw: bytes | str) -> None:
    data = raw if isinstance(raw, bytes) else raw.encode()
    for is_json in (False, True):
        read_text(data, is_json=is_json)


STRUCTURE = ("views", "transforms", "use", "p", "set", "define", "ops", "degrees", "weights")
KEYS = (*STRUCTURE, "ColorJitter", "OneOf", "RandomChoice", "RandAugment", "Rotate")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(KEYS),
                inner,
                max_size=3,
            )
        ),
        max_leaves=12,
    )
)
def test_bad_77_no_mapping_ends_in_another_exception(document: object) -> None:
    whole = {"augscore_policy": 1, "name": "x", "size": 8}
    for mapping in (document, {**whole, "views": document}, {**whole, "define": document}):
        if isinstance(mapping, dict):
            with pytest.raises(UsageError):
                find_policy({**mapping, "wrong": 1})


@pytest.mark.parametrize(
    "step",
    [
        {"ColorJitter": {"hue": 10**400}},
        {"ColorJitter": {"strength": 2, "brightness": [0.5, 10**400]}},
        {"RandAugment": {"ops": {"Rotate": {"degrees": [0, -(10**400)]}}}},
        {"OneOf": {"weights": [10**400], "transforms": [{"RandomInvert": None}]}},
        {"OneOf": {"weights": [1e308] * 2, "transforms": [{"RandomInvert": None}] * 2}},
    ],
)
def test_bad_72_numbers_beyond_all_floats(step: dict[str, object]) -> None:
    views = [{"transforms": [step]}]
    with pytest.raises(PolicyError) as caught:
        find_policy({"augscore_policy": 1, "name": "x", "size": 8, "views": views})
    assert caught.value.code == "policy_value"


def test_bad_77_measure_ends_before_it_begins(tmp_path: Path, scenes: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"augscore_policy": 1, "name": "a"}))
    arguments = ["measure", str(scenes), "--policy", str(path)]
    result = CliRunner().invoke(root, arguments, prog_name="augscore")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"error: {path}:1:1: a policy has either views or a preset")
