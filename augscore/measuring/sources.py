"""Where images come from: folders, pairs, tensors, data sets; walked anew at each call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from augscore.images.find import find
from augscore.images.pairs import Pair, match, open_pairs, read_pairs
from augscore.images.records import Candidate, Ignored, Skipped
from augscore.images.sets import Indexed, Item, items
from augscore.keys import ImageId

Offer = Candidate | Item | Pair
Entry = Offer | Skipped | Ignored
Images = str | Path | Sequence[str | Path] | torch.Tensor | Indexed


@dataclass(frozen=True)
class Source:
    """`entries()` begins a new walk; `paired` sources bring their own references.

    `threads`: whether several threads may read at once, which a data set need not allow.
    """

    root: str | None
    entries: Callable[[], Iterator[Entry]]
    paired: bool = False
    threads: bool = True


def folder_source(
    paths: Sequence[Path], *, hidden: bool = False, follow_links: bool = False
) -> Source:
    """Folders and files. Raises UsageError (`not_found`) at once for a path that does not exist."""
    find(paths, hidden=hidden, follow_links=follow_links)
    return Source(
        ", ".join(path.as_posix() for path in paths),
        lambda: find(paths, hidden=hidden, follow_links=follow_links),
    )


def pairs_source(csv: Path) -> Source:
    """A table with columns reference and distorted; paths relative to its folder."""
    table = open_pairs(csv)
    return Source(csv.parent.as_posix(), lambda: read_pairs(table), paired=True)


def matched_source(augmented: Path, reference: Path) -> Source:
    """Two folders in which the same relative name means the same picture."""
    return Source(augmented.as_posix(), lambda: match(augmented, reference), paired=True)


def memory_source(images: torch.Tensor | Indexed) -> Source:
    """A (N, 3, H, W) tensor or a map-style data set; ids are 0, 1, 2, …"""
    items(images)
    return Source(None, lambda: items(images), threads=False)


def any_source(images: Images) -> Source:
    """What the Python API takes: a path, a list of paths, a tensor, a data set."""
    if isinstance(images, str | Path):
        return folder_source([Path(images)])
    if isinstance(images, list | tuple) and all(isinstance(p, str | Path) for p in images):
        return folder_source([Path(p) for p in images])
    return memory_source(images)


def entry_id(entry: Offer) -> ImageId:
    if isinstance(entry, Pair):
        return f"{entry.reference.name}\0{entry.distorted.name}"
    return entry.name if isinstance(entry, Candidate) else entry.id


def names_of(entry: Offer | Skipped) -> tuple[str, ...]:
    """Under which a record of the entry may stand."""
    if isinstance(entry, Pair):
        return entry.distorted.name, entry.reference.name
    return (entry.name,) if isinstance(entry, Candidate | Skipped) else (str(entry.id),)
