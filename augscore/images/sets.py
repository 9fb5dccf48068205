"""Images already in memory: a tensor, or any data set with a length and items, → pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from PIL import Image

from augscore.errors import TensorError
from augscore.images.colours import Unmeasurable, to_rgb
from augscore.images.decode import finish
from augscore.images.records import Picture, Skipped

_TOLERANCE = 1e-3
_DTYPES = "uint8, or floating point in [0, 1]"
_Noted = tuple[torch.Tensor, tuple[str, ...]]


@runtime_checkable
class Indexed(Protocol):
    """What a map-style data set is: `len(set)` and `set[i]`."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Any: ...


def items(images: torch.Tensor | Indexed) -> Iterator[Item]:
    """The images with ids 0, 1, 2, …, long sides capped at 1024 px when they are read.

    `images` is a (N, 3, H, W) tensor, or a data set whose items (or the first of each tuple) are
    a (3, H, W) or (1, H, W) tensor, an (H, W, 3) or (H, W) array, or a PIL image. Values: uint8,
    or floating point in [0, 1], rounded to 8 bits. Images too small or fully transparent are
    skipped. Raises `TensorError` (`bad_tensor`): at once for a wrong argument, else at the item.
    """
    if isinstance(images, torch.Tensor):
        if images.ndim != 4 or images.shape[1] != 3:
            raise _bad("images", f"shape {tuple(images.shape)}", "shape (N, 3, H, W)")
        _check_kind(images, "images")
    elif not isinstance(images, Indexed):
        raise _bad("images", type(images).__name__, "a tensor or a data set with len() and items")
    return (Item(images, index) for index in range(len(images)))


@dataclass(frozen=True)
class Item:
    """One image in memory; nothing is loaded or converted before it is read."""

    images: torch.Tensor | Indexed
    id: int

    def read(self) -> Picture | Skipped:
        """Raises `TensorError` (`bad_tensor`) for what is no image; whatever else the data set
        raises makes the item `Skipped`."""
        try:
            item = self.images[self.id]
        except Exception as error:
            return Skipped(str(self.id), "item_failed", f"{type(error).__name__}: {error}")
        try:
            pixels, notes = _item(_without_label(item), f"images[{self.id}]")
            pixels, more = finish(pixels)
            return Picture(self.id, pixels, (*notes, *more))
        except Unmeasurable as refused:
            return Skipped(str(self.id), refused.reason, refused.detail)


def _without_label(item: Any) -> Any:
    return item[0] if isinstance(item, tuple | list) and item else item


def _item(item: Any, name: str) -> _Noted:
    if isinstance(item, Image.Image):
        return to_rgb(item)
    if isinstance(item, torch.Tensor):
        return _planes(item, name, "a (3, H, W) or (1, H, W) tensor")
    if isinstance(item, np.ndarray):
        if item.ndim == 3 and item.shape[2] in (1, 3):
            item = np.moveaxis(item, 2, 0)
        elif item.ndim == 2:
            item = item[None]
        else:
            raise _bad(name, f"an array of shape {item.shape}", "shape (H, W, 3) or (H, W)")
        return _planes(_as_tensor(item, name), name, "an (H, W, 3) or (H, W) array")
    raise _bad(name, type(item).__name__, "a tensor, an array or a PIL image")


def _as_tensor(array: np.ndarray[Any, Any], name: str) -> torch.Tensor:
    try:
        return torch.from_numpy(np.array(array))
    except TypeError:
        raise _bad(name, f"an array of {array.dtype}", _DTYPES) from None


def _planes(planes: torch.Tensor, name: str, wanted: str) -> _Noted:
    if planes.ndim != 3 or planes.shape[0] not in (1, 3):
        raise _bad(name, f"shape {tuple(planes.shape)}", wanted)
    _check_kind(planes, name)
    notes: tuple[str, ...] = ()
    planes = planes.detach().cpu()
    if planes.dtype != torch.uint8:
        planes, notes = _eight_bits(planes.to(torch.float32), name), ("float_image",)
    if planes.shape[0] == 1:
        planes, notes = planes.expand(3, -1, -1), ("grey", *notes)
    return planes.contiguous(), notes


def _check_kind(values: torch.Tensor, name: str) -> None:
    if values.dtype != torch.uint8 and not values.is_floating_point():
        raise _bad(name, str(values.dtype), _DTYPES)
    if values.is_meta:
        raise _bad(name, "a tensor on meta", "one on cpu or an accelerator")


def _eight_bits(values: torch.Tensor, name: str) -> torch.Tensor:
    if not bool(torch.isfinite(values).all()):
        raise _bad(name, "NaN or infinite values", _DTYPES)
    if values.numel():
        least, most = float(values.min()), float(values.max())
        if least < -_TOLERANCE or most > 1 + _TOLERANCE:
            raise _bad(name, f"values in [{least:g}, {most:g}]", _DTYPES, hint="Divide by 255?")
    return (values.clamp(0, 1) * 255).round().to(torch.uint8)


def _bad(name: str, got: str, wanted: str, *, hint: str = "") -> TensorError:
    return TensorError(f"{name}: got {got}, wanted {wanted}", code="bad_tensor", hint=hint)
