"""Which judges a folder holds; its layout is that of the tables' README.

| judge | files |
| --- | --- |
| RAID | `raid_responses.csv`, `kodak16.zip`, `reference_crops.csv` |
| KADID-10k | `kadid10k_conditions.csv`, `photos.zip` |
| TID2013 | `tid2013_items.csv`, `kodak16.zip`, `reference_crops.csv` |
| accuracy | `cifar10_10k.npz` |
| within image | `cifar10_10k.npz`; `photos.zip` |
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from augscore.errors import InputError
from augscore.studies.agreement.judges import kadid, pictures, raid, tid2013
from augscore.studies.agreement.judges.judge import Judge

CIFAR = "cifar10_10k.npz"
_KODAK = (pictures.KODAK, pictures.CROPS)

HUMAN: dict[str, tuple[tuple[str, ...], Callable[[Path], Judge]]] = {
    "RAID": ((raid.TABLE, *_KODAK), raid.raid_judge),
    "KADID-10k": ((kadid.TABLE, pictures.PHOTOS), kadid.kadid_judge),
    "TID2013": ((tid2013.TABLE, *_KODAK), tid2013.tid_judge),
}
"""By name: the files that it needs, and how it is opened."""


def human_judges(folder: Path) -> tuple[Judge, ...]:
    """Those whose files are all there."""
    return tuple(
        opened(folder) for files, opened in HUMAN.values() if not missing_files(folder, files)
    )


def missing_files(folder: Path, files: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in files if not (folder / name).is_file())


def check_folder(folder: Path) -> None:
    """Raises InputError (`no_judges`) for a folder without a judge."""
    if not folder.is_dir():
        raise InputError(f"{folder.name}: no such folder", code="not_found")
    wanted = [files for files, _ in HUMAN.values()] + [(CIFAR,), (pictures.PHOTOS,)]
    if all(missing_files(folder, files) for files in wanted):
        raise InputError(
            f"{folder.name} holds no judge",
            code="no_judges",
            hint=f"Looked for {raid.TABLE}, {kadid.TABLE}, {tid2013.TABLE}, {CIFAR} and "
            f"{pictures.PHOTOS}",
        )
