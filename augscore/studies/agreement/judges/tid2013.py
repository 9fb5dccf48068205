"""TID2013: mean opinions over the references at hand, stimuli cut out of the Kodak pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch

from augscore import keys
from augscore.studies.agreement.judges.judge import Condition, Group, Judge
from augscore.studies.agreement.judges.pictures import (
    KODAK,
    Archive,
    centre,
    cuts,
    eight_bits,
    kodak_name,
)
from augscore.studies.agreement.judges.tables import number, read_rows
from augscore.studies.agreement.stimuli import tid

TABLE = "tid2013_items.csv"
_COLUMNS = ("reference", "name", "level", "mos")
_HEIGHT, _WIDTH = 384, 512
_UNCHANGED = 9.0
_NOISE = 0x71D0


def tid_judge(folder: Path) -> Judge:
    path = folder / TABLE
    made_again = {kind.name for kind in tid.KINDS}
    opinions: dict[Condition, list[float]] = {}
    references: dict[int, None] = {}
    for row in read_rows(path, _COLUMNS):
        references[int(number(row, "reference", path))] = None
        if row["name"] in made_again:
            condition = Condition(row["name"], int(number(row, "level", path)))
            opinions.setdefault(condition, []).append(_UNCHANGED - number(row, "mos", path))
    return Judge(
        name="TID2013",
        references=len(references),
        groups=lambda count, but: _groups(
            folder, [r for r in list(references)[:count] if str(r) not in but]
        ),
        opinions={condition: sum(v) / len(v) for condition, v in opinions.items()},
    )


def _groups(folder: Path, references: list[int]) -> Iterator[Group]:
    archive, corners = Archive(folder / KODAK), cuts(folder)
    for place in references:
        picture, corner = archive.picture(kodak_name(place)), corners[place].tid
        if corner is None:
            cut = centre(picture, _HEIGHT, _WIDTH)
        else:
            left, top = corner
            cut = picture[:, top : top + _HEIGHT, left : left + _WIDTH]
        noise = keys.normals(_NOISE + place, tuple(cut.shape))
        conditions, images = [], []
        for kind in tid.KINDS:
            for level, decibels in enumerate(tid.LEVELS_DB, 1):
                conditions.append(Condition(kind.name, level))
                images.append(eight_bits(tid.brought_to(kind, cut, noise, decibels)))
        yield Group(str(place), eight_bits(cut), torch.stack(images), tuple(conditions))
