"""Brightness, contrast, saturation and hue one after the other, in an order of each image's own."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import torch

from augscore.engine.ops import colour
from augscore.engine.ops.arguments import Range, Settings
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.record import Frame, Knob, Magnitude, Op, upload

Adjust = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

BRIGHTNESS, CONTRAST, SATURATION, HUE = range(4)
# `order` n is the n-th permutation of the four.
ORDERS = tuple(itertools.permutations(range(4)))
_NEUTRAL = (1.0, 1.0, 1.0, 0.0)
_NO_HUE = 4


def jitter(
    images: torch.Tensor,
    brightness: torch.Tensor,
    contrast: torch.Tensor,
    saturation: torch.Tensor,
    hue: torch.Tensor,
    order: torch.Tensor,
) -> torch.Tensor:
    """(B, 3, H, W) through the four adjustments in each image's own `order`, 0 to 23."""
    factors = torch.stack([brightness, contrast, saturation, hue], 1)
    if len(images) == 1:
        return _in_turn(images, factors[0].tolist(), int(order[0]))
    turns = torch.tensor(ORDERS)[order.to(torch.int64)]
    hue_place = (turns == HUE).to(torch.int8).argmax(1)
    hue_place[factors[:, HUE] == 0] = _NO_HUE
    by_place = hue_place.argsort(stable=True)
    there = upload(by_place, images.device)
    jittered = images.index_select(0, there)
    coefficients = _coefficients(factors[by_place], turns[by_place], images)
    groups, start = [], 0
    for place, count in enumerate(torch.bincount(hue_place, minlength=_NO_HUE + 1).tolist()):
        group = slice(start, start + count)
        if count:
            groups.append(_jitter_group(jittered[group], coefficients[:, :, group], place))
        start += count
    return torch.empty_like(jittered).index_copy_(0, there, torch.cat(groups))


def jitter_rows(
    images: torch.Tensor,
    rows: torch.Tensor,
    brightness: torch.Tensor,
    contrast: torch.Tensor,
    saturation: torch.Tensor,
    hue: torch.Tensor,
    order: torch.Tensor,
) -> None:
    """As `jitter`, in place for some rows of a batch, by a kernel."""
    factors = torch.stack([brightness, contrast, saturation, hue], 1)
    turns = torch.tensor(ORDERS)[order.to(torch.int64)]
    is_neutral = (factors == torch.tensor(_NEUTRAL, dtype=factors.dtype)).gather(1, turns)
    kinds = turns.masked_fill(is_neutral, colour.NOTHING)
    colour.adjust_rows(images, rows, kinds, factors.gather(1, turns))


def kornia_jitter(
    images: torch.Tensor,
    brightness: torch.Tensor,
    contrast: torch.Tensor,
    saturation: torch.Tensor,
    hue: torch.Tensor,
    order: torch.Tensor,
) -> torch.Tensor:
    """As `jitter`, by kornia's functions: at each place, those whose turn an adjustment is."""
    factors = (brightness, contrast, saturation, hue)
    places = [ORDERS[int(n)] for n in order.tolist()]
    result = images.clone()
    for place, which in itertools.product(range(4), range(4)):
        rows = [
            row
            for row, turn in enumerate(places)
            if turn[place] == which and factors[which][row] != _NEUTRAL[which]
        ]
        if rows:
            here = torch.tensor(rows)
            there = upload(here, images.device)
            some = result.index_select(0, there)
            result.index_copy_(0, there, _BY_KORNIA[which](some, factors[which][here]))
    return result


_BY_KORNIA: tuple[Adjust, ...] = (
    colour.kornia_brightness,
    colour.kornia_contrast,
    colour.kornia_saturation,
    colour.kornia_hue,
)
_ONE_BY_ONE: tuple[Adjust, ...] = (
    colour.adjust_brightness,
    colour.adjust_contrast,
    colour.adjust_saturation,
    colour.adjust_hue,
)


def _in_turn(images: torch.Tensor, factors: list[float], order: int) -> torch.Tensor:
    """One image: nothing to sort, and what is neutral is left out."""
    result = images
    for which in ORDERS[order]:
        if factors[which] != _NEUTRAL[which]:
            factor = torch.tensor([factors[which]], dtype=torch.float64)
            result = _ONE_BY_ONE[which](result, factor)
    return images.clone() if result is images else result


def _coefficients(factors: torch.Tensor, turns: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """(4, 4, B, 1, 1, 1): at each place a, b, c of clamp(a · image + b · grey + c · mean grey), and
    the turns of hue. Brightness, contrast and saturation are all of this form."""
    factor = factors.gather(1, turns).to(images.dtype)
    is_hue = turns == HUE
    rest = 1 - factor
    a = torch.where(is_hue, 1.0, factor)
    b, c = rest * (turns == SATURATION), rest * (turns == CONTRAST)
    table = torch.stack([a, b, c, torch.where(is_hue, factor, 0.0)]).transpose(1, 2)
    return upload(table.contiguous(), images.device)[..., None, None, None]


def _jitter_group(images: torch.Tensor, coefficients: torch.Tensor, hue_place: int) -> torch.Tensor:
    """Images that have hue at the same place, or not at all."""
    for place in range(4):
        a, b, c, turns = coefficients[:, place]
        if place == hue_place:
            images = colour.adjust_hue(images, turns.flatten())
        else:
            images = _blend(images, a, b, c)
    return images


def _blend(images: torch.Tensor, a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
    grey = colour.grey(images)
    mean = colour.mean_of(grey)
    return images.mul(a).add_(grey.mul_(b).add_(mean * c)).clamp_(0.0, 1.0)


def _draw(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    names = ("brightness", "contrast", "saturation", "hue")
    uniforms = dice.uniforms(*names, "order")
    spans = [settings.span(name) for name in names]
    factors = tuple(low + uniforms[:, n] * (high - low) for n, (low, high) in enumerate(spans))
    return (*factors, (uniforms[:, 4] * len(ORDERS)).floor().to(torch.int64))


COLOR_JITTER = Op(
    name="ColorJitter",
    magnitudes=(
        Magnitude("brightness", "factor", 0.0, math.inf, neutral=1.0, signed=True),
        Magnitude("contrast", "factor", 0.0, math.inf, neutral=1.0, signed=True),
        Magnitude("saturation", "factor", 0.0, math.inf, neutral=1.0, signed=True),
        Magnitude("hue", "turns", -0.5, 0.5, neutral=0.0, signed=True),
        Magnitude("order", "permutation number, 0 to 23", 0, 23),
    ),
    arguments=(
        Range("brightness", 0.0, 0.0, math.inf, lone="about_one"),
        Range("contrast", 0.0, 0.0, math.inf, lone="about_one"),
        Range("saturation", 0.0, 0.0, math.inf, lone="about_one"),
        Range("hue", 0.0, -0.5, 0.5, lone="about_zero"),
    ),
    options=(),
    draw=_draw,
    source="torchvision v2 ColorJitter, on floats; clamped after each of the four",
    torch_function=jitter,
    kornia_function=kornia_jitter,
    kernel=jitter_rows,
    kernel_devices=("cuda", "cpu"),
    bound=0.5,
    example=(("brightness", 0.8), ("contrast", 0.8), ("saturation", 0.8), ("hue", 0.2)),
    knobs=(
        Knob("brightness", "factor", 1.0),
        Knob("contrast", "factor", 1.0),
        Knob("saturation", "factor", 1.0),
        Knob("hue", "turns", 0.0),
    ),
)
