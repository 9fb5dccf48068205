"""Folders of judges that are made up: a few pictures of waves, and opinions about them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import torch

from augscore.studies.agreement.stimuli import kadid, raid, tid
from augscore.studies.agreement.stimuli.codecs import as_pillow
from augscore.studies.agreement.stimuli.filters import blurred


def waves(height: int, width: int, seed: int) -> torch.Tensor:
    noise = torch.randn(3, height, width, generator=torch.Generator().manual_seed(seed))
    smooth = blurred(noise, 3.0)
    return (0.5 + 0.15 * smooth / smooth.std()).clamp(0, 1)


def kodak_folder(folder: Path, height: int = 512, width: int = 560) -> Path:
    """RAID's and TID2013's files, their opinions those of the level's number."""
    folder.mkdir(exist_ok=True)
    references = (1, 5)
    pictures = {f"kodim{r:02d}.png": waves(height, width, r) for r in references}
    _archive(folder / "kodak16.zip", pictures)
    _table(
        folder / "reference_crops.csv",
        ("reference", "raid_left", "raid_top", "tid_left", "tid_top"),
        [(r, 50, 20, *(("", "") if r == references[0] else (4, 6))) for r in references],
    )
    _table(
        folder / "raid_responses.csv",
        ("reference", "transformation", "level", "response_in_sigma"),
        [
            (r, kind, level, level - 1)
            for r in references
            for kind in (*raid.KINDS, "translation")
            for level in range(1, 11)
        ],
    )
    _table(
        folder / "tid2013_items.csv",
        ("reference", "name", "level", "mos"),
        [
            (r, k.name, level, 9 - level)
            for r in references
            for k in tid.KINDS
            for level in range(1, 6)
        ],
    )
    return folder


def photo_folder(folder: Path, count: int = 2) -> Path:
    """KADID-10k's files."""
    folder.mkdir(exist_ok=True)
    _archive(folder / "photos.zip", {f"{k}.jpg": waves(96, 128, k) for k in range(count)})
    rows = [(k.name, level, 5 - level / 2) for k in kadid.KINDS for level in range(1, 6)]
    rows += [("denoise", 1, 4.0)]
    _table(folder / "kadid10k_conditions.csv", ("name", "level", "mean_dmos"), rows)
    return folder


def _archive(path: Path, pictures: dict[str, torch.Tensor]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, image in pictures.items():
            buffer = io.BytesIO()
            as_pillow(image).save(buffer, "PNG")
            archive.writestr(name, buffer.getvalue())


def _table(path: Path, heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(rows)
