"""One SHA-256 of a set of tensors and of what is said about them: safetensors has no checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import torch


def digest(head: str, tensors: Mapping[str, torch.Tensor]) -> str:
    """Of `head`, and of the name, dtype, shape and bytes of each tensor, in the order of names."""
    sha = hashlib.sha256(head.encode())
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        sha.update(f"\0{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        sha.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return sha.hexdigest()


def not_finite(tensors: Mapping[str, torch.Tensor]) -> list[str]:
    """The names of tensors that hold NaN or infinity, sorted."""
    return sorted(k for k, v in tensors.items() if not bool(torch.isfinite(v).all()))
