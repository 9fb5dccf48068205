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

from augscore.engine.ops.table import OPS
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


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_kernels_equal_the_functions(capsys: pytest.CaptureFixture[str]) -> None:
    kernel_differences.main("cuda")
    check(json.loads(capsys.readouterr().out), ON_A_GPU)
