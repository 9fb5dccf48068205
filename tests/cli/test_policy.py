"""`augscore policy`, and the two faces of a small result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from augscore.engine.presets import PRESETS

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
    for step in (step for view in PRESETS[name].views for step in view.steps):
        assert step.op in output
        for argument, _ in step.arguments:
            assert f"{argument} " in output
    assert max(map(len, output.splitlines())) <= 80


def test_views_are_counted_from_0_like_those_of_a_measurement(invoke: Invoke) -> None:
    for policy in PRESETS.values():
        output = invoke("policy", "show", policy.name).stdout
        assert ("\nview 0\n" in output) or ("\nviews 0, " in output)
        assert str(len(policy.views)) not in output.split("\nview")[1].splitlines()[0]


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
