"""Folders of judges that are made up: a few pictures of waves, and opinions about them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from augscore.studies.agreement.stimuli import kadid, raid, tid
from augscore.studies.agreement.stimuli.codecs import as_pillow
from augscore.studies.agreement.stimuli.filters import blurred
from augscore.studies.figures.sweep import Sweep

_TURNED = ("functional.drops", "within.rows", "within.following", "panel")


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


def cifar_folder(folder: Path, training: int = 32, test: int = 4) -> Path:
    """The file of the exam: sheets of tiles, 100 a row, whose classes are light and dark."""
    folder.mkdir(exist_ok=True)
    parts: dict[str, np.ndarray[tuple[int], np.dtype[np.uint8]]] = {}
    for name, count in (("train", training), ("test", test)):
        labels = np.arange(count, dtype=np.uint8) % 2
        sheet = np.zeros((32, 3200, 3), dtype=np.uint8)
        for place, label in enumerate(labels):
            tile = waves(32, 32, place).permute(1, 2, 0).numpy() * 120 + 100 * label
            sheet[:, 32 * place : 32 * place + 32] = tile.astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(sheet).save(buffer, "PNG")
        parts[f"{name}_sheet"] = np.frombuffer(buffer.getvalue(), dtype=np.uint8)
        parts[f"{name}_labels"] = labels
    np.savez(folder / "cifar10_10k.npz", allow_pickle=False, **parts)
    return folder


def turn_only(patch: pytest.MonkeyPatch, sweeps: Sequence[Sweep]) -> None:
    """The study knows no other operations."""
    for name in _TURNED:
        patch.setattr(f"augscore.studies.agreement.{name}.SWEEPS", tuple(sweeps))
