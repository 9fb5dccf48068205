"""Which views of a batch go through a network together.

Batch norm takes its statistics over what it is given at once, so this is part of a method.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

Encode = Callable[[torch.Tensor], tuple[torch.Tensor, ...]]


def encode_views(encode: Encode, views: Sequence[torch.Tensor]) -> list[tuple[torch.Tensor, ...]]:
    """`encode` of each view (N, 3, S, S), in their order.

    Views of the first one's size go one by one, as in the official code of SimSiam, VICReg and
    MoCo (SimCLR's joins them). Smaller ones of one size go together, as in SwAV's multi-crop
    (Caron et al. 2020, arXiv 2006.09882).
    """
    results: dict[int, tuple[torch.Tensor, ...]] = {}
    for places in _together(views):
        joined = torch.cat([views[place] for place in places]) if len(places) > 1 else None
        outputs = encode(views[places[0]] if joined is None else joined)
        parts = zip(*(output.chunk(len(places)) for output in outputs), strict=True)
        results.update(zip(places, parts, strict=True))
    return [results[place] for place in range(len(views))]


def _together(views: Sequence[torch.Tensor]) -> list[list[int]]:
    """Places of the views that go together."""
    passes: list[list[int]] = []
    local: dict[int, list[int]] = {}
    whole = views[0].shape[-1]
    for place, view in enumerate(views):
        side = view.shape[-1]
        if side == whole:
            passes.append([place])
        elif side in local:
            local[side].append(place)
        else:
            passes.append(local.setdefault(side, [place]))
    return passes
