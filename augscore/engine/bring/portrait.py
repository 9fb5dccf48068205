"""A live object in words: its class and what it was made with, read from its attributes.

The words are the same in every process, so that they can tell one pipeline from another.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import BuiltinFunctionType, FunctionType
from typing import Any

import torch

_DEEPEST, _LONGEST = 12, 16
_HIDDEN = frozenset(
    ["training", "device", "dtype", "input_dtype", "seed", "random_generator", "py_random"]
)


def portrait(value: Any, depth: int = 0) -> str:
    """`RandomApply(p=0.8, transforms=[ColorJitter(brightness=(0.6, 1.4), …)])`."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, Enum):
        return f"{value.name.lower()}"
    if value is None or isinstance(value, bool | int | float | str | torch.dtype):
        return repr(value)
    if isinstance(value, torch.Tensor):
        return portrait(value.tolist()) if value.numel() <= _LONGEST else f"tensor{[*value.shape]}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{k}: {portrait(v, depth + 1)}' for k, v in value.items())}}}"
    if isinstance(value, list | tuple | torch.nn.ModuleList):
        inner = ", ".join(portrait(item, depth + 1) for item in value)
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, type | FunctionType | BuiltinFunctionType):
        return f"{value.__module__}.{value.__qualname__}"
    return f"{type(value).__name__}({_attributes(value, depth)})"


def _attributes(value: Any, depth: int) -> str:
    held = dict(getattr(value, "__dict__", {}))
    # kornia keeps its ranges in a generator of parameters.
    shown = {k: v for k, v in held.items() if not k.startswith("_") or k == "_param_generator"}
    named = [f"{k}={portrait(shown[k], depth + 1)}" for k in sorted(shown) if k not in _HIDDEN]
    children = (held.get("_modules") or {}).values()
    return ", ".join([*named, *(portrait(child, depth + 1) for child in children)])


def called(value: Any) -> str:
    """The name of a function, or of the class of an object."""
    return str(getattr(value, "__qualname__", type(value).__name__))
