"""torchvision.transforms, v1 and v2, and any callable from image to image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image

from augscore.engine.bring.reading import Brought, Notebook, as_it_is, convert, converted, library
from augscore.engine.bring.result import pixels_of
from augscore.engine.bring.running import to_bytes
from augscore.engine.bring.torchvision_steps import (
    CONTAINERS,
    CONVERSIONS,
    HOME,
    NOTHING,
    READERS,
    SEQUENCES,
    Reading,
    children_of,
    flat,
    name_of,
    normalize_of,
    sides,
)
from augscore.engine.foreign_draw import Parameters
from augscore.engine.normalize import Normalize
from augscore.engine.policy import Takes
from augscore.errors import UsageError

LIBRARY = "torchvision"
_REFUSED = {
    "CutMix": "it mixes images and labels of a batch",
    "MixUp": "it mixes images and labels of a batch",
    "FiveCrop": "it returns five images",
    "TenCrop": "it returns ten images",
}
SIZED = ("CenterCrop", "RandomCrop", "RandomResizedCrop", "Resize")
# Of those without a reader; everything that is not known here may change the size of an image.
_KEEPS_SIZE = frozenset(["LinearTransformation", "Normalize", "RandomPhotometricDistort"])


def read(pipeline: Any, *, lossy: bool, takes: Takes) -> Brought:
    """One view. Raises UsageError (`policy_value`) for what needs a batch or returns several."""
    items = flat(pipeline)
    _refuse(items)
    book = Notebook(lossy)
    nodes, obstacles = convert(items, Reading(book).nodes, book)
    if not obstacles:
        return converted(nodes, book)
    normalize = _only_normalize(items)
    given = taken(pipeline, items) if takes == "auto" else takes
    return as_it_is(
        library(LIBRARY),
        pipeline,
        TorchvisionRun(pipeline, given, normalize),
        obstacles,
        resizes=not all(keeps_size(item) for item in items),
        size=_last_size(items),
        normalize=normalize,
    )


@dataclass(frozen=True)
class TorchvisionRun:
    """Any callable from image to image."""

    pipeline: Callable[[Any], Any]
    takes: Takes
    normalize: Normalize | None

    def __call__(self, image: torch.Tensor, key: int) -> tuple[torch.Tensor, Parameters]:
        return self.made_of(self.given(image), key)

    def made_of(self, value: Any, key: int) -> tuple[torch.Tensor, Parameters]:
        result = self.pipeline(value)
        return pixels_of(result, f"the pipeline of {LIBRARY}", self.normalize), ()

    def given(self, image: torch.Tensor) -> Any:
        pixels = to_bytes(image)
        if self.takes == "pil":
            return Image.fromarray(pixels.movedim(0, -1).contiguous().numpy())
        # A copy: the pipeline may write to what it is given.
        return pixels.to(torch.float32).div(255) if self.takes == "floats" else pixels.clone()


def _refuse(items: Sequence[Any]) -> None:
    for item in items:
        name = name_of(item)
        if name in _REFUSED:
            hint = "Leave it out of the pipeline that is brought"
            raise UsageError(f"{name}: {_REFUSED[name]}", code="policy_value", hint=hint)
        if name in CONTAINERS:
            _refuse([inner for one in children_of(item) for inner in flat(one)])


def _only_normalize(items: Sequence[Any]) -> Normalize | None:
    """The one Normalize that all images go through; UsageError where it cannot be undone."""
    found = [item for item in items if name_of(item) == "Normalize"]
    hidden = any(_holds_normalize(item) for item in items if name_of(item) in CONTAINERS)
    if hidden or len(found) > 1:
        raise UsageError(
            "Normalize is applied to some images, or twice, and cannot be undone",
            code="policy_value",
            hint="Leave it out of the pipeline that is brought",
        )
    return normalize_of(found[0]) if found else None


def _holds_normalize(transform: Any) -> bool:
    name = name_of(transform)
    inner = children_of(transform) if name in (*CONTAINERS, *SEQUENCES) else []
    return name == "Normalize" or any(_holds_normalize(item) for item in inner)


def taken(pipeline: Any, items: Sequence[Any]) -> Takes:
    """v1 pipelines, and those that begin with a conversion from PIL, are given PIL images."""
    first = next((name_of(i) for i in items if name_of(i) in CONVERSIONS), "")
    if first:
        return "pil" if first in ("ToTensor", "PILToTensor") else "bytes"
    is_v2 = type(pipeline).__module__.startswith(f"{HOME}.v2")
    return "bytes" if is_v2 or isinstance(pipeline, torch.nn.Module) else "pil"


def keeps_size(transform: Any) -> bool:
    """Whether an image has its size after it; one of the user's own may do anything."""
    name = name_of(transform)
    if name in (*CONTAINERS, *SEQUENCES):
        return all(keeps_size(inner) for inner in children_of(transform))
    known = name in READERS or name in _KEEPS_SIZE | CONVERSIONS | NOTHING
    return known and name not in SIZED and not getattr(transform, "expand", False)


def _last_size(items: Sequence[Any]) -> int | None:
    sizes = [sides(item) for item in items if name_of(item) in SIZED]
    if not sizes or sizes[-1][0] != sizes[-1][1]:
        return None
    return sizes[-1][0]
