"""`augscore policy`, and the two faces of a small result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import augscore
from augscore.engine.check import canonical
from augscore.engine.draw import Draw
from augscore.engine.nodes import steps_in
from augscore.engine.policies import find_policy
from augscore.engine.presets import PRESETS
from augscore.images.decode import decode
from augscore.images.records import Candidate, Picture

Invoke = Callable[..., Result]


def test_list_names_every_policy(invoke: Invoke) -> None:
    result = invoke("policy", "list")
    assert result.exit_code == 0
    for policy in PRESETS.values():
        assert f"{policy.name} " in result.stdout
        assert f"{policy.size} px" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize("name", PRESETS)
def test_show_names_every_step_and_argument(name: str, invoke: Invoke) -> None:
    output = invoke("policy", "show", name).stdout
    for view in PRESETS[name].views:
        assert all(getattr(node, "kind", "") in output for node in view.steps)
        for step in steps_in(view.steps):
            assert step.op in output
            for argument, _ in step.arguments:
                assert f"{argument} " in output
    assert max(map(len, output.splitlines())) <= 80


def test_containers_are_shown_as_a_tree(invoke: Invoke) -> None:
    Path("m.yaml").write_text("""
augscore_policy: 1
name: m
size: 64
views:
  - transforms:
      - OneOf:
          p: 0.5
          weights: [2, 1]
          transforms:
            - RandomApply: {p: 0.3, transforms: [{RandomInvert: }, {Hue: {turns: [-0.1, 0.1]}}]}
            - AugMix: {alpha: 0.5}
      - RandomOrder: {transforms: [{AutoAugment: {policy: svhn}}, {TrivialAugmentWide: }]}
      - RandAugment: {ops: {Identity: , Rotate: {degrees: [0, 30], signed: true}}}
""")
    lines = invoke("policy", "show", "m.yaml").stdout.splitlines()
    assert lines[2:6] == [
        "  OneOf                  p 0.5   weights 2, 1",
        "    RandomApply          p 0.3",
        "      RandomInvert       p 0.5",
        "      Hue                  p 1   turns -0.1..0.1",
    ]
    text = "\n".join(lines)
    assert "\n    AutoAugment                  policy svhn\n" in text
    assert "\n  RandAugment                    num_ops 2  magnitude 9\n" in text
    assert text.endswith("\n    Rotate                       degrees 0..30 either way")
    assert max(map(len, lines)) <= 80
    validated = invoke("policy", "validate", "m.yaml").stdout
    assert validated == "m.yaml: ok, m, 64 px, 1 view, 6 steps\n"
    short = invoke("policy", "show", "randaugment(1,5)").stdout
    assert "num_ops 1  magnitude 5  ops torchvision's 14" in short


def test_views_are_counted_from_0_like_those_of_a_measurement(invoke: Invoke) -> None:
    for policy in PRESETS.values():
        output = invoke("policy", "show", policy.name).stdout
        heads = re.findall(r"^views? (\d+(?:, \d+)*)", output, re.MULTILINE)
        numbers = [int(number) for head in heads for number in head.split(",")]
        assert numbers == list(range(len(policy.views)))


def test_an_unknown_policy_gets_the_nearest(invoke: Invoke) -> None:
    result = invoke("policy", "show", "simclr-cifra")
    assert result.exit_code == 2
    assert "simclr-cifar" in result.stderr


def test_json_on_stdout_moves_the_lines(invoke: Invoke) -> None:
    result = invoke("policy", "list", "--json", "-")
    names = [policy["name"] for policy in json.loads(result.stdout)["policies"]]
    assert names == list(PRESETS)
    assert "simclr-cifar" in result.stderr


def test_json_in_a_file_keeps_both(invoke: Invoke) -> None:
    result = invoke("policy", "show", "simclr", "--json", "p.json")
    assert "ColorJitter" in result.stdout
    assert json.loads(Path("p.json").read_text())["name"] == "simclr"


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("format", ["yaml", "json"])
def test_show_writes_a_policy_file(name: str, format: str, invoke: Invoke) -> None:
    result = invoke("policy", "show", name, "--format", format)
    Path(f"mine.{format}").write_text(result.stdout)
    assert find_policy(f"mine.{format}") == canonical(PRESETS[name])
    again = invoke("policy", "show", f"mine.{format}", "--format", format)
    assert again.stdout == result.stdout


def test_show_tells_names_sizes_and_normalising(invoke: Invoke) -> None:
    document = "augscore_policy: 1\nname: m\nsize: 64\nnormalize: cifar10\nviews:\n"
    document += "  - {transforms: []}\n  - {name: local, size: 32, transforms: []}\n"
    Path("m.yaml").write_text(document)
    output = invoke("policy", "show", "m.yaml").stdout
    assert "view 1   32 px   local" in output
    assert "normalised in training alone" in output


def test_validate_tells_all_mistakes_of_all_files(invoke: Invoke) -> None:
    Path("good.yaml").write_text(invoke("policy", "show", "simclr", "--format", "yaml").stdout)
    Path("bad.yaml").write_text("augscore_policy: 1\nname: x\nsize: 0\nviwes: []\n")
    result = invoke("policy", "validate", "good.yaml")
    assert result.exit_code == 0
    assert result.stdout == "good.yaml: ok, simclr, 224 px, 2 views, 10 steps\n"
    result = invoke("policy", "validate", "bad.yaml", "good.yaml", "gone.yaml", "--json", "-")
    assert result.exit_code == 2
    assert "error: 3 mistakes in 3 files\n" in result.stderr
    assert "bad.yaml:3:7: size is 0" in result.stderr
    assert "bad.yaml:4:1: a policy has no argument 'viwes'. Did you mean views?" in result.stderr
    assert "gone.yaml: cannot find 'gone.yaml'" in result.stderr
    bad, good, gone = json.loads(result.stdout)["files"]
    assert (bad["ok"], good["ok"], gone["ok"]) == (False, True, False)
    assert [(m["line"], m["code"]) for m in bad["mistakes"]] == [
        (3, "policy_value"),
        (4, "policy_unknown_arg"),
    ]


def test_draw_makes_a_picture_and_draws_that_replay(invoke: Invoke, scenes: Path) -> None:
    image = next(iter(sorted(scenes.rglob("*.png"))))
    result = invoke(
        "policy", "draw", "simclr", str(image), "-n", "3", "--size", "48", "--seed", "5"
    )
    assert result.exit_code == 0, result.output
    assert result.stdout == "wrote sheet.png\nwrote sheet.json\n"
    assert Path("sheet.png").read_bytes().startswith(b"\x89PNG")
    draw = Draw.from_json(json.loads(Path("sheet.json").read_text()))
    picture = decode(Candidate(image, image.name))
    assert isinstance(picture, Picture)
    views = augscore.replay([picture.pixels], draw)
    assert [view.shape[-1] for view in views] == [48] * 3
    (first, second), _ = augscore.augment(
        [picture.pixels], "simclr", size=48, seed=5, ids=[image.name]
    )
    assert (views[0] == first).all()
    assert (views[1] == second).all()


def test_draw_replaces_nothing_unasked(invoke: Invoke, scenes: Path) -> None:
    image = next(iter(sorted(scenes.rglob("*.png"))))
    Path("p.json").write_text(invoke("policy", "show", "simclr", "--format", "json").stdout)
    Path("copy.png").write_bytes(image.read_bytes())
    drawing = ("policy", "draw", "p.json", "copy.png", "-n", "1", "--size", "32")
    assert "would replace" in invoke(*drawing, "-o", "copy.png", "--force").stderr
    assert "would replace" in invoke(*drawing, "-o", "p.png", "--force").stderr
    assert ".png file" in invoke(*drawing, "-o", "p.jpg").stderr
    assert invoke(*drawing).exit_code == 0
    result = invoke(*drawing)
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert invoke(*drawing, "--force").exit_code == 0


def test_draw_wants_one_image(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("policy", "draw", "simclr", str(tmp_path)).exit_code == 2
    assert invoke("policy", "draw", "simclr", "gone.png").exit_code == 2
    Path("a.png").write_text("words")
    result = invoke("policy", "draw", "simclr", "a.png")
    assert result.exit_code == 3
    assert "not_an_image" in result.stderr
    assert not Path("sheet.png").exists()
