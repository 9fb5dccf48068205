"""Optimisers of pair training, their parameter groups, and the rate at each step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from augscore.errors import UsageError
from augscore.runs.schedules import warmup_cosine, warmup_drops
from augscore.training.config import OptimConfig
from augscore.training.networks.siamese import Siamese

BASE_BATCH = 256
FIXED = "fixed"
"""Key of a parameter group whose rate stays at the peak."""

_SPARES_VECTORS = ("lars", "adamw")
_ADAM_SECOND = 0.999

Group = dict[str, Any]


def peak_rate(config: OptimConfig, batch_size: int) -> float:
    """The largest rate: `lr` times batch / 256 where it is scaled (Goyal et al. 2017, arXiv
    1706.02677); `batch_size` is that of all ranks and accumulated parts together."""
    return config.lr * batch_size / BASE_BATCH if config.scale_lr else config.lr


def make_optimizer(siamese: Siamese, config: OptimConfig, batch_size: int) -> torch.optim.Optimizer:
    """The optimiser of all parameters that train, its groups at the peak rate.

    LARS and AdamW spare vectors (biases, norms) the weight decay, and LARS its adaptation (You et
    al. 2017, arXiv 1708.03888; Bardes et al. 2022, official code); SGD and Adam decay everything,
    as the official code of SimSiam, MoCo, SCE and W-MSE does. Adam's β1 is `momentum`.

    Raises UsageError for LARS that would adapt nothing.
    """
    peak = peak_rate(config, batch_size)
    groups = _groups(siamese, config)
    if config.name == "lars":
        return _lars(groups, config, peak)
    if config.name == "sgd":
        return torch.optim.SGD(
            groups, lr=peak, momentum=config.momentum, weight_decay=config.weight_decay
        )
    kind = torch.optim.AdamW if config.name == "adamw" else torch.optim.Adam
    betas = (config.momentum, _ADAM_SECOND)
    return kind(groups, lr=peak, betas=betas, weight_decay=config.weight_decay)


def set_rates(optimizer: torch.optim.Optimizer, rate: float, *, peak: float) -> None:
    """Give every group the rate of this step, or `peak` where its rate is fixed."""
    for group in optimizer.param_groups:
        group["lr"] = peak if group[FIXED] else rate


def warmup_steps(config: OptimConfig, steps_per_epoch: int) -> int:
    """As they are asked for."""
    return config.warmup_steps or round(config.warmup_epochs * steps_per_epoch)


def rate_at(
    step: int, *, config: OptimConfig, peak: float, steps: int, steps_per_epoch: int
) -> float:
    """The rate of a step, counted from 0, in a run of `steps`.

    The warm-up takes at most half of the run, so that a short one reaches its peak; milestones
    that lie before the run's start count for nothing.
    """
    warmup = min(warmup_steps(config, steps_per_epoch), steps // 2)
    if config.schedule == "cosine":
        return warmup_cosine(step, steps=steps, warmup=warmup, peak=peak)
    drops: list[int] = []
    if config.schedule == "steps":
        drops = [steps - round(epochs * steps_per_epoch) for epochs in config.milestones]
    kept = [drop for drop in drops if drop > 0]
    return warmup_drops(step, drops=kept, warmup=warmup, peak=peak, gamma=config.gamma)


def _groups(siamese: Siamese, config: OptimConfig) -> list[Group]:
    """At most four: (rate follows the schedule, or is fixed) × (decays, or not)."""
    fixed: set[int] = set()
    if siamese.predictor is not None and config.fixed_predictor_lr:
        fixed = {id(p) for p in siamese.predictor.parameters()}
    trained = [p for p in siamese.parameters() if p.requires_grad]
    groups: list[Group] = []
    for is_fixed in (False, True):
        mine = [p for p in trained if (id(p) in fixed) == is_fixed]
        groups += [{**group, FIXED: is_fixed} for group in _by_decay(mine, config)]
    return groups


def _by_decay(parameters: Iterable[nn.Parameter], config: OptimConfig) -> list[Group]:
    decaying: list[nn.Parameter] = []
    spared: list[nn.Parameter] = []
    for parameter in parameters:
        vector = parameter.ndim <= 1 and config.name in _SPARES_VECTORS
        (spared if vector else decaying).append(parameter)
    groups: list[Group] = [
        {"params": decaying, "weight_decay": config.weight_decay},
        {"params": spared, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def _lars(groups: list[Group], config: OptimConfig, peak: float) -> torch.optim.Optimizer:
    """timm's: it adapts the groups that have a weight decay, and them alone."""
    if not any(group["weight_decay"] > 0 for group in groups):
        raise UsageError(
            f"LARS with optim.weight_decay {config.weight_decay:g} adapts no layer",
            code="usage",
            hint="Give a weight decay above 0, such as 1e-6, or optim.name sgd",
        )
    from timm.optim.lars import Lars

    optimizer: torch.optim.Optimizer = Lars(
        groups,
        lr=peak,
        momentum=config.momentum,
        trust_coeff=config.trust_coefficient,
        trust_clip=config.trust_clip,
    )
    return optimizer
