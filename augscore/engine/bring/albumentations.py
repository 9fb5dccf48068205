"""albumentations 2.0.x: a live object, the mapping that its `to_dict` returns, or a file of that.

It is imported only in here, when such a pipeline is brought, and never asks its server for news.
"""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import torch

from augscore.engine.bring.albumentations_steps import (
    as_dict,
    in_words,
    normalize_of,
    obstacles_and_nodes,
)
from augscore.engine.bring.portrait import portrait
from augscore.engine.bring.randomness import unsigned
from augscore.engine.bring.reading import Brought, Notebook, as_it_is, converted, library
from augscore.engine.bring.result import pixels_of
from augscore.engine.bring.running import to_bytes
from augscore.engine.foreign_draw import Parameters, Told
from augscore.engine.normalize import Normalize
from augscore.errors import HostError, UsageError
from augscore.nearest import did_you_mean

LIBRARY = HOME = "albumentations"
_LONGEST = 16
_RESIZING = (".crops.", ".geometric.resize", ".geometric.pad")
# Found of every transform, and no part of what was drawn.
_TECHNICAL = frozenset(["shape", "rows", "cols", "fill", "fill_mask", "interpolation"])


def read(pipeline: Any, *, lossy: bool, tolerant: bool = False) -> Brought:
    """One view of a live object.

    Raises UsageError (`policy_unknown_arg`) for a transform that was given an argument which it
    does not have: albumentations warns and uses the default. `tolerant` lets that pass.
    """
    albumentations()
    for transform in [] if tolerant else all_in(pipeline):
        _refuse_unknown(type(transform).__name__, getattr(transform, "invalid_args", []))
    book = Notebook(lossy)
    known = as_dict(pipeline)
    nodes, obstacles = obstacles_and_nodes(known, book) if known else ((), ["a class of your own"])
    if not obstacles:
        return converted(nodes, book)
    normalize = normalize_of(pipeline)
    return as_it_is(
        library(LIBRARY),
        pipeline,
        AlbumentationsRun(pipeline, normalize),
        obstacles,
        resizes=any(may_resize(transform) for transform in leaves(pipeline)),
        size=_last_size(pipeline),
        normalize=normalize,
        words=in_words(known) if known else portrait(pipeline),
    )


def live(document: Mapping[str, Any], *, tolerant: bool = False) -> Any:
    """The mapping of `to_dict` → a live object; no name in it is imported.

    Raises UsageError: `policy_unknown_op` for a class that albumentations does not have,
    `policy_unknown_arg` and `policy_value` for arguments. `tolerant` lets the library drop those
    that it does not know.
    """
    A = albumentations()
    inner = document.get("transform")
    if not isinstance(inner, Mapping):
        raise UsageError("transform is no mapping", code="policy_syntax", hint="See A.to_dict")
    _check_names(inner, A)
    with nullcontext() if tolerant else _strict():
        try:
            return A.from_dict({"transform": dict(inner)})
        except UserWarning:
            raise
        except Exception as error:
            raise _refused(error) from error


def made(name: str, arguments: Mapping[str, Any], *, tolerant: bool = False) -> Any:
    """A transform or container by its name in albumentations; `tolerant` as for `live`."""
    A = albumentations()
    if name not in _classes(A):
        raise _unknown(name, A)
    with nullcontext() if tolerant else _strict():
        try:
            return _classes(A)[name](**arguments)
        except UserWarning:
            raise
        except Exception as error:
            raise _refused(error) from error


@dataclass(frozen=True)
class AlbumentationsRun:
    """A pipeline whose transforms draw from one generator of the key.

    `set_random_seed` would start each of them from the same numbers: whoever is flipped would be
    greyed, too.
    """

    pipeline: Any
    normalize: Normalize | None

    def __call__(self, image: torch.Tensor, key: int) -> tuple[torch.Tensor, Parameters]:
        return self.made_of(self.given(image), key)

    def given(self, image: torch.Tensor) -> Any:
        # A copy: a transform may write to what it is given.
        return np.array(to_bytes(image).movedim(0, -1).numpy(), order="C")

    def made_of(self, value: Any, key: int) -> tuple[torch.Tensor, Parameters]:
        with reseeded([self.pipeline], unsigned(key)):
            result = self.pipeline(image=value, applied_transforms=[])
            told = result.get("applied_transforms") or told_by(self.pipeline)
        pixels = pixels_of(result.get("image"), f"the pipeline of {LIBRARY}", self.normalize)
        return pixels, tuple((str(name), values_of(values)) for name, values in told)


def albumentations() -> ModuleType:
    """The library; HostError (`library_missing`) where it is not installed."""
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    try:
        import albumentations as A
        import albumentations.pytorch
    except ImportError as error:
        hint = "pip install 'albumentations>=2.0.8,<2.1'"
        raise HostError(f"no albumentations: {error}", code="library_missing", hint=hint) from error
    module: ModuleType = A
    return module


@contextmanager
def reseeded(transforms: Sequence[Any], seed: int) -> Iterator[None]:
    """All of them share generators that start from `seed`; then their own come back."""
    inner = [t for one in transforms for t in all_in(one)]
    before = [(t, t.random_generator, t.py_random) for t in inner]
    shared = np.random.default_rng(seed), random.Random(seed)
    try:
        for transform in transforms:
            transform.set_random_state(*shared)
        yield
    finally:
        for transform, generator, plain in before:
            transform.random_generator, transform.py_random = generator, plain


@contextmanager
def _strict() -> Iterator[None]:
    """Warnings that an argument is missing or unknown are errors."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*(not valid for transform|has no 'p' parameter)")
        try:
            yield
        except UserWarning as warning:
            raise UsageError(
                str(warning), code="policy_unknown_arg", hint="albumentations would use the default"
            ) from warning


def _refused(error: Exception) -> UsageError:
    text = " ".join(str(error).split())
    hint = ""
    if "size" in text and "Field required" in text:
        hint = "albumentations 2 wants size=(height, width) in place of height= and width="
    return UsageError(f"albumentations refuses it: {text}", code="policy_value", hint=hint)


def _refuse_unknown(name: str, arguments: list[str]) -> None:
    if arguments:
        told = f"{name} has no argument {', '.join(map(repr, arguments))}"
        hint = "albumentations warned of it, and uses the default"
        raise UsageError(told, code="policy_unknown_arg", hint=hint)


def _check_names(document: Mapping[str, Any], A: ModuleType) -> None:
    full = document.get("__class_fullname__")
    if not isinstance(full, str):
        raise UsageError("a transform has no __class_fullname__", code="policy_syntax")
    name = full.rpartition(".")[2] if full.startswith("albumentations.") else full
    if name not in _classes(A):
        raise _unknown(full, A)
    inner = document.get("transforms", [])
    for one in inner if isinstance(inner, list | tuple) else [inner]:
        if not isinstance(one, Mapping):
            raise UsageError(f"{name}: transforms is no list of mappings", code="policy_syntax")
        _check_names(one, A)


def _classes(A: ModuleType) -> dict[str, Any]:
    """What albumentations itself can be rebuilt from; no class of the user's."""
    known = A.core.serialization.SERIALIZABLE_REGISTRY
    return {name: kind for name, kind in known.items() if kind.__module__.startswith(f"{HOME}.")}


def _unknown(name: str, A: ModuleType) -> UsageError:
    told = f"albumentations {A.__version__} has no transform named {name!r} that a file can hold"
    return UsageError(told, code="policy_unknown_op", hint=did_you_mean(name, _classes(A)))


def all_in(pipeline: Any) -> Iterator[Any]:
    """It and every transform inside it."""
    yield pipeline
    for inner in getattr(pipeline, "transforms", None) or []:
        if hasattr(inner, "set_random_state"):
            yield from all_in(inner)


def leaves(pipeline: Any) -> Iterator[Any]:
    """Those that hold no others."""
    return (t for t in all_in(pipeline) if not hasattr(t, "check_each_transform"))


def may_resize(transform: Any) -> bool:
    """Whether it may change the size of an image; one of the user's own may do anything."""
    home = type(transform).__module__
    own = home.startswith(f"{HOME}.") and type(transform).__name__ != "Lambda"
    return not own or any(part in home for part in _RESIZING)


def _last_size(pipeline: Any) -> int | None:
    found = None
    for transform in leaves(pipeline):
        if not may_resize(transform):
            continue
        size = getattr(transform, "size", None)
        if size is None and hasattr(transform, "height"):
            size = (transform.height, getattr(transform, "width", None))
        if size is not None:
            sides = [size, size] if isinstance(size, int) else [*size]
            found = int(sides[0]) if sides[0] == sides[1] else None
    return found


def told_by(transform: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """What a single transform says that it drew when it was last called."""
    params = getattr(transform, "params", None)
    return [(type(transform).__name__, params)] if params else []


def values_of(params: Mapping[str, Any]) -> tuple[tuple[str, Told], ...]:
    shown = [(str(k), v) for k, v in params.items() if k not in _TECHNICAL]
    return tuple((name, _plain(value)) for name, value in shown)


def _plain(value: Any) -> Told:
    if isinstance(value, np.ndarray):
        few = value.size <= _LONGEST
        return _plain(value.tolist()) if few else f"array{[*value.shape]}"
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, list | tuple) and len(value) <= _LONGEST:
        return tuple(_plain(item) for item in value)
    return value if isinstance(value, bool | int | float | str) else type(value).__name__
