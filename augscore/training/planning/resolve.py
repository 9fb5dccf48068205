"""From what was asked and what recipes say to one complete configuration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch

from augscore.engine.policies import find_policy
from augscore.engine.policy import Policy
from augscore.errors import InputError, UsageError
from augscore.methods.record import TargetConstants
from augscore.methods.wmse import WmseConstants
from augscore.runtime import favours_bf16
from augscore.training.config import Precision, TrainConfig
from augscore.training.planning.ranges import check_ranges
from augscore.training.planning.request import TrainRequest, Value
from augscore.training.planning.settings import leaves, with_settings
from augscore.training.recipes.defaults import Defaults
from augscore.training.recipes.find import defaults_for

SMALL = 96
LARGE = 224
FEWEST_IMAGES = 2

# What an option of its own says, and what the recipe's policy decides.
_NOT_SETTINGS = frozenset(
    {
        "method",
        "policy",
        "views",
        "size",
        "arch",
        "epochs",
        "steps",
        "batch_size",
        "seed",
        "precision",
    }
)


@dataclass(frozen=True)
class Images:
    """Of the training part: how many, and the median of their short sides, px."""

    count: int
    short_side: int


@dataclass(frozen=True)
class Resolved:
    """`source` says where the numbers are from; `steps_per_epoch` counts the optimiser's."""

    config: TrainConfig
    policy: Policy
    source: str
    steps_per_epoch: int


def resolve(
    request: TrainRequest, images: Images, device: torch.device, ranks: int = 1
) -> Resolved:
    """Raises UsageError for names and numbers that do not fit, InputError (`too_few_images`)."""
    size = _size(request, images)
    defaults = defaults_for(request.method, request.recipe, size)
    policy = find_policy(request.policy if request.policy is not None else defaults.policy)
    config = _first_config(request, defaults, policy, size or defaults.size, device)
    config = with_settings(config, _asked(request), setting_names(config))
    check_ranges(config)
    config = _fitted(config, request, images, ranks)
    per_epoch = images.count // (config.batch_size * config.optim.accumulate)
    if request.steps is not None:
        config = replace(config, steps=request.steps, epochs=-(-request.steps // per_epoch))
    else:
        config = replace(config, steps=config.epochs * per_epoch)
    return Resolved(config, policy, defaults.source, per_epoch)


def _asked(request: TrainRequest) -> Mapping[str, Value]:
    if request.weighting is None:
        return request.settings
    return {**request.settings, "weighting.kind": request.weighting}


def setting_names(config: TrainConfig) -> frozenset[str]:
    """What `--set` may name."""
    named = {name for name, _ in leaves(config)}
    # A method without a predictor has no settings of one.
    return frozenset(named) - _NOT_SETTINGS - {"predictor"}


def _size(request: TrainRequest, images: Images) -> int | None:
    """None: the recipe's."""
    if request.size is not None:
        return request.size
    if request.recipe is not None:
        return None
    if request.policy is not None:
        return find_policy(request.policy).size
    return images.short_side if images.short_side <= SMALL else LARGE


def _first_config(
    request: TrainRequest, defaults: Defaults, policy: Policy, size: int, device: torch.device
) -> TrainConfig:
    return TrainConfig(
        method=request.method,
        constants=defaults.constants,
        projector=defaults.projector,
        predictor=defaults.predictor,
        policy=policy.name,
        views=max(len(policy.views), defaults.views),
        size=size,
        arch=request.arch or defaults.arch,
        epochs=request.epochs or defaults.epochs,
        steps=0,
        batch_size=request.batch_size or defaults.batch_size,
        seed=request.seed,
        precision=_precision(request, device),
        optim=defaults.optim,
    )


def _precision(request: TrainRequest, device: torch.device) -> Precision:
    if request.amp == "auto":
        return "bf16" if favours_bf16(device) else "float32"
    return "float32" if request.amp == "off" else request.amp


def _fitted(config: TrainConfig, request: TrainRequest, images: Images, ranks: int) -> TrainConfig:
    """Batch and queue brought to the number of images, unless they were asked for."""
    if images.count < FEWEST_IMAGES:
        raise InputError(
            f"pair training needs at least {FEWEST_IMAGES} images, found {images.count}",
            code="too_few_images",
        )
    accumulate = config.optim.accumulate
    if request.batch_size is None and config.batch_size * accumulate > images.count:
        config = replace(config, batch_size=_fitting(config, images.count // accumulate, ranks))
    if config.batch_size * accumulate > images.count:
        raise UsageError(
            f"a step takes {config.batch_size * accumulate} images, and there are {images.count}",
            code="batch_too_large",
            hint="Give a smaller --batch-size",
        )
    if config.batch_size % ranks:
        raise UsageError(
            f"--batch-size {config.batch_size} cannot be divided by {ranks} processes",
            code="usage",
        )
    constants = config.constants
    if isinstance(constants, TargetConstants) and "queue_size" not in request.settings:
        most = max(config.views * config.batch_size, images.count // 4)
        if constants.queue_size > most:
            config = replace(config, constants=replace(constants, queue_size=most))
    return config


def _fitting(config: TrainConfig, most: int, ranks: int) -> int:
    """The largest batch of at most so many images, in whole slices where some fit in."""
    unit = 2 * ranks
    if isinstance(config.constants, WmseConstants):
        whole = math.lcm(unit, max(1, config.constants.slice_size))
        unit = whole if whole <= most else unit
    return max(2, most - most % unit)
