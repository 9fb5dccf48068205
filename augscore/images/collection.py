"""Images that can be read one by one, by their place: what training learns from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from augscore.images.records import Picture, Skipped
from augscore.keys import ImageId

Reader = Callable[[int], Picture | Skipped]


@dataclass(frozen=True)
class Collection:
    """N images; nothing is decoded before it is read, and nothing that was read is kept.

    name        for messages: a path, the name of a set, "tensor"
    ids         root-relative path with `/`, or the place in a tensor or data set
    labels      place in `classes`, None for an image without a class
    classes     names, in the order of their numbers
    reader      place → pixels, or the reason why there are none; for `read`
    fingerprint hex, equal for equal images and labels as far as is told without decoding: names and
                bytes of files, values of a tensor, kind and length of a data set
    unreadable  entries of a folder that are no file to read, such as broken links
    """

    name: str
    ids: tuple[ImageId, ...]
    labels: tuple[int | None, ...]
    classes: tuple[str, ...]
    reader: Reader
    fingerprint: str
    unreadable: tuple[Skipped, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def read(self, place: int) -> Picture | Skipped:
        """Upright uint8 RGB, long side at most 1024 px. Raises `TensorError` (`bad_tensor`) for an
        item of a data set that is no image."""
        return self.reader(place)

    @property
    def labelled(self) -> bool:
        """Whether any image has a class."""
        return any(label is not None for label in self.labels)

    def select(self, places: Sequence[int]) -> Collection:
        """The images at some places, in the order given, with the same classes."""
        chosen, reader = tuple(places), self.reader
        return Collection(
            name=self.name,
            ids=tuple(self.ids[place] for place in chosen),
            labels=tuple(self.labels[place] for place in chosen),
            classes=self.classes,
            reader=lambda place: reader(chosen[place]),
            fingerprint=digest_of(self.fingerprint, *chosen),
        )

    def with_classes(self, classes: Sequence[str]) -> Collection:
        """The same images with their classes numbered as `classes`, which holds all of theirs."""
        numbers = {name: number for number, name in enumerate(classes)}
        return Collection(
            name=self.name,
            ids=self.ids,
            labels=tuple(None if n is None else numbers[self.classes[n]] for n in self.labels),
            classes=tuple(classes),
            reader=self.reader,
            fingerprint=self.fingerprint,
            unreadable=self.unreadable,
        )


def numbered(names: Sequence[str | None]) -> tuple[tuple[int | None, ...], tuple[str, ...]]:
    """Names of classes → labels and sorted classes."""
    classes = tuple(sorted({name for name in names if name is not None}))
    numbers = {name: number for number, name in enumerate(classes)}
    return tuple(None if name is None else numbers[name] for name in names), classes


def aligned(first: Collection, second: Collection) -> tuple[Collection, Collection]:
    """Both with the classes of either, so that one number means one class."""
    if first.classes == second.classes:
        return first, second
    classes = sorted({*first.classes, *second.classes})
    return first.with_classes(classes), second.with_classes(classes)


def digest_of(*parts: object) -> str:
    """32 hex digits of BLAKE2b over the parts as text."""
    text = "\0".join(str(part) for part in parts)
    data = text.encode("utf-8", "surrogateescape")
    return hashlib.blake2b(data, digest_size=16).hexdigest()
