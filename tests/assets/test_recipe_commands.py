"""Every command of the paper-scale page, run as far as its plan, some of them for a step: only the
data are others."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result

from augscore.methods.table import METHODS
from augscore.training import footprint
from augscore.training.footprint import Expectation
from augscore.training.planning import plan
from augscore_cli.main import root

FOLDER = Path(__file__).parents[2] / "assets" / "recipes"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
IMAGES = 600

Run = Callable[..., Result]


def commands() -> list[str]:
    """What stands after `augscore`, with its variables."""
    lines = [
        line.strip()
        for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
        for line in block.splitlines()
    ]
    found = [re.split(r"^augscore |-m augscore_cli ", line)[-1] for line in lines]
    return [line for line in dict.fromkeys(found) if line.startswith("train $METHOD ")]


COMMANDS = commands()


def filled(command: str, method: str, weighting: str) -> list[str]:
    text = command.replace("$RUN", "runs/$METHOD-$WEIGHTING").replace("$RECIPES", str(FOLDER))
    return shlex.split(text.replace("$METHOD", method).replace("$WEIGHTING", weighting))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command in process, on noise with classes in the place of its data."""
    for name in [name for name in os.environ if name.startswith("AUGSCORE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (IMAGES, 3, 32, 32), dtype=torch.uint8, generator=generator)
    labelled = [(image, number % 10) for number, image in enumerate(images)]
    real = plan.plan_training

    def on_noise(data: object, request: Any, progress: Any) -> plan.TrainPlan:
        assert str(data) in ("cifar10", "cifar100", "imagenet100")
        return real(labelled, request, progress)

    monkeypatch.setattr(plan, "plan_training", on_noise)
    monkeypatch.setattr(footprint, "expect", lambda *a: Expectation(1.0, 0.0, 1))

    def invoke(words: list[str]) -> Result:
        return CliRunner().invoke(root, words, prog_name="augscore")

    return invoke


def test_the_page_has_a_command_for_every_data_set_and_policy() -> None:
    assert len(COMMANDS) == 10


@pytest.mark.parametrize("number", range(len(COMMANDS)))
def test_a_command_plans_what_its_recipe_says(number: int, run: Run) -> None:
    # Each method meets each data set by turns; a product of all would only repeat.
    method = list(METHODS)[number % len(METHODS)]
    words = [*filled(COMMANDS[number], method, "score"), "--dry-run"]
    result = run(words)
    assert result.exit_code == 0, result.output
    side = 224 if "imagenet100" in words else 32
    assert f"resnet18 at {side} px" in result.stdout
    assert "weights    score" in result.stdout
    if "--policy" in words:
        assert f" by {Path(words[words.index('--policy') + 1]).stem}\n" in result.stdout
    if "multi-crop" in " ".join(words):
        assert "2 views" not in result.stdout


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("data", ["cifar10", "cifar100", "imagenet100"])
def test_every_method_has_its_plan_for_every_data_set(method: str, data: str, run: Run) -> None:
    command = next(c for c in COMMANDS if f"$METHOD {data} " in c)
    result = run([*filled(command, method, "none"), "--dry-run"])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{method:<11}")
    assert "weights    none" in result.stdout


@pytest.mark.parametrize(
    ("method", "policy"),
    [("simclr", "-cifar10"), ("vicreg", "randaugment-32"), ("moco", "crop-32")],
)
def test_a_step_of_a_command_is_taken(method: str, policy: str, run: Run) -> None:
    command = next(c for c in COMMANDS if policy in c)
    small = ["--arch", "small", "--steps", "1", "--batch-size", "8", "--limit", "24"]
    small += ["--set", "projector.hidden=16", "--workers", "0", "--amp", "off"]
    result = run([*filled(command, method, "pixel"), *small])
    assert result.exit_code == 0, result.output
    assert "saved runs/" in result.stdout
