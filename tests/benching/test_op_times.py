"""The time of every operation, by backend."""

from __future__ import annotations

import torch

from augscore.benching.op_times import OpTime, time_ops
from augscore.engine.ops.table import OPS


def test_every_operation_is_timed_by_each_of_its_backends() -> None:
    timed = time_ops(torch.device("cpu"), 16, 2, 0.0, lambda event: None)
    assert [one.op for one in timed] == list(OPS)
    for one in timed:
        assert one.torch_us > 0
        assert (one.kornia_us is not None) == (OPS[one.op].kornia_function is not None)
        assert one.used == "torch"


def test_the_faster_backend_is_told() -> None:
    assert OpTime("Hue", 1.0, 2.0, 2.0, "torch").faster == "torch"
    assert OpTime("Hue", 2.0, 1.0, 0.5, "torch").faster == "kornia"
    assert OpTime("RandomCrop", 2.0, None, None, "torch").faster == "torch"
