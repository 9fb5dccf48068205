"""Lightning Fabric, as far as it is used: one device or many, precision, the mean of gradients."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.precision import MixedPrecision
from lightning_fabric.plugins.precision import Precision as FullPrecision
from lightning_fabric.strategies.ddp import DDPStrategy

from augscore.errors import UsageError
from augscore.runs.ranks import PATIENCE, local_ranks, ranks
from augscore.training.config import Precision

Network = TypeVar("Network", bound=torch.nn.Module)


def make_fabric(device: torch.device, precision: Precision) -> Fabric:
    """Launched. `precision` is that of the networks' forward passes: weights, losses and moments
    stay float32."""
    many = ranks() > 1
    local = local_ranks()
    fabric = Fabric(
        accelerator=device.type,
        devices=cast(Any, local if many or device.type != "cuda" else [device.index or 0]),
        num_nodes=ranks() // local if many else 1,
        strategy=DDPStrategy(timeout=PATIENCE) if many else "auto",
        plugins=_plugin(device, precision),
    )
    fabric.launch()
    return fabric


def synchronised(network: Network) -> Network:
    """With batch norm over the images of all processes, where they have accelerators; torch has no
    such layer for the CPU."""
    on_cpu = next(network.parameters()).device.type == "cpu"
    if ranks() == 1 or on_cpu:
        return network
    convert = torch.nn.SyncBatchNorm.convert_sync_batchnorm
    return cast(Network, convert(network))  # type: ignore[no-untyped-call]


def _plugin(device: torch.device, precision: Precision) -> FullPrecision:
    if precision == "float32":
        return FullPrecision()
    if precision == "bf16":
        return MixedPrecision("bf16-mixed", device.type)
    if device.type != "cuda":
        raise UsageError(
            f"amp: fp16 needs CUDA, and this is {device.type}", code="usage", hint="Use bf16 or off"
        )
    return MixedPrecision("16-mixed", device.type)
