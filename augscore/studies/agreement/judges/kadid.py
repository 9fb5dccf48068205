"""KADID-10k: opinions are means over its own references, stimuli are made of other photographs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch

from augscore import keys
from augscore.studies.agreement.judges.judge import Condition, Group, Judge
from augscore.studies.agreement.judges.pictures import PHOTOS, Archive, centre, eight_bits
from augscore.studies.agreement.judges.tables import number, read_rows
from augscore.studies.agreement.stimuli import kadid

TABLE = "kadid10k_conditions.csv"
_COLUMNS = ("name", "level", "mean_dmos")
_HEIGHT, _WIDTH = 384, 512
_UNCHANGED = 5.0


def kadid_judge(folder: Path) -> Judge:
    path = folder / TABLE
    made_again = {kind.name for kind in kadid.KINDS}
    opinions = {
        Condition(row["name"], int(number(row, "level", path))): _UNCHANGED
        - number(row, "mean_dmos", path)
        for row in read_rows(path, _COLUMNS)
        if row["name"] in made_again
    }
    archive = Archive(folder / PHOTOS)
    names = sorted(archive.names(".jpg"), key=lambda name: keys.rank(name, purpose="kadid", seed=0))
    return Judge(
        name="KADID-10k",
        references=len(names),
        groups=lambda count, but: _groups(archive, [n for n in names[:count] if n not in but]),
        opinions=opinions,
    )


def _groups(archive: Archive, names: list[str]) -> Iterator[Group]:
    for name in names:
        reference = eight_bits(centre(archive.picture(name), _HEIGHT, _WIDTH))
        clean = reference.to(torch.float32) / 255
        chance = torch.Generator().manual_seed(keys.slot(name, 0, "kadid"))
        conditions, images = [], []
        for kind in kadid.KINDS:
            for level, strength in enumerate(kind.strengths, 1):
                conditions.append(Condition(kind.name, level))
                images.append(eight_bits(kind.distort(clean, strength, chance)))
        yield Group(name, reference, torch.stack(images), tuple(conditions))
