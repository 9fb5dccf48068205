"""RAID: rotation, enlargement and noise; responses are about single pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch

from augscore import keys
from augscore.studies.agreement.judges.judge import Condition, Group, Judge
from augscore.studies.agreement.judges.pictures import (
    KODAK,
    Archive,
    cuts,
    eight_bits,
    kodak_name,
)
from augscore.studies.agreement.judges.tables import number, read_rows
from augscore.studies.agreement.stimuli import raid

TABLE = "raid_responses.csv"
_COLUMNS = ("reference", "transformation", "level", "response_in_sigma")
_NOISE = 0x4A1D


def raid_judge(folder: Path) -> Judge:
    path = folder / TABLE
    opinions = {}
    for row in read_rows(path, _COLUMNS):
        condition = Condition(row["transformation"], int(number(row, "level", path)))
        if condition.kind in raid.KINDS and condition.level in raid.LEVELS:
            reference = str(int(number(row, "reference", path)))
            opinions[reference, condition] = number(row, "response_in_sigma", path)
    references = tuple(dict.fromkeys(name for name, _ in opinions))
    return Judge(
        name="RAID",
        references=len(references),
        groups=lambda count, but: _groups(folder, [r for r in references[:count] if r not in but]),
        opinions=_means(opinions),
        by_picture=opinions,
    )


def _groups(folder: Path, references: Sequence[str]) -> Iterator[Group]:
    archive, corners = Archive(folder / KODAK), cuts(folder)
    for name in references:
        picture = archive.picture(kodak_name(int(name)))
        noise = keys.normals(_NOISE + int(name), (3, raid.SIDE, raid.SIDE))
        made = raid.stimuli(picture, corners[int(name)].raid, noise)
        shown = [(Condition(kind, level), image) for (kind, level), image in made.items()]
        yield Group(
            name,
            eight_bits(raid.untouched(picture, corners[int(name)].raid)),
            torch.stack([eight_bits(image) for _, image in shown]),
            tuple(condition for condition, _ in shown),
        )


def _means(opinions: dict[tuple[str, Condition], float]) -> dict[Condition, float]:
    by_condition: dict[Condition, list[float]] = {}
    for (_, condition), value in opinions.items():
        by_condition.setdefault(condition, []).append(value)
    return {condition: sum(values) / len(values) for condition, values in by_condition.items()}
