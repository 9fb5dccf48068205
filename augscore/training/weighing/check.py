"""What a weighting cannot do, told before a run begins."""

from __future__ import annotations

import torch

from augscore.engine.nodes import foreign_in
from augscore.engine.policy import Policy
from augscore.errors import UsageError
from augscore.methods.weighting import weigh
from augscore.strength import sight
from augscore.training.config import WeightingConfig
from augscore.training.weighing import score_values
from augscore.training.weighing.gaps import needs_network
from augscore.training.weighing.parameter_gaps import numbers_unknown
from augscore.training.weighing.score_values import too_small
from augscore.training.weighing.weigher import form_of


def check_weighting(config: WeightingConfig, policy: Policy, size: int) -> None:
    """`size`, px, of the views that have none of their own.

    Raises UsageError: `bad_value` for numbers out of range, `weighting_size` for views that are too
    small to be weighed so, `weighting_policy` for parameters of another library.
    """
    weigh(torch.tensor([0.0, 1.0]), *form_of(config))
    if config.warmup_epochs < 0 or config.decay_epochs < 0:
        raise _bad("weighting.warmup-epochs and weighting.decay-epochs", "0 or more")
    if config.kind == "parameter":
        _check_known(policy)
    if needs_network(config):
        _check_seen(config, min(view.size or size for view in policy.views))


def _check_known(policy: Policy) -> None:
    for view in policy.views:
        for foreign in foreign_in(view.steps):
            raise numbers_unknown(foreign.library)


def _check_seen(config: WeightingConfig, side: int) -> None:
    if config.sigma <= 0:
        raise _bad("weighting.sigma", "a positive number")
    by_strength = config.reading.startswith("strength") and config.kind != "scorecl"
    least = sight.SMALLEST_SIDE if by_strength else score_values.SMALLEST_SIDE
    if side < least:
        raise too_small(side, least)


def _bad(name: str, wanted: str) -> UsageError:
    return UsageError(f"{name}: wanted {wanted}", code="bad_value")
