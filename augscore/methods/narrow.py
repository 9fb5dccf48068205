"""What a method's loss takes out of the types that all methods share."""

from __future__ import annotations

from typing import TypeVar

import torch

from augscore.errors import TensorError
from augscore.methods.record import Constants

Own = TypeVar("Own", bound=Constants)


def needed(name: str, rows: torch.Tensor | None) -> torch.Tensor:
    """The embeddings that a method cannot do without; TensorError where they are None."""
    if rows is None:
        raise TensorError(f"{name}: got None, wanted a tensor of shape (N, D)", code="bad_tensor")
    return rows


def own(constants: Constants, kind: type[Own]) -> Own:
    """The constants as those of a method; TypeError for those of another one."""
    if not isinstance(constants, kind):
        raise TypeError(f"got {type(constants).__name__}, wanted {kind.__name__}")
    return constants
