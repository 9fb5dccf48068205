"""Whatever was brought → which library reads it → Policy."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from augscore.engine.bring import albumentations, kornia, sololearn, targets, torchvision
from augscore.engine.bring.reading import SIZE_WITHOUT_ONE, Brought
from augscore.engine.found import Found
from augscore.engine.nodes import foreign_in
from augscore.engine.normalize import Normalize
from augscore.engine.policy import Policy, Takes, View
from augscore.errors import UsageError


@dataclass(frozen=True)
class Wish:
    """What the user wants of what is brought; see `Policy.of`. `tolerant`: arguments that
    albumentations drops are no reason to refuse it."""

    name: str = ""
    size: int | None = None
    lossy: bool = False
    takes: Takes = "auto"
    tolerant: bool = False


def bring(pipeline: object, *, name: str, size: int | None, lossy: bool, takes: Takes) -> Policy:
    """See `Policy.of`."""
    return found(pipeline, Wish(name, size, lossy, takes)).policy


def found(pipeline: object, wish: Wish) -> Found:
    """The policy, with the live objects behind it; see `Policy.of`."""
    if wish.takes not in ("auto", "pil", "bytes", "floats"):
        hint = "One of auto, pil, bytes, floats"
        raise UsageError(f"takes is {wish.takes!r}", code="policy_value", hint=hint)
    if isinstance(pipeline, Policy):
        return _named(Found(pipeline, _behind(pipeline)), wish)
    if isinstance(pipeline, str | os.PathLike):
        return _file(Path(pipeline), wish)
    if isinstance(pipeline, Mapping) or sololearn.is_list(pipeline):
        return found_in_document(pipeline, wish)
    return _policy(pipeline, wish)


def is_document(data: object) -> bool:
    """Whether this mapping or list is of another library rather than a policy of our own form."""
    if isinstance(data, Mapping):
        return targets.TARGET in data or ("transform" in data and "augscore_policy" not in data)
    return sololearn.is_list(data)


def found_in_document(data: object, wish: Wish) -> Found:
    """The policy that a mapping or list of another library, or of our own form, stands for."""
    if sololearn.is_list(data):
        return Found(sololearn.read(data, wish.name, wish.size))
    if isinstance(data, Mapping) and targets.TARGET in data:
        return _policy(data, wish)
    if isinstance(data, Mapping) and is_document(data):
        return _policy(albumentations.live(data, tolerant=wish.tolerant), wish)
    from augscore.engine.policies import find_policy

    if isinstance(data, Mapping):
        return _named(Found(find_policy(data)), wish)
    raise UsageError("this is no pipeline", code="policy_syntax", hint="See Policy.of")


def _file(path: Path, wish: Wish) -> Found:
    from augscore.engine.policy_file.read import found_in_file

    return replace(_named(found_in_file(path, wish), wish), file=str(path))


def _named(it: Found, wish: Wish) -> Found:
    name, size = wish.name or it.policy.name, wish.size or it.policy.size
    return replace(it, policy=replace(it.policy, name=name, size=size))


def _behind(policy: Policy) -> tuple[object, ...]:
    """The pipelines that a policy runs as they are."""
    runs = [node.run for view in policy.views for node in foreign_in(view.steps)]
    pipelines = (getattr(run, "pipeline", None) for run in runs)
    return tuple(pipeline for pipeline in pipelines if pipeline is not None)


def _policy(pipeline: object, wish: Wish) -> Found:
    several = isinstance(pipeline, list | tuple)
    items: Sequence[object] = pipeline if isinstance(pipeline, list | tuple) else [pipeline]
    if not items:
        raise UsageError("no pipeline in the list", code="policy_value", hint="One for each view")
    live = [_live(item, wish) for item in items]
    brought = [_view(item, wish) for item in live]
    sizes = [one.size for one in brought]
    size = wish.size or next((s for s in sizes if s is not None), None)
    notes = list(dict.fromkeys(note for one in brought for note in one.notes))
    if size is None:
        size = SIZE_WITHOUT_ONE
        notes.append(f"no step brings images to one square size: views have {size} px; see size")
    views = tuple(
        View(one.nodes, one.size if several and wish.size is None and one.size != size else None)
        for one in brought
    )
    name = wish.name or library_of(live[0])
    policy = Policy(name, size, views, normalize=_normalize(brought), notes=tuple(notes))
    return Found(policy, tuple(live))


def _normalize(brought: Sequence[Brought]) -> Normalize | None:
    found = {one.normalize for one in brought}
    if len(found) > 1:
        told = "the pipelines of the views are normalised differently"
        raise UsageError(told, code="policy_value", hint="Bring them without Normalize")
    return next(iter(found))


def _live(item: object, wish: Wish) -> object:
    if isinstance(item, Mapping) and targets.TARGET in item:
        return targets.live(item, tolerant=wish.tolerant)
    return item


def _view(pipeline: object, wish: Wish) -> Brought:
    if isinstance(pipeline, type):
        told = f"{pipeline.__name__} is a class"
        raise UsageError(told, code="policy_value", hint=f"Bring {pipeline.__name__}(…)")
    if not callable(pipeline):
        kind = type(pipeline).__name__
        hint = "An object of torchvision, kornia or albumentations, or a function of an image"
        raise UsageError(f"a {kind} is no pipeline", code="policy_value", hint=hint)
    library = library_of(pipeline)
    if library == albumentations.LIBRARY:
        return albumentations.read(pipeline, lossy=wish.lossy, tolerant=wish.tolerant)
    if library == kornia.LIBRARY:
        return kornia.read(pipeline, lossy=wish.lossy)
    return torchvision.read(pipeline, lossy=wish.lossy, takes=wish.takes)


def library_of(pipeline: Any) -> str:
    """By the classes that it descends from; what is none of them is called as torchvision's are."""
    homes = [kind.__module__ for kind in type(pipeline).__mro__]
    if any(home.startswith(f"{albumentations.HOME}.") for home in homes):
        return albumentations.LIBRARY
    if any(home.startswith(kornia.HOME) for home in homes):
        return kornia.LIBRARY
    if isinstance(pipeline, torch.nn.Sequential) and len(pipeline):
        return library_of(pipeline[0])
    return torchvision.LIBRARY
