"""Classes of a data set in memory: what its items say, without decoding them where it tells."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from torch.utils.data import Subset, TensorDataset

from augscore.images.sets import Indexed

_LISTS = ("targets", "labels")
"""Where torchvision's data sets keep the labels of all their items."""

Label = int | str


def set_labels(images: Indexed) -> tuple[tuple[int | None, ...], tuple[str, ...]]:
    """Labels and classes of the items; a label is the second member of an item.

    Integers keep their order and get the names in the set's `classes`, if it has as many; negative
    ones, and what is neither an integer nor text, are no label. A set that does not list its labels
    is read once.
    """
    labels = [_label(value) for value in _values(images)]
    distinct = sorted({x for x in labels if x is not None}, key=lambda x: (isinstance(x, str), x))
    names = _names(images, distinct)
    if names is not None:
        return tuple(x if isinstance(x, int) else None for x in labels), names
    numbers = {label: number for number, label in enumerate(distinct)}
    classes = tuple(str(label) for label in distinct)
    return tuple(None if x is None else numbers[x] for x in labels), classes


def _values(images: Indexed) -> Sequence[Any]:
    listed = _listed(images)
    return listed if listed is not None else [_second(images, i) for i in range(len(images))]


def _listed(images: Indexed) -> Sequence[Any] | None:
    """The list that a set keeps, unless its items say otherwise, as with a `target_transform`."""
    if isinstance(images, Subset):
        inner = _listed(images.dataset) if isinstance(images.dataset, Indexed) else None
        return None if inner is None else [inner[i] for i in images.indices]
    if isinstance(images, TensorDataset):
        tensors = images.tensors
        return tensors[1].tolist() if len(tensors) > 1 and tensors[1].ndim == 1 else None
    for name in _LISTS:
        listed = getattr(images, name, None)
        if listed is None or not hasattr(listed, "__len__") or len(listed) != len(images):
            continue
        ends = {0, len(images) - 1} if len(images) else set()
        if all(_label(listed[i]) == _label(_second(images, i)) for i in ends):
            return [listed[i] for i in range(len(images))]
    return None


def _second(images: Indexed, place: int) -> Any:
    try:
        item = images[place]
    except Exception:
        return None  # reading the item reports it
    return item[1] if isinstance(item, tuple | list) and len(item) > 1 else None


def _label(value: Any) -> Label | None:
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool) or getattr(value, "ndim", 0) != 0:
        return None
    try:
        number = operator.index(value)
    except TypeError:
        return None
    return number if number >= 0 else None


def _names(images: Indexed, distinct: Sequence[Label]) -> tuple[str, ...] | None:
    inner = images.dataset if isinstance(images, Subset) else images
    classes = getattr(inner, "classes", None)
    if not isinstance(classes, list | tuple) or not distinct:
        return None
    if not all(isinstance(x, int) and x < len(classes) for x in distinct):
        return None
    return tuple(str(name) for name in classes)
