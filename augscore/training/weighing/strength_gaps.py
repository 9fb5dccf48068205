"""Gaps by strength: how far the views were moved, or how far apart they lie."""

from __future__ import annotations

import torch

from augscore.images.resize import bring_to_size
from augscore.strength.readings import Description, describe, strength
from augscore.strength.scorer import Scorer
from augscore.strength.sight import SMALLEST_SIDE, look
from augscore.training.weighing.scene import Scene
from augscore.training.weighing.score_values import LARGEST_SIDE, at_most, fast, too_small


def strength_gaps(scorer: Scorer, scene: Scene) -> torch.Tensor:
    """(P, N) |strength of a view − strength of the other|, each against its original brought to
    the view's size.

    UsageError (`weighting_size`) for views below 32 px.
    """
    standards = scorer.calibration.standards.to(scorer.device)
    sides = [view.shape[-1] for view in scene.views]
    seen = {side: _described(scorer, _originals(scene, side)) for side in dict.fromkeys(sides)}
    moved = [
        strength(seen[side], _described(scorer, view), standards)
        for view, side in zip(scene.views, sides, strict=True)
    ]
    return torch.stack([(moved[a] - moved[b]).abs() for a, b in scene.pairs])


def strengths_between(scorer: Scorer, scene: Scene) -> torch.Tensor:
    """(P, N) strength of one view against the other, the larger brought to the size of the smaller.

    UsageError (`weighting_size`) for views below 32 px.
    """
    standards = scorer.calibration.standards.to(scorer.device)
    seen: dict[tuple[int, int], Description] = {}

    def described(view: int, side: int) -> Description:
        if (view, side) not in seen:
            seen[view, side] = _described(scorer, at_most(scene.views[view], side))
        return seen[view, side]

    rows = []
    for a, b in scene.pairs:
        side = min(scene.views[a].shape[-1], scene.views[b].shape[-1], LARGEST_SIDE)
        rows.append(strength(described(a, side), described(b, side), standards))
    return torch.stack(rows)


def _described(scorer: Scorer, images: torch.Tensor) -> Description:
    if images.shape[-1] < SMALLEST_SIDE:
        raise too_small(images.shape[-1], SMALLEST_SIDE)
    small = at_most(images, LARGEST_SIDE)
    with fast(small.device):
        sight = look(scorer.model.denoiser, small, scorer.calibration.lens)
    return describe(sight, scorer.calibration.standards.to(scorer.device))


def _originals(scene: Scene, side: int) -> torch.Tensor:
    originals = scene.originals
    device = scene.views[0].device
    if isinstance(originals, torch.Tensor):
        return bring_to_size(originals.to(device), side)
    return torch.stack([bring_to_size(image.to(device), side) for image in originals])
