"""CIFAR-10 as the folder of judges keeps it: sheets of tiles in an .npz file."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from augscore.errors import InputError
from augscore.studies.agreement.functional.classifier import Labelled

_SIDE, _ACROSS = 32, 100


def read_cifar(path: Path) -> tuple[Labelled, Labelled]:
    """Training and test images. Raises InputError (`bad_archive`)."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return _part(file, "train"), _part(file, "test")
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{path.name}: {error}", code="bad_archive") from error


def _part(file: np.lib.npyio.NpzFile, name: str) -> Labelled:
    with Image.open(io.BytesIO(file[f"{name}_sheet"].tobytes())) as sheet:
        pixels = np.asarray(sheet.convert("RGB"))
    tiles = pixels.reshape(-1, _SIDE, _ACROSS, _SIDE, 3).transpose(0, 2, 4, 1, 3)
    images = torch.from_numpy(tiles.reshape(-1, 3, _SIDE, _SIDE).copy())
    labels = torch.from_numpy(file[f"{name}_labels"].astype(np.int64))
    return Labelled(images[: len(labels)], labels)
