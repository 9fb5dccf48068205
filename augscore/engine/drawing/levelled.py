"""Operations chosen from a table and driven by a level: RandAugment and its like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch

from augscore.engine.check import settings
from augscore.engine.column import Column
from augscore.engine.draw import StepDraw
from augscore.engine.drawing.context import Context, Gate
from augscore.engine.level_tables import (
    AUTO_AUGMENT,
    RAND_AUGMENT,
    SUB_POLICIES,
    TRIVIAL_AUGMENT_WIDE,
    level_map,
)
from augscore.engine.nodes import (
    AUTO_LEVELS,
    LEVELS,
    AutoAugment,
    Levelled,
    RandAugment,
    Step,
    TrivialAugmentWide,
)
from augscore.engine.ops.arguments import Settings
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.record import Frame, LevelMap, Op


@dataclass(frozen=True)
class Turn:
    """One choice for each of N images: (N,) row of the table, level in [0, 1] and sign ±1."""

    row: torch.Tensor
    level: torch.Tensor
    sign: torch.Tensor


@dataclass(frozen=True)
class Row:
    """A row of a table with its operation, how a level drives that, and its settings."""

    op: Op
    how: LevelMap
    levelled: Levelled
    settings: Settings

    def with_map(self, how: LevelMap) -> Row:
        return Row(self.op, how, self.levelled, settings(Step(self.op.name, how.options)))


@lru_cache(maxsize=256)
def read_rows(rows: tuple[Levelled, ...]) -> tuple[Row | None, ...]:
    """Every row as it is drawn from; None for the identity."""
    return tuple(_read_row(row) for row in rows)


def _read_row(row: Levelled) -> Row | None:
    driven = level_map(row)
    if driven is None:
        return None
    op, how = driven
    return Row(op, how, row, settings(Step(op.name, how.options)))


def draw_turn(
    rows: Sequence[Row | None], turn: Turn, context: Context, gate: Gate, dice: Dice
) -> list[StepDraw]:
    """A step for every row but the identity, applied where the turn chose it."""
    return [
        _driven(row, turn, context.frame, gate.open & (turn.row == number), gate.stage, dice)
        for number, row in enumerate(rows)
        if row is not None
    ]


def draw_rand_augment(node: RandAugment, context: Context, gate: Gate) -> list[StepDraw]:
    rows = read_rows(node.ops or RAND_AUGMENT)
    dice = context.dice(node.kind)
    level = torch.full((len(context.hashes),), node.magnitude / (LEVELS - 1), dtype=torch.float64)
    drawn: list[StepDraw] = []
    for place in range(node.num_ops):
        choice, coin = dice.uniforms(f"op.{place}", f"sign.{place}").unbind(1)
        turn = Turn(nth(choice, len(rows)), level, sign_of(coin))
        stage = gate.narrowed(gate.open, f"{node.kind} {place + 1}")
        drawn += draw_turn(rows, turn, context, stage, dice)
    return drawn


def draw_trivial_augment(node: TrivialAugmentWide, context: Context, gate: Gate) -> list[StepDraw]:
    rows = read_rows(node.ops or TRIVIAL_AUGMENT_WIDE)
    dice = context.dice(node.kind)
    choice, level, coin = dice.uniforms("op", "level", "sign").unbind(1)
    levels = nth(level, LEVELS).to(torch.float64) / (LEVELS - 1)
    turn = Turn(nth(choice, len(rows)), levels, sign_of(coin))
    return draw_turn(rows, turn, context, gate.narrowed(gate.open, node.kind), dice)


def draw_auto_augment(node: AutoAugment, context: Context, gate: Gate) -> list[StepDraw]:
    dice = context.dice(node.kind)
    policies = SUB_POLICIES[node.policy]
    chosen = nth(dice.uniforms("policy")[:, 0], len(policies))
    drawn: list[StepDraw] = []
    for place in range(2):
        learnt = [policy[place] for policy in policies]
        names = [row.op for row in AUTO_AUGMENT]
        op_of = torch.tensor([names.index(name) for name, _, _ in learnt])
        level_of = torch.tensor([level for _, _, level in learnt]).to(torch.float64)
        chance_of = torch.tensor([p for _, p, _ in learnt], dtype=torch.float64)
        opens, coin = dice.uniforms(f"p.{place}", f"sign.{place}").unbind(1)
        turn = Turn(op_of[chosen], level_of[chosen] / (AUTO_LEVELS - 1), sign_of(coin))
        inside = gate.narrowed(opens < chance_of[chosen], f"{node.kind} {place + 1}")
        used = set(op_of.tolist())
        rows = [row if n in used else None for n, row in enumerate(read_rows(AUTO_AUGMENT))]
        drawn += draw_turn(rows, turn, context, inside, dice)
    return drawn


def _driven(
    row: Row,
    turn: Turn,
    frame: Frame,
    applied: torch.Tensor,
    stage: str,
    dice: Dice,
) -> StepDraw:
    op, how, levelled, values = row.op, row.how, row.levelled, row.settings
    columns: tuple[torch.Tensor, ...] = ()
    if len(op.magnitudes) == 1 and how.magnitude:
        columns = (_values(how, levelled, turn, frame),)
    elif op.magnitudes:
        rest = op.draw(Dice(dice.hashes, f"{dice.op}.{stage}.{op.name}", 0), values, frame)
        columns = tuple(
            _values(how, levelled, turn, frame) if magnitude.name == how.magnitude else column
            for magnitude, column in zip(op.magnitudes, rest, strict=True)
        )
    magnitudes = tuple(
        (magnitude.name, Column(column))
        for magnitude, column in zip(op.magnitudes, columns, strict=True)
    )
    options = tuple((name, values.get(name)) for name in op.options)
    return StepDraw(op.name, Column(applied), magnitudes, options, stage)


def _values(how: LevelMap, row: Levelled, turn: Turn, frame: Frame) -> torch.Tensor:
    """(N,) magnitudes: a whole number of px, bits or degrees as int64."""
    value = row.start + (row.end - row.start) * turn.level
    if how.side:
        value = value * (frame.widths if how.side == "width" else frame.heights)
    if row.signed:
        value = value * turn.sign
    if how.rounding:
        return (_ROUNDINGS[how.rounding](value) + how.about).to(torch.int64)
    return value + how.about


_ROUNDINGS = {"nearest": torch.round, "to_zero": torch.trunc, "up": torch.ceil}


def nth(uniforms: torch.Tensor, count: int) -> torch.Tensor:
    """(N,) int64: each of 0 to count − 1 equally likely."""
    return (uniforms * count).floor().to(torch.int64)


def sign_of(coin: torch.Tensor) -> torch.Tensor:
    """(N,) float64: −1 or 1, equally likely."""
    return torch.where(coin < 0.5, -1.0, 1.0).to(torch.float64)
