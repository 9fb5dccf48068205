"""kornia.augmentation.auto, operation by operation. Read from 0.9; whatever another version has
otherwise has no dials."""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from augscore.engine.bring.dial import Dial, even_levels, whole_levels
from augscore.engine.foreign_draw import Run

_HOME = "kornia.augmentation.auto."
_HIGHEST, _BINS = 29, 10
_FREE = ("AutoContrast", "Equalize", "Invert")
# Beside each parameter that is turned: its unit.
_UNITS = {
    "bits_factor": "bits",
    "degrees": "degrees",
    "thresholds": "threshold",
    "translate_x": "of the width",
    "translate_y": "of the height",
}
# The functions that make the operations of AutoAugment, by class.
_MAKERS = {
    "AutoContrast": "auto_contrast",
    "Brightness": "brightness",
    "Contrast": "contrast",
    "Equalize": "equalize",
    "Invert": "invert",
    "Posterize": "posterize",
    "Rotate": "rotate",
    "Saturate": "color",
    "Sharpness": "sharpness",
    "ShearX": "shear_x",
    "ShearY": "shear_y",
    "Solarize": "solarize",
    "TranslateX": "translate_x",
    "TranslateY": "translate_y",
}

# A module of kornia → a run of it alone.
Alone = Callable[[Any], Run]


def kornia_dials(policy: Any, alone: Alone) -> tuple[Dial, ...]:
    """RandAugment by its m, TrivialAugment by the parameter of each operation, AutoAugment by its
    bins of magnitude."""
    if not type(policy).__module__.startswith(_HOME) or not _is_known(policy):
        return ()
    match type(policy).__name__:
        case "RandAugment":
            return tuple(_rand_augment(policy, alone))
        case "TrivialAugment":
            return tuple(_trivial_augment(policy, alone))
        case "AutoAugment":
            return tuple(_auto_augment(policy, alone))
        case _:
            return ()


def _rand_augment(policy: Any, alone: Alone) -> Iterator[Dial]:
    count = len(policy)
    if not 1 <= policy.n <= count or not 0 < policy.m < _HIGHEST + 1:
        return
    for place, (name, children) in enumerate(policy.named_children()):
        (op,) = children.children()
        yield Dial(
            _name(policy, place, op),
            "of 30",
            whole_levels(1, _HIGHEST),
            partial(_at_level, alone, policy, {name: children}),
            set_to=float(policy.m),
            chance=policy.n / count,
            free=_class(op) in _FREE,
        )


def _trivial_augment(policy: Any, alone: Alone) -> Iterator[Dial]:
    for place, children in enumerate(policy.children()):
        (op,) = children.children()
        factor, span = op._factor_name, op.magnitude_range
        low, high = (0.0, 0.0) if span is None else (float(end) for end in span)
        levels = (0.0,) if low == high else even_levels(low, high)
        yield Dial(
            _name(policy, place, op),
            _UNITS.get(factor, ""),
            levels,
            partial(_at_value, alone, op),
            chance=1 / len(policy),
            magnitude=False,
            free=_class(op) in _FREE,
        )


def _auto_augment(policy: Any, alone: Alone) -> Iterator[Dial]:
    from kornia.augmentation.auto.autoaugment import ops

    pairs = [[*children.children()] for children in policy.children()]
    for kind in sorted({_class(op) for pair in pairs for op in pair}):
        make = getattr(ops, _MAKERS.get(kind, ""), None)
        if make is None:
            continue
        shares = [1 - math.prod(1 - _p(op) for op in pair if _class(op) == kind) for pair in pairs]
        yield Dial(
            kind,
            "bin",
            whole_levels(0, _BINS - 1),
            partial(_in_bin, alone, make),
            chance=sum(shares) / len(pairs),
            free=kind in _FREE,
        )


def _at_level(alone: Alone, policy: Any, candidate: dict[str, Any], level: float) -> Run:
    """The policy itself with one candidate: kornia's own code turns the level into numbers."""
    only = copy.copy(policy)
    only._modules = candidate
    only.n, only.m = 1, level
    return alone(only)


def _at_value(alone: Alone, op: Any, value: float) -> Run:
    return alone(AtValue(op, value))


def _in_bin(alone: Alone, make: Callable[[float, int], Any], level: float) -> Run:
    return alone(make(1.0, round(level)))


@dataclass(frozen=True)
class AtValue:
    """An operation of kornia's at one value of its parameter, before any sign is drawn."""

    op: Any
    value: float

    def __call__(self, batch: torch.Tensor) -> Any:
        whole = {"translate_x": batch.shape[-1], "translate_y": batch.shape[-2]}
        number = self.value * whole.get(self.op._factor_name, 1)
        turned = self.op._factor_name is not None
        mag = torch.full((len(batch),), number) if turned else None
        params = self.op.forward_parameters(batch.shape, mag=mag)
        return self.op(batch, params={**params, "batch_prob": torch.ones(len(batch))})


def _is_known(policy: Any) -> bool:
    """Whether it is built as that of 0.9 is."""
    parts = [*policy.children()]
    ops = [op for part in parts for op in part.children()]
    single = type(policy).__name__ == "AutoAugment" or all(len([*p.children()]) == 1 for p in parts)
    known = all(hasattr(op, "_factor_name") and hasattr(op, "magnitude_range") for op in ops)
    return bool(ops) and single and known and all(map(_takes_magnitude, ops))


def _takes_magnitude(op: Any) -> bool:
    make = getattr(op, "forward_parameters", None)
    return make is not None and "mag" in inspect.signature(make).parameters


def _name(policy: Any, place: int, op: Any) -> str:
    """Its class, with its number where the policy has several of it."""
    classes = [_class(next(iter(part.children()))) for part in policy.children()]
    kind = classes[place]
    return kind if classes.count(kind) == 1 else f"{kind} {classes[: place + 1].count(kind)}"


def _class(op: Any) -> str:
    return type(op).__name__


def _p(op: Any) -> float:
    return float(op.op.p)
