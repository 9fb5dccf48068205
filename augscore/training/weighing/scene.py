"""What weighing looks at: the views of a batch, what they were drawn as, and who is paired."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore.engine.draw import Draw


@dataclass(frozen=True)
class Scene:
    """V views of N images, and P pairs of views.

    views       float (N, 3, S, S) in [0, 1] each, not normalised; S may differ from view to view
    draw        what made them
    originals   (N, 3, H, W), or N of (3, H, W); uint8, or float in [0, 1]
    pairs       places in `views`
    """

    views: tuple[torch.Tensor, ...]
    draw: Draw
    originals: torch.Tensor | list[torch.Tensor]
    pairs: tuple[tuple[int, int], ...]
