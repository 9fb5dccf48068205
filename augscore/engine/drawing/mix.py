"""AugMix: chains of operations side by side, and how much of each the result has."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import torch

from augscore.engine.column import Column
from augscore.engine.draw import MixDraw, StepDraw
from augscore.engine.drawing.context import Context, Gate
from augscore.engine.drawing.levelled import Row, Turn, draw_turn, nth, read_rows, sign_of
from augscore.engine.level_tables import AUG_MIX, AUG_MIX_COLOUR
from augscore.engine.nodes import LEAST_SEVERITY, MOST_SEVERITY, AugMix
from augscore.engine.ops.dice import Dice

_ATTEMPTS = 12
_ROUNDINGS: dict[str, Literal["to_zero", "up"]] = {"degrees": "to_zero", "bits": "up"}
# Keeps uniforms off 0, and logarithms finite.
_HALF_STEP, _TINY = 2.0**-54, 1e-300


def draw_mix(node: AugMix, context: Context, gate: Gate) -> MixDraw:
    dice = context.dice(node.kind)
    rows = _rows(node.all_ops)
    branches = tuple(
        _chain(node, rows, branch, context, gate, dice) for branch in range(node.mixture_width)
    )
    parts = torch.stack(
        [gamma(dice, f"weight.{n}", node.alpha) for n in range(node.mixture_width)], 1
    )
    weights = (parts / parts.sum(1, keepdim=True)).unbind(1)
    one, other = gamma(dice, "share", node.alpha), gamma(dice, "rest", node.alpha)
    share = Column(one / (one + other))
    applied = Column(gate.open)
    return MixDraw(node.kind, applied, branches, tuple(map(Column, weights)), share, gate.stage)


def gamma(dice: Dice, name: str, alpha: float) -> torch.Tensor:
    """(N,) float64 Gamma(alpha, 1), never 0.

    Marsaglia and Tsang 2000, "A simple method for generating gamma variables": of a fixed number of
    proposals the first that is accepted; each is with more than 95 %.
    """
    attempts = range(_ATTEMPTS)
    u = dice.uniforms(*(f"{name}.u.{n}" for n in attempts))
    normal = torch.special.ndtri(dice.uniforms(*(f"{name}.n.{n}" for n in attempts)) + _HALF_STEP)
    shape = alpha if alpha >= 1 else alpha + 1
    d = shape - 1 / 3
    v = (1 + normal / math.sqrt(9 * d)).pow(3)
    log_v = v.clamp(min=_TINY).log()
    fits = (v > 0) & (torch.log(u + _HALF_STEP) < normal.square() / 2 + d - d * v + d * log_v)
    first = fits.to(torch.int8).argmax(1, keepdim=True)
    value: torch.Tensor = v.gather(1, first)[:, 0].mul(d).clamp(min=_TINY)
    if alpha < 1:
        boost = dice.uniforms(f"{name}.boost")[:, 0] + _HALF_STEP
        value = value.mul(boost.pow(1 / alpha)).clamp(min=_TINY)
    return value


def _chain(
    node: AugMix, rows: list[Row | None], branch: int, context: Context, gate: Gate, dice: Dice
) -> tuple[StepDraw, ...]:
    depth = torch.full((len(context.hashes),), node.deepest)
    if node.chain_depth == -1:
        depth = nth(dice.uniforms(f"depth.{branch}")[:, 0], node.deepest) + 1
    drawn: list[StepDraw] = []
    for place in range(node.deepest):
        slots = [f"{what}.{branch}.{place}" for what in ("op", "level", "sign")]
        choice, level, coin = dice.uniforms(*slots).unbind(1)
        level = (LEAST_SEVERITY + level * (node.severity - LEAST_SEVERITY)) / MOST_SEVERITY
        turn = Turn(nth(choice, len(rows)), level, sign_of(coin))
        inside = Gate(gate.open & (depth > place), f"{node.kind} {branch + 1}.{place + 1}")
        drawn += draw_turn(rows, turn, context, inside, dice)
    return tuple(drawn)


def _rows(all_ops: bool) -> list[Row | None]:
    """The authors' rounding and interpolation in place of RandAugment's."""
    return [_authors(row) for row in read_rows(AUG_MIX + (AUG_MIX_COLOUR if all_ops else ()))]


def _authors(row: Row | None) -> Row | None:
    if row is None:
        return None
    how = row.how
    if how.options:
        how = replace(how, options=(("interpolation", "bilinear"),))
    rounding = _ROUNDINGS.get(how.magnitude)
    return row.with_map(replace(how, rounding=rounding) if rounding else how)
