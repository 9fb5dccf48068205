"""The journal of the study: a row a picture of a human judge, and a kind of change of the exam."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from augscore.json_values import Json, mapping, number, numbers, sequence, text, whole
from augscore.studies.agreement.contenders import LEVEL, Contender
from augscore.studies.agreement.figures import Reading
from augscore.studies.agreement.judges.judge import Condition, Group

Values = Mapping[Condition, Sequence[float]]


def row_of(judge: str, group: Group, contenders: Sequence[Contender]) -> Json:
    readings = {c.name: c.read(group.reference[None], group.images).tolist() for c in contenders}
    readings[LEVEL] = [float(condition.level) for condition in group.conditions]
    return {
        "judge": judge,
        "reference": group.name,
        "conditions": [[condition.kind, condition.level] for condition in group.conditions],
        "readings": readings,
    }


def key_of(row: Json) -> tuple[str, str]:
    """Judge and reference: what is there once."""
    return text(row["judge"]), text(row["reference"])


def readings_in(rows: Sequence[Json], judge: str, contender: str) -> list[Reading]:
    return [
        Reading(text(row["reference"]), condition, value)
        for row in rows
        if row["judge"] == judge
        for condition, value in zip(
            _conditions(row), numbers(mapping(row["readings"])[contender]), strict=True
        )
    ]


def values_in(rows: Sequence[Json], judge: str, contender: str) -> dict[Condition, list[float]]:
    """Of the exam: the values of all of its pictures by condition."""
    found: dict[Condition, list[float]] = {}
    for row in rows:
        if row["judge"] == judge:
            lists = sequence(mapping(row["readings"])[contender])
            for condition, values in zip(_conditions(row), lists, strict=True):
                found[condition] = list(numbers(values))
    return found


def drops_in(rows: Sequence[Json], judge: str) -> dict[Condition, float]:
    """Of the exam: the accuracy that each condition costs, −1 to 1."""
    return {
        condition: number(drop)
        for row in rows
        if row["judge"] == judge
        for condition, drop in zip(_conditions(row), sequence(row["drops"]), strict=True)
    }


def _conditions(row: Json) -> Iterator[Condition]:
    for pair in sequence(row["conditions"]):
        kind, level = sequence(pair)
        yield Condition(text(kind), whole(level))
