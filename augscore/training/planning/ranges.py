"""Which numbers a setting takes, whatever the method."""

from __future__ import annotations

import math
from collections.abc import Iterator

from augscore.methods.checks import check_between, check_positive
from augscore.training.config import TrainConfig
from augscore.training.planning.settings import leaves, settable

_ABOVE_ZERO = frozenset({"optim.lr", "optim.gamma", "optim.trust_coefficient", "weighting.sigma"})

_LARGEST_MOMENTUM = 0.99999
_FROM_ZERO = (0.0, math.inf)
_FROM_ONE = (1.0, math.inf)
_BETWEEN = {
    "optim.momentum": (0.0, _LARGEST_MOMENTUM),
    "optim.weight_decay": _FROM_ZERO,
    "optim.warmup_epochs": _FROM_ZERO,
    "optim.warmup_steps": _FROM_ZERO,
    "optim.clip_norm": _FROM_ZERO,
    "optim.accumulate": _FROM_ONE,
    "weighting.warmup_epochs": _FROM_ZERO,
    "weighting.decay_epochs": _FROM_ZERO,
    "momentum": (0.0, 1.0),
    "momentum_end": (0.0, 1.0),
    "queue_size": _FROM_ZERO,
    **{
        f"{head}.{name}": _FROM_ONE
        for head in ("projector", "predictor")
        for name in ("hidden", "out", "layers")
    },
}


def check_ranges(config: TrainConfig) -> None:
    """Raises UsageError (`bad_value`) for a number that its setting cannot have."""
    for name, value in _numbers(config):
        if name in _ABOVE_ZERO:
            check_positive(settable(name), value)
        elif name in _BETWEEN:
            check_between(settable(name), value, *_BETWEEN[name])


def _numbers(config: TrainConfig) -> Iterator[tuple[str, float]]:
    for name, value in leaves(config):
        if isinstance(value, int | float):
            yield name, value
