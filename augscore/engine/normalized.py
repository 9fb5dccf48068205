"""Views as a network in training wants them: less a mean, over a deviation."""

from __future__ import annotations

import torch

from augscore.engine.normalize import NORMALIZATIONS, Normalize
from augscore.engine.policy import Policy
from augscore.errors import UsageError
from augscore.nearest import did_you_mean

# False for none, True for the policy's own, a name, or numbers.
NormalizeChoice = bool | str | Normalize


def chosen_normalize(choice: NormalizeChoice, policy: Policy) -> Normalize | None:
    """What a choice means for a policy; UsageError (`usage`) for a policy without one of its own
    and for a name that is none of `imagenet`, `cifar10`, `cifar100`."""
    if isinstance(choice, Normalize):
        return choice
    if isinstance(choice, str):
        if choice not in NORMALIZATIONS:
            hint = did_you_mean(choice, NORMALIZATIONS)
            raise UsageError(f"normalize: {choice!r} is not known", code="usage", hint=hint)
        return NORMALIZATIONS[choice]
    if choice and policy.normalize is None:
        hint = f"Name one ({', '.join(NORMALIZATIONS)}), or give mean and std"
        raise UsageError(f"policy {policy.name} has no normalize", code="usage", hint=hint)
    return policy.normalize if choice else None


def normalize_(view: torch.Tensor, how: Normalize | None) -> torch.Tensor:
    """(B, 3, H, W) in place, as torchvision v2 Normalize; as it is where `how` is None."""
    if how is not None:
        # Plain numbers, a channel at a time: a tensor of them would have to be uploaded.
        for channel, (mean, std) in enumerate(zip(how.mean, how.std, strict=True)):
            view[:, channel].sub_(mean).div_(std)
    return view
