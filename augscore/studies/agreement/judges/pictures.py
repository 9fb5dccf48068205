"""The pictures of the folder: photos.zip, kodak16.zip and the corners of their cuts."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image

from augscore.errors import InputError
from augscore.studies.agreement.judges.tables import number, read_rows
from augscore.studies.agreement.stimuli.codecs import from_pillow

KODAK, PHOTOS, CROPS = "kodak16.zip", "photos.zip", "reference_crops.csv"


@dataclass(frozen=True)
class Archive:
    """Pictures of a ZIP file by name, decoded one by one."""

    path: Path

    def names(self, ending: str) -> tuple[str, ...]:
        with self._open() as archive:
            return tuple(sorted(name for name in archive.namelist() if name.endswith(ending)))

    def picture(self, name: str) -> torch.Tensor:
        """float (3, H, W) in [0, 1]."""
        with self._open() as archive, Image.open(io.BytesIO(archive.read(name))) as opened:
            return from_pillow(opened)

    def _open(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self.path)
        except (OSError, zipfile.BadZipFile) as error:
            raise InputError(f"{self.path.name}: {error}", code="bad_archive") from error


@dataclass(frozen=True)
class Cut:
    """Left and top of what a judge cut out of a Kodak picture; None where it is not known."""

    raid: tuple[int, int]
    tid: tuple[int, int] | None


def cuts(folder: Path) -> dict[int, Cut]:
    """By the number of the Kodak picture."""
    path = folder / CROPS
    columns = ("reference", "raid_left", "raid_top", "tid_left", "tid_top")
    return {
        int(number(row, "reference", path)): _cut(row, path) for row in read_rows(path, columns)
    }


def kodak_name(number: int) -> str:
    return f"kodim{number:02d}.png"


def centre(image: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """(3, H, W) → at most (3, height, width), from its middle."""
    tall, wide = min(height, image.shape[-2]), min(width, image.shape[-1])
    top, left = (image.shape[-2] - tall) // 2, (image.shape[-1] - wide) // 2
    return image[:, top : top + tall, left : left + wide].contiguous()


def eight_bits(image: torch.Tensor) -> torch.Tensor:
    return (image.clamp(0, 1) * 255).round().to(torch.uint8)


def _cut(row: dict[str, str], path: Path) -> Cut:
    def pair(name: str) -> tuple[int, int]:
        left, top = (number(row, f"{name}_{side}", path) for side in ("left", "top"))
        return int(left), int(top)

    return Cut(pair("raid"), pair("tid") if row["tid_left"] else None)
