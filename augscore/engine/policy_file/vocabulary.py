"""The names of torchvision that a policy file may use, beside those of the table of operations."""

from __future__ import annotations

from augscore.engine.nearest import did_you_mean
from augscore.engine.ops.table import OPS
from augscore.errors import UsageError

RANDOM_APPLY = "RandomApply"
USE = "use"

_NOT_YET = frozenset(
    [
        "AugMix",
        "AutoAugment",
        "CenterCrop",
        "Grayscale",
        "OneOf",
        "Pad",
        "RandAugment",
        "RandomChoice",
        "RandomOrder",
        "RandomPhotometricDistort",
        "RandomRotation",
        "Resize",
        "TrivialAugmentWide",
    ]
)
_ELSEWHERE = {
    "Normalize": "It is part of training: write normalize: beside size:",
    "ToDtype": "Leave it out: views are floats in [0, 1]",
    "ToImage": "Leave it out: views are floats in [0, 1]",
    "ToTensor": "Leave it out: views are floats in [0, 1]",
}


def check_name(name: str) -> None:
    """Raise UsageError (`policy_unknown_op`) for what no step may be called."""
    if name in OPS or name in (RANDOM_APPLY, USE):
        return
    if name in _ELSEWHERE:
        raise _unknown(f"{name} is no step of a view", _ELSEWHERE[name])
    if name in _NOT_YET:
        raise _unknown(f"{name} is not supported yet", "Nothing stands in for it: leave it out")
    raise _unknown(
        f"there is no operation named {name!r}", did_you_mean(name, [*OPS, RANDOM_APPLY])
    )


def _unknown(message: str, hint: str) -> UsageError:
    return UsageError(message, code="policy_unknown_op", hint=hint)
