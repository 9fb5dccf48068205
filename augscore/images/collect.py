"""Whatever holds images → a collection: a folder, a tensor, a data set."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import torch

from augscore.errors import InputError, UsageError
from augscore.images.collection import Collection, digest_of, numbered
from augscore.images.decode import decode
from augscore.images.find import find
from augscore.images.labels import folder_label, read_labels
from augscore.images.limits import MAX_PIXELS
from augscore.images.records import Candidate, Skipped
from augscore.images.set_labels import set_labels
from augscore.images.sets import Indexed, Item, items
from augscore.outputs import printable

Images = str | os.PathLike[str] | torch.Tensor | Indexed


def collect(
    data: Images,
    *,
    labels: Path | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Collection:
    """Every image of `data`, with classes where it has them.

    `data`: a folder, whose sub-folders are the classes unless `labels`, a table with the columns
    path and label, tells others; a tensor (N, 3, H, W), uint8 or float in [0, 1]; or a data set of
    (image, label) or of images, with len() and items. Raises UsageError (`not_found`, `usage`, as
    `read_labels`), TensorError (`bad_tensor`), and InputError (`no_images`) where there is none.
    """
    if isinstance(data, str | os.PathLike):
        return collect_folder(Path(data), labels=labels, max_pixels=max_pixels)
    if labels is not None:
        raise UsageError(
            "a table of labels goes with a folder",
            code="usage",
            hint="Give a data set of (image, label), such as torch.utils.data.TensorDataset",
        )
    return _in_memory(data)


def collect_folder(
    root: Path,
    *,
    part: str = "",
    labels: Path | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Collection:
    """As `collect`, of a folder; of its sub-folder `part` alone, where one is given. Ids, and the
    paths in `labels`, are relative to `root`; classes are the sub-folders of the part."""
    folder = root / part if part else root
    entries = list(find([folder]))
    inner = [entry for entry in entries if isinstance(entry, Candidate)]
    if not inner:
        raise _no_images(str(folder))
    prefix = f"{part}/" if part else ""
    files = [Candidate(entry.path, prefix + entry.name) for entry in inner]
    names = _class_names(files, inner, labels)
    numbers, classes = numbered(names)
    told = (f"{f.name}\0{name}\0{_bytes(f.path)}" for f, name in zip(files, names, strict=True))
    return Collection(
        name=str(folder),
        ids=tuple(file.name for file in files),
        labels=numbers,
        classes=classes,
        reader=lambda place: decode(files[place], max_pixels=max_pixels),
        fingerprint=digest_of("files", *told),
        unreadable=tuple(entry for entry in entries if isinstance(entry, Skipped)),
    )


def _class_names(
    files: list[Candidate], inner: list[Candidate], labels: Path | None
) -> list[str | None]:
    if labels is None:
        return [folder_label(entry.name) for entry in inner]
    class_of = read_labels(labels)
    return [class_of(file.name) for file in files]


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1  # reading the file reports it


def _in_memory(images: torch.Tensor | Indexed) -> Collection:
    items(images)  # refuses what is neither
    kind = "tensor" if isinstance(images, torch.Tensor) else type(images).__name__
    count = len(images)
    if not count:
        raise _no_images(kind)
    if isinstance(images, torch.Tensor):
        numbers: tuple[int | None, ...] = (None,) * count
        classes: tuple[str, ...] = ()
        fingerprint = digest_of(kind, tuple(images.shape), images.dtype, _values_digest(images))
    else:
        numbers, classes = set_labels(images)
        fingerprint = digest_of(kind, count, *numbers, *classes)
    return Collection(
        name=kind,
        ids=tuple(range(count)),
        labels=numbers,
        classes=classes,
        reader=lambda place: Item(images, place).read(),
        fingerprint=fingerprint,
    )


def _values_digest(images: torch.Tensor) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for image in images.detach():
        digest.update(image.cpu().contiguous().view(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def _no_images(name: str) -> InputError:
    return InputError(
        f"{printable(repr(name))} holds no image",
        code="no_images",
        hint="Give a folder of JPEG or PNG files, with a sub-folder for each class if it has any",
    )
