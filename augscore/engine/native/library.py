"""Find the library, and call it with tensors. Without it the functions of torch do the work."""

from __future__ import annotations

import ctypes
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import torch

_COUNT, _POINTER = ctypes.c_int64, ctypes.c_void_p
# What glibc takes from the kernel, and gives back, at every call.
_LARGE_BYTES = 32 << 20
_SIGNATURES = {
    "jitter_rows": (_POINTER, _COUNT, _POINTER, _COUNT, _POINTER, _POINTER),
    "blur_rows": (
        *(_POINTER, _COUNT, _COUNT),
        *(_POINTER, _COUNT, _POINTER, _POINTER, _COUNT, _POINTER),
    ),
    "interleave": (_POINTER, _COUNT, _COUNT, _COUNT, _COUNT, _POINTER),
    "to_floats": (_POINTER, _COUNT, _POINTER),
    "prefer_large_pages": (_POINTER, _COUNT),
}


def has_library() -> bool:
    """Whether the library was built with this installation."""
    return _library() is not None


def jitter_rows(
    images: torch.Tensor, rows: torch.Tensor, kinds: torch.Tensor, factors: torch.Tensor
) -> None:
    """Change some rows of contiguous (B, 3, H, W) float32 in place.

    `kinds` and `factors` are (N, 4): at each of four places 0 brightness, 1 contrast, 2 saturation,
    3 hue, or 4 for nothing, and by how much.
    """
    pixels = images.shape[-2] * images.shape[-1]
    whole, number = kinds.to(torch.int32).contiguous(), factors.to(torch.float32).contiguous()
    there = rows.contiguous()
    _loaded().jitter_rows(_at(images), pixels, _at(there), len(rows), _at(whole), _at(number))


def blur_rows(
    images: torch.Tensor, rows: torch.Tensor, radii: torch.Tensor, taps: torch.Tensor
) -> None:
    """Blur some rows of contiguous (B, 3, H, W) float32 in place, borders mirrored.

    `taps` are (N, R + 1) weights at the distances 0 to R; an image uses those up to its own of the
    (N,) int64 `radii`, each less than the sides.
    """
    height, width = images.shape[-2:]
    reach = taps.shape[1] - 1
    if reach >= min(height, width):
        raise ValueError(f"a blur of {reach} px reaches across {height} x {width} px")
    there, far = rows.contiguous(), radii.contiguous()
    weights = taps.to(torch.float32).contiguous()
    scratch = torch.empty(height * width + width + 2 * reach)
    _loaded().blur_rows(
        *(_at(images), height, width),
        *(_at(there), len(rows), _at(far), _at(weights), reach, _at(scratch)),
    )


def interleaved(image: torch.Tensor) -> torch.Tensor:
    """(3, H, W) uint8 with lines of neighbouring pixels → the same, its memory (H, W, 3)."""
    _, height, width = image.shape
    pixels = torch.empty(height, width, 3, dtype=torch.uint8)
    plane, stride, _ = image.stride()
    _loaded().interleave(_at(image), plane, stride, height, width, _at(pixels))
    return pixels.permute(2, 0, 1)


def write_floats(levels: torch.Tensor, floats: torch.Tensor) -> None:
    """Contiguous uint8 → contiguous float32 in [0, 1] of as many numbers."""
    _loaded().to_floats(_at(levels), levels.numel(), _at(floats))


def prefer_large_pages(fresh: torch.Tensor) -> None:
    """Make the first writing of much fresh memory cheap, where the library and Linux can."""
    if fresh.nbytes >= _LARGE_BYTES and has_library():
        _loaded().prefer_large_pages(_at(fresh), fresh.nbytes)


def _at(tensor: torch.Tensor) -> int:
    return tensor.data_ptr()


def _loaded() -> ctypes.CDLL:
    library = _library()
    assert library is not None
    return library


@cache
def _library() -> ctypes.CDLL | None:
    here = Path(__file__).parent
    built = [here / f"_pixels{suffix}" for suffix in EXTENSION_SUFFIXES]
    found = next((path for path in built if path.is_file()), None)
    if found is None:
        return None
    try:
        library = ctypes.CDLL(str(found))
    except OSError:  # built for another system
        return None
    for name, arguments in _SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, None
    return library
