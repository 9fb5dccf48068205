"""`augscore doctor`: a line a check, and exit 4 if one fails."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import torch
from click.testing import Result

from augscore_cli import checks

Invoke = Callable[..., Result]

NAMES = [
    "python",
    "torch",
    "device",
    "torchvision",
    "kornia",
    "decoder",
    "kernels",
    "model",
    "temp",
]


def refuse() -> str:
    raise checks.Failed("torchvision 0.1 does not match")


def break_down() -> str:
    raise RuntimeError("no such operator")


@pytest.fixture
def all_well(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "_python",
        "_torch",
        "_torchvision",
        "_kornia",
        "_decoder",
        "_kernels",
        "_model",
        "_temp_folder",
    ):
        monkeypatch.setattr(checks, name, lambda: "well")
    monkeypatch.setattr(checks, "_device", lambda name: f"device {name}")


@pytest.mark.usefixtures("all_well")
def test_all_well_exits_0(invoke: Invoke) -> None:
    result = invoke("doctor", "--device", "mps")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == ["ok    well", "ok    well"]
    assert "ok    device mps" in result.stdout.splitlines()


@pytest.mark.usefixtures("all_well")
@pytest.mark.parametrize(
    ("check", "text"),
    [
        (refuse, "FAIL  torchvision 0.1 does not match"),
        (break_down, "FAIL  torchvision: RuntimeError: no such operator"),
    ],
)
def test_a_failure_is_a_line_and_exit_4(
    check: Callable[[], str], text: str, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_torchvision", check)
    result = invoke("doctor")
    assert result.exit_code == 4
    assert text in result.stdout.splitlines()
    assert len(result.stdout.splitlines()) == len(NAMES)


@pytest.mark.usefixtures("all_well")
def test_json_lists_the_checks(invoke: Invoke) -> None:
    found = json.loads(invoke("doctor", "--json", "-").stdout)["checks"]
    assert [c["name"] for c in found] == NAMES


@pytest.mark.parametrize(
    "name", ["_python", "_torch", "_torchvision", "_kornia", "_decoder", "_kernels", "_temp_folder"]
)
def test_the_real_checks_pass_here(name: str) -> None:
    assert getattr(checks, name)()


def test_a_device_that_is_not_there_is_a_failure() -> None:
    (device,) = (c for c in checks.run_checks("cuda:9999") if c.name == "device")
    assert not device.passed
    assert device.text.startswith("device 'cuda:9999' is not available. Present: ")


def test_a_count_of_one_is_singular(monkeypatch: pytest.MonkeyPatch) -> None:
    for threads, text in ((1, "1 thread"), (2, "2 threads")):
        monkeypatch.setattr("torch.get_num_threads", lambda threads=threads: threads)
        assert checks._torch().endswith(f", {text}")


def test_torchvision_is_tried_in_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(checks.Failed, match="from one index"):
        checks._torchvision()


def test_kernels_are_named_with_what_they_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    from augscore.engine.kernels import available

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(available, "has_library", lambda: True)
    assert checks._kernels() == "kernels for cpu"
    monkeypatch.setattr(available, "has_library", lambda: False)
    assert checks._kernels() == "none for cpu: no C compiler was found at installation"
