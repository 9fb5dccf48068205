"""What became of every file in a folder."""

from __future__ import annotations

from pathlib import Path

import torch

from augscore.images.batches import read
from augscore.images.find import find
from augscore.images.records import Picture, Read, Skipped

Outcome = tuple[str, ...] | str
"""The notes of a picture, or the reason why there is none."""


def results(folder: Path, *, workers: int = 0, follow_links: bool = False) -> dict[str, Read]:
    found = find([folder], follow_links=follow_links)
    return {str(name_of(r)): r for r in read(found, workers=workers)}


def name_of(result: Read) -> str | int:
    return result.id if isinstance(result, Picture) else result.name


def outcome(result: Read) -> Outcome:
    return result.notes if isinstance(result, Picture) else result.reason


def outcomes(folder: Path, *, follow_links: bool = False) -> dict[str, Outcome]:
    read = results(folder, follow_links=follow_links)
    return {name: outcome(result) for name, result in read.items()}


def pictures(folder: Path) -> dict[str, torch.Tensor]:
    """Pixels of what was read; all have the form that the contract promises."""
    read = {n: r for n, r in results(folder).items() if isinstance(r, Picture)}
    for picture in read.values():
        assert picture.pixels.dtype == torch.uint8
        assert picture.pixels.shape[0] == 3
        assert picture.pixels.ndim == 3
        assert picture.pixels.is_contiguous()
    return {name: picture.pixels for name, picture in read.items()}


def details(folder: Path) -> dict[str, str]:
    return {n: r.detail for n, r in results(folder).items() if isinstance(r, Skipped)}
