"""What would stop a run in its middle, found before anything is read or written."""

from __future__ import annotations

import torch

from augscore.engine.policy import Policy
from augscore.errors import UsageError
from augscore.methods.record import Embeddings, TargetConstants
from augscore.methods.table import find_method
from augscore.methods.wmse import WmseConstants
from augscore.training.config import TrainConfig
from augscore.training.stepping.learner import new_learner
from augscore.training.stepping.pairing import Pairing
from augscore.training.weighing.check import check_weighting

_TRIAL_ROWS, _TRIAL_WIDTH = 4, 8


def check_config(config: TrainConfig, policy: Policy, pairing: Pairing) -> None:
    """Try the loss, the weights and the networks once, on a few random numbers.

    Raises UsageError: `bad_value`, `slice_size`, `queue_size`, `weighting_size`, `arch_unknown`,
    `arch_size`, `usage`.
    """
    _check_heads(config)
    _check_slices(config)
    _check_queue(config, pairing)
    _try_loss(config)
    check_weighting(config.weighting, policy, config.size)
    new_learner(config, torch.device("cpu"))


def _check_heads(config: TrainConfig) -> None:
    if config.predictor is not None and config.predictor.out != config.projector.out:
        raise UsageError(
            f"predictor.out {config.predictor.out} is not projector.out {config.projector.out}",
            code="bad_value",
            hint="A prediction is compared with a projection: give both the same width",
        )


def _check_slices(config: TrainConfig) -> None:
    constants, batch = config.constants, config.batch_size
    if not isinstance(constants, WmseConstants):
        return
    if constants.slice_size < 1 or batch % constants.slice_size:
        fitting = max(2, batch // 2)
        raise UsageError(
            f"W-MSE whitens slice-size {constants.slice_size} images together, and a batch of "
            f"{batch} is no multiple of that",
            code="slice_size",
            hint="Give another --batch-size, or fewer dimensions in smaller slices: "
            f"--set slice-size={batch} --set projector.out={min(config.projector.out, fitting)}",
        )


def _check_queue(config: TrainConfig, pairing: Pairing) -> None:
    constants = config.constants
    if not isinstance(constants, TargetConstants) or constants.queue_size == 0:
        return
    count = len(pairing.target_views) * config.batch_size
    if count > constants.queue_size:
        raise UsageError(
            f"a batch brings {count} keys, and queue-size is {constants.queue_size}",
            code="queue_size",
            hint="Give a larger queue-size, a smaller --batch-size, or queue-size 0 for the "
            "others of the batch",
        )


def _try_loss(config: TrainConfig) -> None:
    """Its constants are checked by the loss itself."""
    constants = config.constants
    rows, width = _TRIAL_ROWS, _TRIAL_WIDTH
    if isinstance(constants, WmseConstants):
        rows, width = constants.slice_size, config.projector.out
    generator = torch.Generator().manual_seed(0)
    one, other = torch.randn(2, rows, width, generator=generator)
    find_method(config.method).loss(
        Embeddings(one, other, one, other, one, other, generator=generator), constants
    )
