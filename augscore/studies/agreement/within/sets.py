"""The two sets of pictures: small ones of CIFAR-10, and photographs at the model's working size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from augscore import keys
from augscore.images.resize import bring_to_size
from augscore.keys import ImageId
from augscore.studies.agreement.folder import CIFAR
from augscore.studies.agreement.functional.cifar import read_cifar
from augscore.studies.agreement.judges.pictures import PHOTOS, Archive, eight_bits

SMALL, PHOTOGRAPHS = "within image, CIFAR-10", "within image, photographs"
_SMALL_FOR_ONE = 8


@dataclass(frozen=True)
class SetSizes:
    """How many pictures of each set, at most."""

    small: int
    photographs: int


def sizes_for(pictures: int) -> SetSizes:
    """`pictures` photographs; small pictures are cheap, so that there are more of them."""
    return SetSizes(_SMALL_FOR_ONE * pictures, pictures)


@dataclass(frozen=True)
class Pictures:
    """`pixels`: uint8 (N, 3, S, S). Their randomness follows `ids` alone."""

    ids: tuple[ImageId, ...]
    pixels: torch.Tensor


@dataclass(frozen=True)
class PictureSet:
    """`name` as the table shows it; `count` pictures, read when they are needed."""

    name: str
    count: int
    read: Callable[[], Pictures]


def picture_sets(folder: Path, working_size: int, sizes: SetSizes) -> tuple[PictureSet, ...]:
    """Those whose file is in the folder. Raises InputError (`bad_archive`)."""
    sets = []
    if (folder / CIFAR).is_file():
        sets.append(_small(folder / CIFAR, sizes.small))
    if (folder / PHOTOS).is_file():
        sets.append(_photographs(Archive(folder / PHOTOS), working_size, sizes.photographs))
    return tuple(sets)


def _small(path: Path, most: int) -> PictureSet:
    """Test pictures, in their order, which is that of no class."""
    _, test = read_cifar(path)
    pixels = test.images[:most]
    pictures = Pictures(tuple(range(len(pixels))), pixels)
    return PictureSet(SMALL, len(pixels), lambda: pictures)


def _photographs(archive: Archive, side: int, most: int) -> PictureSet:
    names = sorted(archive.names(".jpg"), key=lambda n: keys.rank(n, purpose="within", seed=0))
    some = tuple(names[:most])

    def read() -> Pictures:
        pictures = (bring_to_size(archive.picture(name), side) for name in some)
        return Pictures(some, torch.stack([eight_bits(picture) for picture in pictures]))

    return PictureSet(PHOTOGRAPHS, len(some), read)
