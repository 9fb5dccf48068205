"""The image seen askew: its four corners moved inwards."""

from __future__ import annotations

import itertools
import math

import torch

from augscore.engine.ops.arguments import Number, Settings
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.fill import FILL, Fill
from augscore.engine.ops.record import Frame, Knob, Magnitude, Op
from augscore.engine.ops.warp import BILINEAR_BY_DEFAULT, warp_perspective

CORNERS = ("top_left", "top_right", "bottom_right", "bottom_left")
INSETS = tuple(f"{corner}_{axis}" for corner, axis in itertools.product(CORNERS, "xy"))


def random_perspective(
    images: torch.Tensor,
    top_left_x: torch.Tensor,
    top_left_y: torch.Tensor,
    top_right_x: torch.Tensor,
    top_right_y: torch.Tensor,
    bottom_right_x: torch.Tensor,
    bottom_right_y: torch.Tensor,
    bottom_left_x: torch.Tensor,
    bottom_left_y: torch.Tensor,
    interpolation: str,
    fill: Fill = 0.0,
) -> torch.Tensor:
    """(B, 3, H, W) with its corners moved inwards by so many px; the outside is `fill`."""
    height, width = images.shape[-2:]
    right, bottom = width - 1, height - 1
    insets = [
        (top_left_x, top_left_y),
        (right - top_right_x, top_right_y),
        (right - bottom_right_x, bottom - bottom_right_y),
        (bottom_left_x, bottom - bottom_left_y),
    ]
    ends = torch.stack([torch.stack(corner, 1) for corner in insets], 1).to(torch.float64)
    starts = torch.tensor([[0, 0], [right, 0], [right, bottom], [0, bottom]], dtype=torch.float64)
    return warp_perspective(images, _coefficients(starts, ends), interpolation, fill)


def _coefficients(starts: torch.Tensor, ends: torch.Tensor) -> torch.Tensor:
    """(B, 8) float64 a to h that lead from four `ends` (B, 4, 2) back to the `starts` (4, 2).

    Each corner gives X (g x + h y + 1) = a x + b y + c and Y (g x + h y + 1) = d x + e y + f. Ends
    on one line have no solution: some coefficients are infinite or NaN.
    """
    count = len(ends)
    points = torch.cat([ends, torch.ones(count, 4, 1, dtype=torch.float64)], 2)
    nothing = torch.zeros_like(points)
    across = torch.cat([points, nothing, -ends * starts[:, :1]], 2)
    down = torch.cat([nothing, points, -ends * starts[:, 1:]], 2)
    wanted = torch.cat([starts[:, 0], starts[:, 1]]).expand(count, 8)
    solved: torch.Tensor = torch.linalg.solve_ex(torch.cat([across, down], 1), wanted)[0]
    return solved


def _draw_insets(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    scale = settings.number("distortion_scale")
    bounds = {"x": (frame.widths // 2 * scale).floor(), "y": (frame.heights // 2 * scale).floor()}
    drawn = dice.uniforms(*INSETS)
    return tuple(
        (drawn[:, place] * (bounds[name[-1]] + 1)).floor().to(torch.int64)
        for place, name in enumerate(INSETS)
    )


RANDOM_PERSPECTIVE = Op(
    name="RandomPerspective",
    magnitudes=tuple(Magnitude(name, "px inwards", 0, math.inf, neutral=0) for name in INSETS),
    arguments=(Number("distortion_scale", 0.5, 0.0, 1.0), BILINEAR_BY_DEFAULT, FILL),
    options=("interpolation", "fill"),
    draw=_draw_insets,
    source="torchvision v2 RandomPerspective",
    torch_function=random_perspective,
    chance=0.5,
    knobs=(Knob("distortion_scale", "of half a side", 0.0),),
)
