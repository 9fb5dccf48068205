"""Turns, shears, and both with scales and shifts: what a 2 × 3 matrix does."""

from __future__ import annotations

import math

import torch

from augscore.engine.ops.arguments import Pair, Range, Settings
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.fill import FILL, Fill
from augscore.engine.ops.record import Frame, Knob, LevelMap, Magnitude, Op, draw_ranges
from augscore.engine.ops.warp import BILINEAR_BY_DEFAULT, NEAREST_BY_DEFAULT, warp_affine


def rotate(
    images: torch.Tensor, degrees: torch.Tensor, interpolation: str, fill: Fill = 0.0
) -> torch.Tensor:
    """(B, 3, H, W) turned counter-clockwise about its centre; the outside is `fill`."""
    angle = degrees.to(torch.float64) * (math.pi / 180)
    cos, sin, none = angle.cos(), angle.sin(), torch.zeros_like(angle)
    matrices = torch.stack([cos, -sin, none, sin, cos, none], 1)
    return warp_affine(images, matrices, interpolation, fill)


def shear_x(
    images: torch.Tensor, slopes: torch.Tensor, interpolation: str, fill: Fill = 0.0
) -> torch.Tensor:
    """(B, 3, H, W) with each row moved left by `slopes` px per px below the top edge."""
    slope, one, none = _with_one_and_none(slopes)
    offset = slope * (images.shape[-2] / 2)
    matrices = torch.stack([one, slope, offset, none, one, none], 1)
    return warp_affine(images, matrices, interpolation, fill)


def shear_y(
    images: torch.Tensor, slopes: torch.Tensor, interpolation: str, fill: Fill = 0.0
) -> torch.Tensor:
    """(B, 3, H, W) with each column moved up by `slopes` px per px right of the left edge."""
    slope, one, none = _with_one_and_none(slopes)
    offset = slope * (images.shape[-1] / 2)
    matrices = torch.stack([one, none, none, slope, one, offset], 1)
    return warp_affine(images, matrices, interpolation, fill)


def random_affine(
    images: torch.Tensor,
    degrees: torch.Tensor,
    dx: torch.Tensor,
    dy: torch.Tensor,
    scale: torch.Tensor,
    shear_x: torch.Tensor,
    shear_y: torch.Tensor,
    interpolation: str,
    fill: Fill = 0.0,
) -> torch.Tensor:
    """(B, 3, H, W) sheared, scaled, turned clockwise about its centre, then moved by (dx, dy) px.

    Angles are in degrees, shears among them; the outside is `fill`.
    """
    turn, lean_x, lean_y = (
        a.to(torch.float64) * (math.pi / 180) for a in (degrees, shear_x, shear_y)
    )
    # torchvision's R(turn) · shear y · shear x, of determinant 1; its inverse swaps and negates.
    a = (turn - lean_y).cos() / lean_y.cos()
    b = -a * lean_x.tan() - turn.sin()
    c = (turn - lean_y).sin() / lean_y.cos()
    d = turn.cos() - c * lean_x.tan()
    a, b, c, d = (number / scale for number in (d, -b, -c, a))
    matrices = [a, b, -a * dx - b * dy, c, d, -c * dx - d * dy]
    return warp_affine(images, torch.stack(matrices, 1), interpolation, fill)


def _with_one_and_none(slopes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    slope = slopes.to(torch.float64)
    return slope, torch.ones_like(slope), torch.zeros_like(slope)


def _draw_affine(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    across, down = settings.span("translate")
    signed = dice.uniforms("translate_x", "translate_y") * 2 - 1
    dx = (signed[:, 0] * across * frame.widths).round()
    dy = (signed[:, 1] * down * frame.heights).round()
    return (
        dice.between("degrees", *settings.span("degrees")),
        dx.to(torch.int64),
        dy.to(torch.int64),
        dice.between("scale", *settings.span("scale")),
        dice.between("shear", *settings.span("shear")),
        dice.between("shear_y", *settings.span("shear_y")),
    )


ROTATE = Op(
    name="Rotate",
    magnitudes=(
        Magnitude("degrees", "degrees, counter-clockwise", -360.0, 360.0, neutral=0.0, signed=True),
    ),
    arguments=(Range("degrees", 0.0, -360.0, 360.0), BILINEAR_BY_DEFAULT, FILL),
    options=("interpolation", "fill"),
    draw=draw_ranges("degrees"),
    source="torchvision v2 rotate",
    torch_function=rotate,
    ladder="degrees",
    example=(("degrees", (-45.0, 45.0)),),
    levels=(
        LevelMap(
            "Rotate", "degrees", 0.0, 30.0, True, "degrees", options=(("interpolation", "nearest"),)
        ),
    ),
    knobs=(Knob("degrees", "degrees", 0.0),),
)

SHEAR_X = Op(
    name="ShearX",
    magnitudes=(Magnitude("slope", "px per px", -math.inf, math.inf, neutral=0.0, signed=True),),
    arguments=(Range("slope", 0.0, -math.inf, math.inf), NEAREST_BY_DEFAULT, FILL),
    options=("interpolation", "fill"),
    draw=draw_ranges("slope"),
    source="torchvision v2 RandAugment's ShearX: affine about the top left corner",
    torch_function=shear_x,
    ladder="slope",
    example=(("slope", (0.1, 0.3)),),
    levels=(
        LevelMap(
            "ShearX", "slope", 0.0, 0.3, True, "slope", options=(("interpolation", "nearest"),)
        ),
    ),
    knobs=(Knob("slope", "slope", 0.0),),
)

SHEAR_Y = Op(
    name="ShearY",
    magnitudes=(Magnitude("slope", "px per px", -math.inf, math.inf, neutral=0.0, signed=True),),
    arguments=(Range("slope", 0.0, -math.inf, math.inf), NEAREST_BY_DEFAULT, FILL),
    options=("interpolation", "fill"),
    draw=draw_ranges("slope"),
    source="torchvision v2 RandAugment's ShearY: affine about the top left corner",
    torch_function=shear_y,
    ladder="slope",
    example=(("slope", (0.1, 0.3)),),
    levels=(
        LevelMap(
            "ShearY", "slope", 0.0, 0.3, True, "slope", options=(("interpolation", "nearest"),)
        ),
    ),
    knobs=(Knob("slope", "slope", 0.0),),
)

RANDOM_AFFINE = Op(
    name="RandomAffine",
    magnitudes=(
        Magnitude("degrees", "degrees, clockwise", -360.0, 360.0, neutral=0.0, signed=True),
        Magnitude("dx", "px, to the right", -math.inf, math.inf, neutral=0, signed=True),
        Magnitude("dy", "px, downwards", -math.inf, math.inf, neutral=0, signed=True),
        Magnitude("scale", "factor", 0.01, 100.0, neutral=1.0, signed=True),
        Magnitude("shear_x", "degrees", -89.0, 89.0, neutral=0.0, signed=True),
        Magnitude("shear_y", "degrees", -89.0, 89.0, neutral=0.0, signed=True),
    ),
    arguments=(
        Range("degrees", 0.0, -360.0, 360.0, lone="about_zero"),
        Pair("translate", 0.0, 0.0, 1.0),
        Range("scale", 1.0, 0.01, 100.0),
        Range("shear", 0.0, -89.0, 89.0, lone="about_zero"),
        Range("shear_y", 0.0, -89.0, 89.0, lone="about_zero"),
        NEAREST_BY_DEFAULT,
        FILL,
    ),
    options=("interpolation", "fill"),
    draw=_draw_affine,
    source="torchvision v2 RandomAffine; shear_y is the second half of its shear",
    torch_function=random_affine,
    example=(
        ("degrees", 20.0),
        ("translate", (0.2, 0.1)),
        ("scale", (0.8, 1.2)),
        ("shear", 10.0),
        ("shear_y", 5.0),
    ),
    knobs=(
        Knob("degrees", "degrees", 0.0),
        Knob("scale", "factor", 1.0),
        Knob("shear", "degrees", 0.0),
        Knob("shear_y", "degrees", 0.0),
    ),
)
