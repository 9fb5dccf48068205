"""Counter-based randomness: (seed, image, view, epoch, step, slot) → uniforms and noise fields.

Every number is a pure function of its key: there is no generator to advance, so a draw does not
depend on the batch, the order, the worker or the device. The hash is the 64-bit finaliser of
splitmix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"), in int64
arithmetic that wraps alike on every device.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

import torch

ImageId = int | str
Item = TypeVar("Item")

_GOLDEN = 0x9E3779B97F4A7C15
_VIEW = 0xD1B54A32D192ED03
_EPOCH = 0xAEF17502108EF2D9
_STEP = 0x8CB92BA72F3D8DD7
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_MASK = (1 << 64) - 1


def image_key(image_id: ImageId) -> int:
    """The 64-bit key of an image: an int as it is, a str by 8 bytes of its BLAKE2b hash."""
    if isinstance(image_id, str):
        data = _bytes_of(image_id)
        return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
    return image_id & _MASK


def _bytes_of(image_id: str) -> bytes:
    """UTF-8, a file name's bytes as they are; a str with surrogates that no file name has, such as
    JSON can hold, in the three bytes that UTF-8 would give each."""
    try:
        return image_id.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return image_id.encode("utf-8", "surrogatepass")


def image_keys(image_ids: list[ImageId]) -> torch.Tensor:
    """(N,) int64 keys of N images."""
    keys = [i if type(i) is int else _signed(image_key(i)) for i in image_ids]
    try:
        return torch.tensor(keys, dtype=torch.int64)
    except (RuntimeError, ValueError, OverflowError):  # an int of more than 64 bits
        return torch.tensor([_signed(image_key(i)) for i in image_ids], dtype=torch.int64)


@lru_cache(maxsize=4096)
def slot(op: str, occurrence: int, argument: str) -> int:
    """The place of one argument in a policy: named, so that editing one op leaves others alone."""
    data = f"{op}/{occurrence}/{argument}".encode()
    return int.from_bytes(hashlib.blake2b(data, digest_size=4).digest(), "little")


def uniforms(
    images: torch.Tensor,
    slots: list[int],
    *,
    seed: int,
    view: int = 0,
    epoch: int = 0,
    step: int = 0,
) -> torch.Tensor:
    """(N, S) float64 uniforms in [0, 1) for N image keys (int64) and S slots."""
    hashes = image_hashes(images, seed=seed, view=view, epoch=epoch, step=step)
    return uniforms_of(hashes, slots)


def uniforms_of(hashes: torch.Tensor, slots: list[int]) -> torch.Tensor:
    """As `uniforms`, for (N,) hashes of `image_hashes`: made once, used for every slot."""
    import numpy as np

    # The arithmetic of `_mix`. Tables are small: numpy's calls cost half of torch's, and it has
    # unsigned integers.
    offsets = np.array([s * _GOLDEN & _MASK for s in slots], dtype=np.uint64)
    x = hashes.numpy().view(np.uint64)[:, None] + offsets
    x ^= x >> np.uint64(30)
    x *= np.uint64(_MIX_1)
    x ^= x >> np.uint64(27)
    x *= np.uint64(_MIX_2)
    x ^= x >> np.uint64(31)
    x >>= np.uint64(11)
    return torch.from_numpy(x.astype(np.float64) * 2.0**-53)


def field_keys(
    images: torch.Tensor, slot: int, *, seed: int, view: int = 0, epoch: int = 0, step: int = 0
) -> torch.Tensor:
    """(N,) int64 keys from which `normals` or `uniform_field` makes a field an image."""
    hashes = image_hashes(images, seed=seed, view=view, epoch=epoch, step=step)
    return field_keys_of(hashes, slot)


def field_keys_of(hashes: torch.Tensor, slot: int) -> torch.Tensor:
    """As `field_keys`, for (N,) hashes of `image_hashes`."""
    return _mix(hashes + _signed(slot * _GOLDEN & _MASK))


def generator(
    slot: int, *, seed: int, step: int, device: torch.device | str = "cpu"
) -> torch.Generator:
    """A generator of torch's for one slot of one step, where a library wants one."""
    key = field_keys(torch.tensor([step]), slot, seed=seed)
    made = torch.Generator(device=device)
    made.manual_seed(int(key[0]) & 0x7FFFFFFFFFFFFFFF)
    return made


def image_hashes(
    images: torch.Tensor, *, seed: int, view: int = 0, epoch: int = 0, step: int = 0
) -> torch.Tensor:
    """(N,) int64: what image keys become under a seed, view, epoch and step."""
    return _mix((images * _signed(_GOLDEN)) ^ _signed(_host(seed, view, epoch, step)))


def smallest_ranks(
    image_ids: Iterable[ImageId], count: int, *, purpose: str, seed: int
) -> set[ImageId]:
    """`count` of the ids by their keys: neither their order nor who else is there matters."""
    chosen = first_by_rank(image_ids, lambda image: image, count, purpose=purpose, seed=seed)
    return {image for _, image in chosen}


def first_by_rank(
    items: Iterable[Item],
    image_id: Callable[[Item], ImageId],
    count: int,
    *,
    purpose: str,
    seed: int,
) -> list[tuple[int, Item]]:
    """`count` of the items by the ranks of their ids, in that order, each with its place among
    all; no more than `count` are held at a time."""
    ranked = (
        (rank(image_id(item), purpose=purpose, seed=seed), place, item)
        for place, item in enumerate(items)
    )
    return [(place, item) for _, place, item in heapq.nsmallest(count, ranked)]


def rank(image_id: ImageId, *, purpose: str, seed: int) -> int:
    """The place of one image in an order that nothing else has a say in: its `field_keys` for the
    slot (purpose, 0, "rank"), in plain integers, since a folder may hold a million."""
    offset = slot(purpose, 0, "rank") * _GOLDEN
    key = _finalised((image_key(image_id) * _GOLDEN & _MASK) ^ _host(seed))
    return _signed(_finalised(key + offset & _MASK))


def uniform_field(
    key: int, shape: tuple[int, ...], device: torch.device | str = "cpu"
) -> torch.Tensor:
    """A float32 field in [0, 1) from one 64-bit key (hashed counters, 24 bits each)."""
    counters = torch.arange(math.prod(shape), dtype=torch.int64, device=device) * _signed(_GOLDEN)
    hashes = _mix(counters + _signed(key & _MASK))
    return (_top_bits(hashes, 24).to(torch.float32) * 2.0**-24).reshape(shape)


def normals(key: int, shape: tuple[int, ...], device: torch.device | str = "cpu") -> torch.Tensor:
    """A standard normal float32 field from one 64-bit key (Box-Muller on hashed counters)."""
    count = math.prod(shape)
    half = (count + 1) // 2
    u = uniform_field(key, (2 * half,), device)
    radius = torch.sqrt(-2.0 * torch.log(u[:half] + 2.0**-25))
    angle = (2.0 * math.pi) * u[half:]
    both = torch.cat([radius * torch.cos(angle), radius * torch.sin(angle)])
    return both[:count].reshape(shape)


def _host(seed: int, view: int = 0, epoch: int = 0, step: int = 0) -> int:
    place = (view * _VIEW & _MASK) ^ (epoch * _EPOCH & _MASK) ^ (step * _STEP & _MASK)
    return _mix_int(_mix_int(seed & _MASK) ^ place)


def _mix(x: torch.Tensor) -> torch.Tensor:
    x = (x ^ _shift(x, 30)) * _signed(_MIX_1)
    x = (x ^ _shift(x, 27)) * _signed(_MIX_2)
    return x ^ _shift(x, 31)


def _mix_int(x: int) -> int:
    return _finalised((x + _GOLDEN) & _MASK)


def _finalised(x: int) -> int:
    x = ((x ^ (x >> 30)) * _MIX_1) & _MASK
    x = ((x ^ (x >> 27)) * _MIX_2) & _MASK
    return x ^ (x >> 31)


def _shift(x: torch.Tensor, bits: int) -> torch.Tensor:
    """Logical right shift: torch's own is arithmetic."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def _top_bits(x: torch.Tensor, bits: int) -> torch.Tensor:
    return _shift(x, 64 - bits)


def _signed(x: int) -> int:
    return x - (1 << 64) if x >= (1 << 63) else x
