"""Where images come from: folders, pairs, tensors, data sets; walked anew at each call."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

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
class Place:
    """Where the images of a source lie, in words that a file can hold; paths are absolute."""

    kind: Literal["folders", "pairs", "matched"]
    paths: tuple[str, ...]
    hidden: bool = False
    follow_links: bool = False


@dataclass(frozen=True)
class Source:
    """`entries()` begins a new walk; `paired` sources bring their own references.

    `threads`: whether several threads may read at once, which a data set need not allow. `place`
    is None for images in memory.
    """

    root: str | None
    entries: Callable[[], Iterator[Entry]]
    paired: bool = False
    threads: bool = True
    place: Place | None = None


def source_at(place: Place) -> Source:
    """The source that once had this place. Raises UsageError as the functions below."""
    paths = [Path(path) for path in place.paths]
    if place.kind == "pairs":
        return pairs_source(paths[0])
    if place.kind == "matched":
        return matched_source(paths[0], paths[1])
    return folder_source(paths, hidden=place.hidden, follow_links=place.follow_links)


def folder_source(
    paths: Sequence[Path], *, hidden: bool = False, follow_links: bool = False
) -> Source:
    """Folders and files. Raises UsageError (`not_found`) at once for a path that does not exist."""
    find(paths, hidden=hidden, follow_links=follow_links)
    return Source(
        ", ".join(path.as_posix() for path in paths),
        lambda: find(paths, hidden=hidden, follow_links=follow_links),
        place=Place("folders", _absolute(paths), hidden, follow_links),
    )


def pairs_source(csv: Path) -> Source:
    """A table with columns reference and distorted; paths relative to its folder."""
    table = open_pairs(csv)
    place = Place("pairs", _absolute([csv]))
    return Source(csv.parent.as_posix(), lambda: read_pairs(table), paired=True, place=place)


def matched_source(augmented: Path, reference: Path) -> Source:
    """Two folders in which the same relative name means the same picture."""
    place = Place("matched", _absolute([augmented, reference]))
    return Source(
        augmented.as_posix(), lambda: match(augmented, reference), paired=True, place=place
    )


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


def record_id(entry: Offer | Skipped) -> ImageId:
    """By which a record is of a shard: the image's id, or the name of what cannot be opened."""
    return entry.name if isinstance(entry, Skipped) else entry_id(entry)


def names_of(entry: Offer | Skipped) -> tuple[str, ...]:
    """Under which a record of the entry may stand."""
    if isinstance(entry, Pair):
        return entry.distorted.name, entry.reference.name
    return (entry.name,) if isinstance(entry, Candidate | Skipped) else (str(entry.id),)


def _absolute(paths: Sequence[Path]) -> tuple[str, ...]:
    return tuple(os.path.abspath(path) for path in paths)
