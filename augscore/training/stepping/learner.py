"""What learns in a run of pair training: networks, their momentum copy, keys, the optimiser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from augscore.methods.record import Method, TargetConstants
from augscore.methods.table import find_method
from augscore.training.config import TrainConfig
from augscore.training.networks.momentum import MomentumCopy
from augscore.training.networks.queue import KeyQueue
from augscore.training.networks.siamese import Siamese, make_siamese
from augscore.training.stepping.fabric import synchronised
from augscore.training.stepping.optimisers import make_optimizer


@dataclass
class Learner:
    """All that a checkpoint holds; `step` counts the optimiser's steps that are done."""

    method: Method
    online: Siamese
    target: MomentumCopy | None
    queue: KeyQueue | None
    optimizer: torch.optim.Optimizer
    step: int = 0

    def state(self) -> Mapping[str, torch.Tensor]:
        """Every tensor by a name: networks, copy, keys and, by number, the optimiser's."""
        tensors = _named("online", self.online.state_dict())
        if self.target is not None:
            tensors |= _named("target", self.target.state_dict())
        if self.queue is not None:
            tensors |= _named("queue", self.queue.state_dict())
        for number, parameter in enumerate(_parameters(self.optimizer)):
            for name, value in self.optimizer.state[parameter].items():
                if value is not None:
                    tensors[f"optimizer.{number:04d}.{name}"] = torch.as_tensor(value)
        return tensors

    @torch.no_grad()
    def load(self, tensors: Mapping[str, torch.Tensor], step: int) -> None:
        """Become what `state` was made of, by a learner of the same configuration."""
        self.online.load_state_dict(_under("online", tensors))
        if self.target is not None:
            self.target.load_state_dict(_under("target", tensors))
        if self.queue is not None:
            self.queue.load_state_dict(_under("queue", tensors))
        for number, parameter in enumerate(_parameters(self.optimizer)):
            found = _under(f"optimizer.{number:04d}", tensors)
            if found:
                self.optimizer.state[parameter] = _moments(found, parameter)
        self.step = step


def new_learner(config: TrainConfig, device: torch.device) -> Learner:
    """Fresh weights that depend on the configuration's seed alone."""
    method = find_method(config.method)
    siamese = make_siamese(
        config.arch,
        size=config.size,
        projector=config.projector,
        predictor=config.predictor,
        seed=config.seed,
    )
    layout = torch.channels_last if config.channels_last else torch.contiguous_format
    online = synchronised(siamese.to(device).to(memory_format=layout))
    target = queue = None
    if isinstance(config.constants, TargetConstants):
        target = MomentumCopy(online).to(device)
        if config.constants.queue_size:
            queue = KeyQueue(config.constants.queue_size, config.projector.out).to(device)
    optimizer = make_optimizer(online, config.optim, config.batch_size * config.optim.accumulate)
    return Learner(method, online, target, queue, optimizer)


def _parameters(optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def _moments(found: Mapping[str, torch.Tensor], parameter: torch.Tensor) -> dict[str, torch.Tensor]:
    """In the memory layout of the parameter, which sums in another order would not equal."""
    moments = {}
    for name, value in found.items():
        if value.shape == parameter.shape:
            like = torch.empty_like(parameter, memory_format=torch.preserve_format)
            moments[name] = like.copy_(value.to(parameter.device))
        else:
            moments[name] = value
    return moments


def _named(part: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {f"{part}.{name}": tensor for name, tensor in tensors.items()}


def _under(part: str, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    start = f"{part}."
    return {k.removeprefix(start): v for k, v in tensors.items() if k.startswith(start)}
