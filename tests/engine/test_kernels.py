"""The kernels for CUDA do what the functions beside them do: interpreted here, run where one is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

from augscore.engine.draw import every_step
from augscore.engine.drawing.view import draw_view
from augscore.engine.native import library
from augscore.engine.nodes import Step
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from tests.engine import kernel_differences

OF_LEVELS = "RandomResizedCrop of uint8"
# A GPU fuses products and sums: a tie may go the other way, at the end and between the two passes.
ON_A_GPU = {OF_LEVELS: 2.0}


def check(differences: dict[str, float], wider: Mapping[str, float]) -> None:
    kernels = {op.name for op in OPS.values() if op.kernel is not None}
    assert set(differences) == kernels | {OF_LEVELS}
    for name, difference in differences.items():
        assert difference <= wider.get(name, 0.01), name


@pytest.mark.skipif(find_spec("triton") is None, reason="Triton comes with torch on Linux alone")
def test_interpreted_kernels_equal_the_functions() -> None:
    run = subprocess.run(
        [sys.executable, kernel_differences.__file__],
        env=os.environ | {"TRITON_INTERPRET": "1"},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    check(json.loads(run.stdout), {})


IN_C = [op for op in OPS.values() if "cpu" in op.kernel_devices and op.kernel is not None]


@pytest.mark.skipif(not library.has_library(), reason="no C compiler at installation")
@pytest.mark.parametrize("op", IN_C, ids=lambda op: op.name)
@pytest.mark.parametrize("size", [(20, 23), (1, 1), (3, 700)])
def test_kernels_in_c_equal_the_functions(op: Op, size: tuple[int, int]) -> None:
    images = torch.rand(5, 3, *size, generator=torch.Generator().manual_seed(0))
    rows, count = torch.tensor([0, 2, 3]), len(images)
    policy = Policy("one", min(size), (View((Step(op.name, op.example),)),))
    step = next(every_step(draw_view(policy, list(range(count)), [size] * count, view=0).steps))
    columns = [column.numbers for _, column in step.magnitudes]
    options = [value for _, value in step.options]
    assert op.kernel is not None
    changed, wanted = images.clone(), images.clone()
    op.kernel(changed, rows, *(column[rows] for column in columns), *options)
    wanted[rows] = op.torch_function(images, *columns, *options)[rows]
    assert torch.equal(changed[[1, 4]], images[[1, 4]])
    assert ((changed - wanted).abs() * 255).max().item() <= 0.01


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_kernels_equal_the_functions(capsys: pytest.CaptureFixture[str]) -> None:
    kernel_differences.main("cuda")
    check(json.loads(capsys.readouterr().out), ON_A_GPU)
