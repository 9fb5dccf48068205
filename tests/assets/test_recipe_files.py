"""The recipes for a cluster: files that fit their recipes, policies that work, commands that name
what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from augscore.engine.policies import find_policy
from augscore.engine.trial import try_policy
from augscore.methods.table import METHODS
from augscore.training.recipes import defaults_for

FOLDER = Path(__file__).parents[2] / "assets" / "recipes"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
DATA_SETS = ("cifar10", "cifar100", "imagenet100")
POLICIES = sorted(FOLDER.glob("policies/*.yaml"))


def commands() -> list[str]:
    return [
        line.strip()
        for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
        for line in block.splitlines()
        if line.strip().startswith(("augscore ", "torchrun "))
    ]


@pytest.mark.parametrize("data", DATA_SETS)
def test_a_file_has_every_method_at_its_recipe(data: str) -> None:
    document = tomllib.loads((FOLDER / f"{data}.toml").read_text(encoding="utf-8"))
    assert list(document) == ["train"]
    assert list(document["train"]) == list(METHODS)
    for method, table in document["train"].items():
        assert defaults_for(method, table["recipe"], None).recipe == data


def test_every_file_is_in_the_table() -> None:
    assert {f"{data}.toml" for data in DATA_SETS} == {p.name for p in FOLDER.glob("*.toml")}
    assert all(f"`{path.name}`" in README for path in FOLDER.glob("*.toml"))


@pytest.mark.parametrize("path", POLICIES, ids=lambda p: p.stem)
def test_a_policy_is_sound_and_called_as_its_file(path: Path) -> None:
    policy = find_policy(path)
    assert policy.name == path.stem
    assert policy.source
    assert not list(try_policy(policy))
    sides = [view.size or policy.size for view in policy.views]
    assert sides == sorted(sides, reverse=True)
    assert sides[:2] == [policy.size] * 2


def test_commands_cover_data_sets_and_combinations() -> None:
    for data in DATA_SETS:
        mine = [c for c in commands() if f"/{data}.toml" in c]
        policies = [c.partition("--policy ")[2] for c in mine]
        side = 224 if data == "imagenet100" else 32
        multi_crop = "swav" if side == 224 else "$RECIPES/policies/multi-crop-32.yaml"
        assert {"", f"$RECIPES/policies/randaugment-{side}.yaml", multi_crop} == set(policies)
        assert all("--weighting $WEIGHTING" in c and f"$METHOD {data} " in c for c in mine)


def test_commands_name_files_that_are_there() -> None:
    named = re.findall(r"\$RECIPES/([\w./-]+)", " ".join(commands()))
    assert len(named) >= 15
    assert all((FOLDER / name).is_file() for name in named)
    used = {Path(name).name for name in named}
    assert used >= {path.name for path in POLICIES}
