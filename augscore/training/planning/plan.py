"""What a run of pair training will do, before it starts: images, configuration, device."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from augscore.engine.normalize import NORMALIZATIONS, Normalize
from augscore.engine.policy import Policy
from augscore.engine.policy_file.digest import policy_digest
from augscore.errors import InputError
from augscore.images.batches import auto_workers
from augscore.images.collection import Collection
from augscore.images.records import Picture
from augscore.images.sets import Indexed
from augscore.methods.table import couples_rows, find_method
from augscore.runs.mark import refuse_inputs
from augscore.runs.ranks import own_device, ranks
from augscore.runtime import Progress, ProgressSink, pick_device
from augscore.training.config import TrainConfig
from augscore.training.data.limit import limited
from augscore.training.data.split import split
from augscore.training.planning.preflight import check_config
from augscore.training.planning.request import TrainRequest
from augscore.training.planning.resolve import Images, resolve
from augscore.training.planning.settings import leaves, settable
from augscore.training.stepping.optimisers import warmup_steps
from augscore.training.stepping.pairing import Pairing, pairing_of
from augscore.training.weighing.gaps import needs_network

PROBED = 16
_ANY_IMAGES = Images(count=1 << 40, short_side=32)

Data = str | Path | torch.Tensor | Indexed


@dataclass(frozen=True)
class TrainPlan:
    """Resolved.

    told        how images were split, in a sentence; `source` of the numbers, likewise
    notes       what a person should know before it starts
    """

    request: TrainRequest
    config: TrainConfig
    policy: Policy
    pairing: Pairing
    normalize: Normalize
    train: Collection
    test: Collection | None
    told: str
    source: str
    notes: tuple[str, ...]
    steps_per_epoch: int
    workers: int
    device: str

    @property
    def images(self) -> int:
        return len(self.train)

    @property
    def settings(self) -> tuple[tuple[str, object], ...]:
        """Every leaf of the configuration that matters to this method, by name."""
        return tuple(
            (name, value) for name, value in leaves(self.config) if _matters(name, self.config)
        )


def plan_training(
    data: Data, request: TrainRequest, progress: ProgressSink, *, accuracy: bool = False
) -> TrainPlan:
    """Find the images, look at a few and resolve what was asked.

    Raises UsageError for names and numbers that do not fit and an `out` that is the data,
    InputError for fewer than two images, and (`no_labels`) where `accuracy` is asked for and cannot
    be had, HostError for a device that is not there.
    """
    device = own_device(pick_device(request.device))
    # Misspelt names are told before a large folder is searched.
    resolve(request, _ANY_IMAGES, device, ranks())
    if isinstance(data, Path | str) and Path(data).exists():
        refuse_inputs(request.out, [Path(data)], purpose="train on")
    progress(Progress("finding images", 0, None, "images"))
    whole = split(
        data,
        labels=request.labels,
        download=request.download,
        seed=request.seed,
        accuracy=accuracy,
    )
    parts = limited(whole, request.limit, seed=request.seed)
    images = parts.train
    facts = Images(len(images), _short_side(images))
    resolved = resolve(request, facts, device, ranks())
    config, policy = resolved.config, resolved.policy
    pairing = pairing_of(policy, config.views, config.size, config.constants)
    check_config(config, policy, pairing)
    return TrainPlan(
        request=request,
        config=config,
        policy=policy,
        pairing=pairing,
        normalize=policy.normalize or NORMALIZATIONS["imagenet"],
        train=images,
        test=parts.test,
        told=parts.told,
        source=resolved.source,
        notes=tuple(_notes(config, request, resolved.steps_per_epoch)),
        steps_per_epoch=resolved.steps_per_epoch,
        workers=auto_workers() if request.workers is None else request.workers,
        device=str(device),
    )


def binding_settings(plan: TrainPlan, judge: str | None) -> dict[str, object]:
    """All that must agree for a run to continue: what shapes its weights. `judge`: the digest of
    the score model, where one was given."""
    settings = {
        **asdict(plan.config),
        "policy_digest": policy_digest(plan.policy),
        "data": plan.train.fingerprint,
        "device": torch.device(plan.device).type,
        "ranks": ranks(),
        "score_model": judge,
    }
    as_read: dict[str, object] = json.loads(json.dumps(settings))
    return as_read


def _matters(name: str, config: TrainConfig) -> bool:
    """Whether another value could make other weights."""
    optim = config.optim
    if name == "predictor" or name == "optim.fixed_predictor_lr":
        return config.predictor is not None
    if name.startswith("optim.trust_"):
        return optim.name == "lars"
    if name in ("optim.milestones", "optim.gamma"):
        return optim.schedule == "steps"
    if name == "optim.warmup_epochs":
        return optim.warmup_steps == 0
    if name == "weighting.kind":
        return True
    if name.startswith("weighting."):
        return config.weighting.kind != "none"
    return True


def _short_side(images: Collection) -> int:
    """The median of a few that can be read, spread over all."""
    stride = max(1, len(images) // PROBED)
    read = (images.read(place) for place in range(0, len(images), stride))
    sides = [min(item.pixels.shape[1:]) for item in read if isinstance(item, Picture)]
    if not sides:
        raise InputError(
            f"no readable image among {len(images)} in {images.name}",
            code="no_images",
            hint="Give a folder of JPEG or PNG files",
        )
    return round(statistics.median(sides))


def _notes(config: TrainConfig, request: TrainRequest, per_epoch: int) -> Iterator[str]:
    warmup, most = warmup_steps(config.optim, per_epoch), config.steps // 2
    if warmup > most:
        yield f"the warm-up takes half of this run, {most:,} steps, not {warmup:,}"
    coupled = couples_rows(find_method(config.method), config.constants)
    if config.optim.accumulate > 1 and coupled:
        yield (
            f"{config.method} compares the images of a batch: {config.optim.accumulate} batches of "
            f"{config.batch_size} are not one of {config.optim.accumulate * config.batch_size}"
        )
    idle = [settable(name) for name in request.settings if not _matters(name, config)]
    if request.score_model is not None and not needs_network(config.weighting):
        idle.append(f"score model {request.score_model}")
    if idle:
        yield (
            f"not used with weights {config.weighting.kind} and {config.optim.name}: "
            + ", ".join(idle)
        )
