"""Row 78: operations that raise, hang, or break a promise, each told with its own code."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from augscore.engine.nodes import AugMix, Node, RandAugment, RandomApply, Step
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.engine.presets import PRESETS, preset
from augscore.engine.trial import Fault, try_policy
from augscore_cli.main import root

Broken = Callable[[torch.Tensor], Any]


def raises(images: torch.Tensor) -> Any:
    raise ValueError("no such picture")


def mutates(images: torch.Tensor) -> Any:
    return images.mul_(0.5).clone()


def draws(images: torch.Tensor) -> Any:
    return images * torch.rand(())


def draws_by_numpy(images: torch.Tensor) -> Any:
    return images * float(np.random.rand())


def draws_by_python(images: torch.Tensor) -> Any:
    return images * random.random()


def has_a_hole(images: torch.Tensor) -> Any:
    result = images.clone()
    result[2, 0, 0, 0] = float("nan")
    return result


BROKEN: list[tuple[Broken, str, str]] = [
    (raises, "op_raised", "it raised ValueError: no such picture"),
    (lambda images: None, "op_none", "it returns None"),
    (lambda images: list(images), "op_shape", "it returns list in place of a tensor"),
    (lambda images: images[:, :1], "op_shape", "(4, 1, 24, 24)"),
    (lambda images: images.double(), "op_shape", "torch.float64"),
    (has_a_hole, "op_nan", "NaN or infinity in picture 2"),
    (lambda images: images * 255, "op_nan", "to 25"),
    (mutates, "op_mutates", "writes into the images"),
    (draws, "op_global_rng", "global generator"),
    (draws_by_numpy, "op_global_rng", "global generator"),
    (draws_by_python, "op_global_rng", "global generator"),
]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Broken], None]:
    """Puts a function in the place of RandomInvert's."""

    def put(function: Broken) -> None:
        monkeypatch.setitem(
            OPS, "RandomInvert", replace(OPS["RandomInvert"], torch_function=function)
        )

    return put


def tried(*nodes: Node) -> list[Fault]:
    return try_policy(Policy("x", 24, (View(nodes),)))


@pytest.mark.parametrize(("function", "code", "words"), BROKEN)
def test_bad_78_a_broken_operation_is_told_and_hides_no_other(
    function: Broken, code: str, words: str, broken: Callable[[Broken], None]
) -> None:
    broken(function)
    never = Step("RandomInvert", p=0.0)
    for nodes in ((never, Step("RandomGrayscale")), (RandomApply((never, never), 0.0),)):
        (fault,) = tried(*nodes)
        assert (fault.op, fault.code, fault.view) == ("RandomInvert", code, 0)
        assert words in fault.message


def test_bad_78_operations_of_tables_and_chains_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        OPS, "RandomEqualize", replace(OPS["RandomEqualize"], torch_function=raises)
    )
    assert [fault.op for fault in tried(RandAugment())] == ["RandomEqualize"]
    assert [fault.op for fault in tried(AugMix())] == ["RandomEqualize"]


def test_no_operation_is_broken() -> None:
    assert tried(*(Step(op.name, op.example) for op in OPS.values())) == []
    assert [
        fault for policy in PRESETS.values() if policy.size == 32 for fault in try_policy(policy)
    ] == []


def test_bad_78_one_that_hangs_is_named(broken: Callable[[Broken], None]) -> None:
    waited: list[str] = []
    named = threading.Event()

    def waiting(op: str) -> None:
        waited.append(op)
        named.set()

    def slow(images: torch.Tensor) -> Any:
        assert named.wait(20)
        return images.clone()

    broken(slow)
    policy = Policy("x", 24, (View((Step("RandomInvert"),)),))
    assert try_policy(policy, waiting=waiting, patience=0.05) == []
    assert waited == ["RandomInvert"]
    quick = Policy("x", 24, (View((Step("RandomGrayscale"),)),))
    try_policy(quick, waiting=waiting, patience=0.2)
    time.sleep(0.3)
    assert waited == ["RandomInvert"]


def test_bad_78_validate_deep(tmp_path: Path, broken: Callable[[Broken], None]) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        "augscore_policy: 1\nname: x\nsize: 24\nviews: [{transforms: [{RandomInvert: }]}]\n"
    )

    def validate(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(root, ["policy", "validate", str(path), *arguments])
        return result.exit_code, result.stdout, result.stderr

    assert validate("--deep") == (0, f"{path}: ok, x, 24 px, 1 view, 1 step\n", "")
    broken(mutates)
    assert validate()[0] == 0
    code, told, wrong = validate("--deep")
    assert (code, told) == (2, "")
    assert f"{path}: RandomInvert: it writes into the images that it is given" in wrong
    path.write_text(
        "augscore_policy: 1\nname: x\nsize: 8\n"
        "views: [{transforms: [{GaussianBlur: {kernel_size: 23}}]}]\n"
    )
    assert validate()[0] == 0
    assert "too wide for 8 px" in validate("--deep")[2]


def test_trying_changes_no_global_generator() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    assert try_policy(preset("simclr-cifar")) == []
    assert torch.equal(torch.get_rng_state(), before)
