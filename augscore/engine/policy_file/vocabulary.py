"""Which names a step may have, and what is said of those that it may not."""

from __future__ import annotations

from collections.abc import Collection

from augscore.errors import UsageError
from augscore.nearest import did_you_mean

VERSION = 1
USE = "use"

_BY_ITSELF = "Leave it out: an image is brought to size: by its short side and a centre crop"
_REFUSED = {
    "CenterCrop": ("is no step of a view", _BY_ITSELF),
    "Normalize": ("is no step of a view", "It is part of training: write normalize: beside size:"),
    "Pad": ("is not supported", "RandomCrop: {padding: 4} pads, and crops back to the size"),
    "RandomPhotometricDistort": ("is not supported", "ColorJitter comes near it"),
    "Resize": ("is no step of a view", _BY_ITSELF),
    "ToDtype": ("is no step of a view", "Leave it out: views are floats in [0, 1]"),
    "ToImage": ("is no step of a view", "Leave it out: views are floats in [0, 1]"),
    "ToTensor": ("is no step of a view", "Leave it out: views are floats in [0, 1]"),
}


def check_name(name: str, known: Collection[str]) -> None:
    """Raise UsageError (`policy_unknown_op`) for what no step may be called."""
    if name in known:
        return
    if name in _REFUSED:
        why, hint = _REFUSED[name]
        raise UsageError(f"{name} {why}", code="policy_unknown_op", hint=hint)
    raise UsageError(
        f"there is no operation named {name!r}",
        code="policy_unknown_op",
        hint=did_you_mean(name, [word for word in known if word != USE]),
    )
