"""What may come in at the engine's public functions, and what is said when something else does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral

import torch

from augscore.errors import TensorError, UsageError
from augscore.images.limits import check_side
from augscore.keys import ImageId

# Rounding of earlier steps may leave [0, 1] by a little; 0..255 in floats leaves it by far.
SLACK = 1e-3

Images = torch.Tensor | Sequence[torch.Tensor]
Ids = Sequence[ImageId] | torch.Tensor


def check_images(images: Images, *, read_pixels: bool = True) -> torch.Tensor | list[torch.Tensor]:
    """(B, 3, H, W), or a list of (3, H, W), uint8 or float in [0, 1] → the same, all alike.

    Half precision and float64 become float32. Without `read_pixels` floats are clamped to [0, 1]
    unseen, so that nobody waits for a device. Raises TensorError (`bad_tensor`) naming the first
    image that does not fit.
    """
    if isinstance(images, torch.Tensor):
        if images.ndim != 4 or images.shape[1] != 3:
            raise _refuse("images", f"shape {tuple(images.shape)}", "(B, 3, H, W)")
        if not images.is_meta and 0 not in images.shape:
            if images.dtype == torch.uint8:
                return images
            if images.dtype.is_floating_point and not read_pixels:
                return _clamped(images)
            if images.dtype.is_floating_point:
                floats = images.detach().to(torch.float32)
                if _all_in_range(floats):
                    return floats
        checked = [
            _checked(image, f"images[{i}]", read_pixels) for i, image in enumerate(images.detach())
        ]
        return torch.stack(checked) if checked else checked
    if not isinstance(images, Sequence):
        raise _refuse("images", type(images).__name__, "a tensor or a list of tensors")
    checked = [_checked(image, f"images[{i}]", read_pixels) for i, image in enumerate(images)]
    _all_alike("devices", {str(image.device) for image in checked}, "one device")
    _all_alike("dtypes", {str(image.dtype) for image in checked}, "all uint8 or all float")
    return checked


def check_ids(ids: Ids | None, count: int) -> list[ImageId]:
    """One id per image, by default its place; a tensor of integers is on the CPU.

    UsageError (`bad_ids`) for another number of ids, other tensors, and what is neither a whole
    number nor a str.
    """
    if ids is None:
        return list(range(count))
    listed = _listed(ids)
    if len(listed) != count:
        raise UsageError(
            f"{len(listed)} ids for {count} images", code="bad_ids", hint="Give one id per image"
        )
    return [check_id(given) for given in listed]


def check_id(given: object) -> ImageId:
    """A str as it is, any library's whole number as an int; UsageError (`bad_ids`) for others."""
    if isinstance(given, str):
        return given
    if isinstance(given, Integral) and not isinstance(given, bool):
        return int(given)
    raise UsageError(f"an id is {given!r}", code="bad_ids", hint="Wanted a whole number or a str")


def check_numbers(size: int | None, seed: int | None, epoch: int) -> None:
    """Whole numbers, a size of 1 px to the largest side of a view; UsageError (`usage`) for
    anything else."""
    check_whole("size", 1 if size is None else size, lowest=1)
    check_side(size)
    check_whole("seed", 0 if seed is None else seed)
    check_whole("epoch", epoch)


def check_whole(name: str, value: object, *, lowest: int | None = None) -> None:
    """A whole number, at least `lowest`; UsageError (`usage`) for anything else."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or (lowest is not None and value < lowest):  # type: ignore[operator]
        wanted = "a whole number" if lowest is None else f"a whole number from {lowest} up"
        raise UsageError(f"{name}: wanted {wanted}, got {value!r}", code="usage")


def check_words(backend: str, precision: str) -> None:
    """One of the words that there are; UsageError (`usage`) for anything else."""
    for name, value, known in (
        ("backend", backend, ("auto", "torch", "kornia")),
        ("precision", precision, ("fast", "exact")),
    ):
        if value not in known:
            raise UsageError(f"{name}: {value!r} is none of {', '.join(known)}", code="usage")


def _listed(ids: Ids) -> Sequence[ImageId]:
    if not isinstance(ids, torch.Tensor):
        return ids
    if ids.device.type != "cpu" or ids.ndim != 1 or ids.is_floating_point():
        raise UsageError(
            f"ids: got {ids.dtype} of shape {tuple(ids.shape)} on {ids.device}",
            code="bad_ids",
            hint="Wanted whole numbers, one an image, on the CPU, where draws are made",
        )
    listed: list[ImageId] = ids.tolist()
    return listed


def _checked(image: object, name: str, read_pixels: bool) -> torch.Tensor:
    if not isinstance(image, torch.Tensor):
        raise _refuse(name, type(image).__name__, "a tensor")
    if image.is_meta:
        raise _refuse(
            name, "device meta, which holds no pixels", "a tensor on a device such as cpu"
        )
    if image.ndim != 3 or image.shape[0] != 3 or 0 in image.shape:
        raise _refuse(name, f"shape {tuple(image.shape)}", "(3, H, W) with at least one pixel")
    if image.dtype == torch.uint8:
        return image
    if not image.dtype.is_floating_point:
        raise _refuse(name, str(image.dtype), "uint8, or float in [0, 1]")
    if not read_pixels:
        return _clamped(image)
    return _in_range(image.detach().to(torch.float32), name)


def _all_in_range(images: torch.Tensor) -> bool:
    """Whether all of [0, 1], found out in one look at the device."""
    low, high = torch.stack(images.aminmax()).tolist()
    return bool(low >= 0.0 and high <= 1.0)


def _clamped(images: torch.Tensor) -> torch.Tensor:
    return images.detach().to(torch.float32).clamp(0.0, 1.0)


def _in_range(image: torch.Tensor, name: str) -> torch.Tensor:
    low, high = (end.item() for end in image.aminmax())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise _refuse(name, "NaN or infinity", "numbers in [0, 1]")
    if low < -SLACK or high > 1 + SLACK:
        raise _refuse(name, f"values from {low:g} to {high:g}", "[0, 1]; divide by 255?")
    return image.clamp(0.0, 1.0) if low < 0 or high > 1 else image


def _all_alike(what: str, found: set[str], wanted: str) -> None:
    if len(found) > 1:
        raise _refuse("images", f"{what} {' and '.join(sorted(found))}", wanted)


def _refuse(name: str, got: str, wanted: str) -> TensorError:
    return TensorError(f"{name} has {got}", code="bad_tensor", hint=f"Wanted {wanted}")
