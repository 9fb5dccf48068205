"""The journal of the study: a row a picture of a human judge, a kind of change of the exam, and a
sweep of a set of pictures. Contenders that came later have rows of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from augscore.json_values import Json, mapping, number, numbers, sequence, text, whole
from augscore.studies.agreement.contenders import LEVEL, Contender
from augscore.studies.agreement.figures import Reading
from augscore.studies.agreement.judges.judge import Condition, Group

Values = Mapping[Condition, Sequence[float]]


def row_of(
    judge: str, group: Group, contenders: Sequence[Contender], names: Collection[str]
) -> Json:
    """What those contenders read whose `names` are asked for."""
    reference, places = group.reference[None], [0] * len(group.images)
    readings = {
        c.name: c.look(reference)(places, group.images).tolist()
        for c in contenders
        if c.name in names
    }
    if LEVEL in names:
        readings[LEVEL] = [float(condition.level) for condition in group.conditions]
    return {
        "judge": judge,
        "reference": group.name,
        "conditions": [[condition.kind, condition.level] for condition in group.conditions],
        "readings": readings,
    }


def readings_in(rows: Sequence[Json], judge: str, contender: str) -> list[Reading]:
    return [
        Reading(text(row["reference"]), condition, value)
        for row in rows
        if row["judge"] == judge and contender in mapping(row["readings"])
        for condition, value in zip(
            _conditions(row), numbers(mapping(row["readings"])[contender]), strict=True
        )
    ]


def values_in(rows: Sequence[Json], judge: str, contender: str) -> dict[Condition, list[float]]:
    """Of the exam: the values of all of its pictures by condition."""
    found: dict[Condition, list[float]] = {}
    for row in rows:
        if row["judge"] == judge and contender in mapping(row["readings"]):
            lists = sequence(mapping(row["readings"])[contender])
            for condition, values in zip(_conditions(row), lists, strict=True):
                found[condition] = list(numbers(values))
    return found


def drops_in(rows: Sequence[Json], judge: str) -> dict[Condition, float]:
    """Of the exam: the accuracy that each condition costs, −1 to 1."""
    return {
        condition: number(drop)
        for row in rows
        if row["judge"] == judge and "drops" in row
        for condition, drop in zip(_conditions(row), sequence(row["drops"]), strict=True)
    }


def _conditions(row: Json) -> Iterator[Condition]:
    for pair in sequence(row["conditions"]):
        kind, level = sequence(pair)
        yield Condition(text(kind), whole(level))
