"""torchvision's RandAugment and TrivialAugmentWide that have no exact counterpart, operation by
operation, and timm's. Whatever another version has otherwise has no dials."""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch

from augscore.engine.bring.dial import Dial, once_in, whole_levels
from augscore.engine.bring.torchvision_steps import name_of
from augscore.engine.foreign_draw import Run

_TIMM = "timm.data.auto_augment"
_TIMM_LEVELS = 10
_FREE = ("Identity", "AutoContrast", "Equalize", "Invert")
_SIDE = 32

# A callable from image to image → a run of it alone.
Alone = Callable[[Any], Run]


def torchvision_dials(policy: Any, alone: Alone) -> tuple[Dial, ...]:
    """By the number of a bin of magnitude, as in torchvision, or by the level of 10 of timm."""
    kind = type(policy)
    if kind.__module__ == _TIMM:
        return tuple(_timm(policy, alone))
    if name_of(policy) in ("RandAugment", "TrivialAugmentWide"):
        return tuple(_torchvision(policy, alone))
    return ()


def _torchvision(policy: Any, alone: Alone) -> Iterator[Dial]:
    names, bins = _names(policy), int(policy.num_magnitude_bins)
    turns = int(getattr(policy, "num_ops", 1))
    magnitude = getattr(policy, "magnitude", None)
    for name in names:
        yield Dial(
            name,
            f"of {bins - 1}",
            whole_levels(0, bins - 1) if bins > 1 else (0.0,),
            partial(_in_bin, alone, policy, name),
            set_to=None if magnitude is None else float(magnitude % bins),
            chance=once_in(turns, 1 / len(names)),
            free=name in _FREE,
        )


def _names(policy: Any) -> list[str]:
    """The operations that it chooses among; none where they are kept in another way."""
    table = getattr(policy, "_AUGMENTATION_SPACE", None)
    if isinstance(table, dict):
        return list(table)
    space = getattr(policy, "_augmentation_space", None)
    if space is None:
        return []
    wanted = len(inspect.signature(space).parameters)
    try:
        return list(space(*[2, (_SIDE, _SIDE)][:wanted]))
    except (TypeError, AttributeError):
        return []


def _in_bin(alone: Alone, policy: Any, name: str, level: float) -> Run:
    return alone(_only(policy, name, round(level)))


def _only(policy: Any, name: str, level: int) -> Any:
    """The policy itself with one operation to choose from, all of whose bins are the same."""
    only = copy.copy(policy)
    if hasattr(only, "num_ops"):
        only.num_ops = 1
    if hasattr(policy, "_AUGMENTATION_SPACE"):
        magnitudes_of, signed = policy._AUGMENTATION_SPACE[name]
        only._AUGMENTATION_SPACE = {
            name: (lambda *given: _all_alike(magnitudes_of(*given), level), signed)
        }
        return only
    space = policy._augmentation_space

    def narrowed(*given: Any) -> dict[str, tuple[Any, bool]]:
        magnitudes, signed = space(*given)[name]
        return {name: (_all_alike(magnitudes, level), signed)}

    only._augmentation_space = narrowed
    return only


def _all_alike(magnitudes: torch.Tensor | None, level: int) -> torch.Tensor | None:
    if magnitudes is None or magnitudes.ndim == 0:
        return magnitudes
    return magnitudes[level].expand(len(magnitudes))


def _timm(policy: Any, alone: Alone) -> Iterator[Dial]:
    chains = _timm_chains(policy)
    if not chains or not all(map(_is_timm_op, (op for _, chain in chains for op in chain))):
        return
    ops = [op for _, chain in chains for op in chain]
    for name in dict.fromkeys(op.name for op in ops):
        same = [op for op in ops if op.name == name]
        set_to = {op.magnitude for op in same} if _is_set(same) else set()
        highest = same[0].magnitude_max or _TIMM_LEVELS
        yield Dial(
            name,
            f"of {highest:g}",
            whole_levels(0, int(highest)),
            partial(_at_level, alone, same[0]),
            set_to=float(set_to.pop()) if len(set_to) == 1 else None,
            chance=_timm_chance(policy, chains, name),
            free=name in _FREE,
        )


def _timm_chains(policy: Any) -> list[tuple[float, list[Any]]]:
    """What is drawn from, each with its share of draws: single operations, or chains of them."""
    if type(policy).__name__ == "RandAugment" and isinstance(getattr(policy, "ops", None), list):
        weights = policy.choice_weights
        shares = [1 / len(policy.ops)] * len(policy.ops) if weights is None else [*weights]
        return [(float(share), [op]) for share, op in zip(shares, policy.ops, strict=True)]
    if type(policy).__name__ == "AutoAugment" and isinstance(getattr(policy, "policy", None), list):
        return [(1 / len(policy.policy), [*chain]) for chain in policy.policy]
    return []


def _is_timm_op(op: Any) -> bool:
    names = ("name", "prob", "magnitude", "magnitude_std", "magnitude_max")
    return all(hasattr(op, name) for name in names)


def _is_set(ops: list[Any]) -> bool:
    return all(op.magnitude_std == 0 for op in ops)


def _at_level(alone: Alone, op: Any, level: float) -> Run:
    turned = copy.copy(op)
    turned.prob, turned.magnitude, turned.magnitude_std = 1.0, level, 0
    return alone(turned)


def _timm_chance(policy: Any, chains: list[tuple[float, list[Any]]], name: str) -> float | None:
    """None for draws by weight, which are without replacement."""
    if getattr(policy, "choice_weights", None) is not None:
        return None
    once = sum(
        share * (1 - math.prod(1 - op.prob for op in chain if op.name == name))
        for share, chain in chains
    )
    return once_in(int(getattr(policy, "num_layers", 1)), once)
