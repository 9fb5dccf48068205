"""What a run learns from, and what its accuracy is taken on."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from augscore import keys
from augscore.errors import InputError, UsageError
from augscore.images.collect import Images, collect, collect_folder
from augscore.images.collection import Collection, aligned
from augscore.images.find import nearest_sibling
from augscore.images.named_sets import (
    DEFAULT_ROOT,
    collect_named,
    is_set_name,
    nearest_set,
)

TEST_SHARE = 0.2
_TEST_FOLDERS = ("test", "val")

_PARTS_BARE = "the parts have no classes"


@dataclass(frozen=True)
class Split:
    """`test` is None where no accuracy can be had; `told` is a sentence for people on what was
    done, and why."""

    train: Collection
    test: Collection | None
    told: str


def split(
    data: Images,
    *,
    labels: Path | None = None,
    root: Path = DEFAULT_ROOT,
    download: bool = False,
    seed: int = 0,
    accuracy: bool = False,
) -> Split:
    """Training and test images of `data`.

    A folder with train/ and test/ (or val/) gives those. A set of torchvision by name, such as
    `cifar10`, gives its own parts, looked for in `root`. All else is split by class, a fifth of
    each for the test, by the keys of the images: their order does not matter, and an image that
    is added sends at most one other of its class to the other side. Without classes all images are
    for training.

    Raises as `collect` and `collect_named`; UsageError (`not_found`) for what is neither a folder
    nor a name; InputError (`no_labels`) where `accuracy` is asked for and cannot be had.
    """
    parts = _parts(data, labels, root, download, seed)
    if accuracy and parts.test is None:
        raise InputError(
            f"no accuracy can be measured: {_no_accuracy(parts.train) or _PARTS_BARE}",
            code="no_labels",
            hint="Put the images of each class into a sub-folder, or give a table of labels",
        )
    return parts


def _parts(data: Images, labels: Path | None, root: Path, download: bool, seed: int) -> Split:
    if isinstance(data, str) and is_set_name(data):
        if labels is not None:
            raise UsageError(f"{data} has labels of its own", code="usage")
        train, test = (
            collect_named(data, part, root=root, download=download) for part in ("train", "test")
        )
        return _given(train, test, data)
    if isinstance(data, str | os.PathLike):
        return _of_folder(Path(data), labels, seed)
    return stratified(collect(data, labels=labels), seed=seed)


def _of_folder(folder: Path, labels: Path | None, seed: int) -> Split:
    if not os.path.lexists(folder):
        hint = nearest_sibling(folder) or nearest_set(str(folder))
        raise UsageError(f"cannot find {str(folder)!r}", code="not_found", hint=hint)
    test = next((name for name in _TEST_FOLDERS if (folder / name).is_dir()), None)
    if test is None or not (folder / "train").is_dir():
        return stratified(_whole(folder, labels), seed=seed)
    train, held = (collect_folder(folder, part=part, labels=labels) for part in ("train", test))
    return _given(train, held, str(folder))


def _whole(folder: Path, labels: Path | None) -> Collection:
    found = collect_folder(folder, labels=labels)
    if labels is None and found.classes == ("train",):
        return collect_folder(folder, part="train")  # it alone was unpacked: no class, but a part
    return found


def _given(train: Collection, test: Collection, name: str) -> Split:
    train, test = aligned(train, test)
    why = "" if len(_counts(train)) > 1 and test.labelled else _PARTS_BARE
    if why:
        return Split(train, None, f"{len(train):,} images for training; {why}, so no accuracy")
    told = f"{len(train):,} images for training, {len(test):,} for accuracy, as {name} has them"
    return Split(train, test, told)


def stratified(images: Collection, *, seed: int, share: float = TEST_SHARE) -> Split:
    """`share` of each class for the test: at least one image, and never the last one."""
    why = _no_accuracy(images)
    if why:
        return Split(
            images, None, f"all {len(images):,} images for training; {why}, so no accuracy"
        )
    of_class: dict[int, list[int]] = {}
    for place, label in enumerate(images.labels):
        if label is not None:
            of_class.setdefault(label, []).append(place)
    tested = {
        place
        for places in of_class.values()
        for place in _first(images, places, _test_count(len(places), share), seed)
    }
    test = images.select(sorted(tested))
    rest = images.select([place for place in range(len(images)) if place not in tested])
    train = replace(rest, unreadable=images.unreadable)
    told = (
        f"{len(train):,} images for training, {len(test):,} for accuracy: {share:.0%} of each of "
        f"{len(of_class):,} classes, seed {seed}"
    )
    return Split(train, test, told)


def _test_count(images: int, share: float) -> int:
    return min(max(1, round(share * images)), images - 1)


def _first(images: Collection, places: Sequence[int], count: int, seed: int) -> list[int]:
    ranked = keys.first_by_rank(
        places, lambda place: images.ids[place], count, purpose="test split", seed=seed
    )
    return [place for _, place in ranked]


def _no_accuracy(images: Collection) -> str:
    """Why classes of these images say nothing; empty if they do."""
    counts = _counts(images)
    if not counts:
        return "they have no classes"
    if len(counts) == 1:
        return "they are of one class"
    if max(counts.values()) == 1:
        return "no class has two of them"
    return ""


def _counts(images: Collection) -> Counter[int]:
    return Counter(label for label in images.labels if label is not None)
