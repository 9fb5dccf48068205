"""The policy in a real DataLoader on one fixed image: do its workers and epochs repeat draws?"""

from __future__ import annotations

import hashlib
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

from augscore import keys
from augscore.auditing.table import LoaderFacts
from augscore.engine.bring.randomness import seeded, unsigned
from augscore.engine.bring.raw import RawPipeline, raw
from augscore.engine.bring.time_limit import TookTooLong, limited
from augscore.engine.bring.users_own import users_own
from augscore.engine.collate import Collate
from augscore.engine.found import Found
from augscore.engine.policy import Policy

BATCH = 4
_MOST_SECONDS = 30.0
_BROKE, _MOST_BROKEN = "broke: ", 0.5
_MOST_ALONE = 4
_SLOT = keys.slot("audit", 0, "loader")


@dataclass(frozen=True)
class Trial:
    """How many workers, epochs, and views an epoch."""

    workers: int = 2
    epochs: int = 2
    samples: int = 32


def loader_facts(
    found: Found, image: torch.Tensor, *, seed: int, trial: Trial = Trial()
) -> tuple[LoaderFacts | None, str]:
    """How many views of one image differ, and why that is not known where it is not.

    `image`: (3, H, W) uint8. Pipelines of other libraries run as their owner runs them, as copies,
    with their own generators, in a data set that gives the image to each view; of several the one
    that repeats most is told, or the transform of the user's own inside them that does so alone.
    Draws at which it raises are one view. A policy of our own form runs in `Collate`. Global
    generators start from `seed` and are put back. Workers are forked where that is the system's
    way, else they are started anew, which wants a pipeline that can be pickled.
    """
    key = int(keys.field_keys(torch.zeros(1, dtype=torch.int64), _SLOT, seed=seed))
    try:
        facts = [_facts(source, key, trial) for source in _sources(found, image, key)]
    except (Exception, TookTooLong) as error:
        return None, _why(error)
    for source in _hidden(found, image, key):
        with suppress(Exception, TookTooLong):
            facts.append(_facts(source, key, trial))
    return min(facts, key=lambda one: one.distinct / one.distinct_without_workers), ""


@dataclass(frozen=True)
class _Feed:
    """What a DataLoader is made of; its batches are lists of digests of views."""

    dataset: Dataset[Any]
    collate: Callable[[list[Any]], list[str]]
    at_epoch: Callable[[int], None] = lambda epoch: None


@dataclass(frozen=True)
class _Source:
    """Whence views come; `fresh` makes it anew, for so many views."""

    fresh: Callable[[int], _Feed]
    op: str = ""


def _sources(found: Found, image: torch.Tensor, key: int) -> list[_Source]:
    """One for each pipeline, or one for the policy."""
    if not found.pipelines:
        return [_Source(partial(_feed_of_policy, found.policy, image, key))]
    return [_Source(partial(_feed_of_pipeline, raw(one), image, key)) for one in _distinct(found)]


def _hidden(found: Found, image: torch.Tensor, key: int) -> list[_Source]:
    """Transforms of the user's own inside the pipelines: others may hide what they repeat."""
    copies = [raw(pipeline).copied(_seed(key)) for pipeline in _distinct(found)]
    inside = [one for pipeline in copies for one in users_own(pipeline)]
    return [
        _Source(partial(_feed_of_pipeline, alone, image, key), name)
        for name, alone in inside[:_MOST_ALONE]
    ]


def _seed(key: int) -> int:
    """A seed as numpy takes it."""
    return unsigned(key) % 2**32


def _distinct(found: Found) -> list[object]:
    return [*{id(pipeline): pipeline for pipeline in found.pipelines}.values()]


def _feed_of_pipeline(pipeline: RawPipeline, image: torch.Tensor, key: int, count: int) -> _Feed:
    return _Feed(_Views(pipeline.copied(_seed(key)), image, count), list)


def _feed_of_policy(policy: Policy, image: torch.Tensor, key: int, count: int) -> _Feed:
    collate = Collate(policy, seed=_seed(key))
    return _Feed(_Samples(image, count), _Digests(collate), collate.set_epoch)


@dataclass(frozen=True)
class _Views(Dataset[str]):
    """Views of one image, as digests."""

    raw: RawPipeline
    image: torch.Tensor
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> str:
        try:
            return _digest(self.raw(self.image))
        except Exception as error:
            return f"{_BROKE}{type(error).__name__}: {error}"


@dataclass(frozen=True)
class _Samples(Dataset[tuple[torch.Tensor, int, int]]):
    """One image under as many ids, for `Collate`."""

    image: torch.Tensor
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int, int]:
        return self.image, 0, index


@dataclass(frozen=True)
class _Digests:
    """A batch of `Collate` → a digest an image, of all of its views."""

    collate: Collate

    def __call__(self, samples: list[Any]) -> list[str]:
        views = self.collate(samples).views
        return [_digest([view[place] for view in views]) for place in range(len(samples))]


def _facts(source: _Source, key: int, trial: Trial) -> LoaderFacts:
    with_workers = _seen(source.fresh(trial.samples), key, trial.workers, trial.epochs)
    without = _seen(source.fresh(trial.samples), key, 0, trial.epochs)
    broken = [one for epoch in without for one in epoch if one.startswith(_BROKE)]
    if len(broken) > trial.samples * trial.epochs * _MOST_BROKEN:
        raise RuntimeError(broken[0].removeprefix(_BROKE))
    return LoaderFacts(
        trial.workers,
        trial.epochs,
        trial.samples * trial.epochs,
        len({digest for epoch in with_workers for digest in epoch}),
        len({digest for epoch in without for digest in epoch}),
        _coincide(with_workers[0], trial.workers),
        source.op,
    )


def _seen(feed: _Feed, key: int, workers: int, epochs: int) -> list[list[str]]:
    """The digests of every epoch, in the order of the loader."""
    seen = []
    with seeded(key), warnings.catch_warnings(), limited(_MOST_SECONDS):
        # Of more workers than cores, and of forks beside threads.
        warnings.simplefilter("ignore")
        loader: DataLoader[Any] = DataLoader(
            feed.dataset,
            batch_size=BATCH,
            num_workers=workers,
            collate_fn=feed.collate,
            multiprocessing_context=_context() if workers else None,
            timeout=_MOST_SECONDS if workers else 0,
        )
        for epoch in range(epochs):
            feed.at_epoch(epoch)
            seen.append([digest for batch in loader for digest in batch])
    return seen


def _context() -> str:
    return "fork" if sys.platform == "linux" else "spawn"


def _coincide(digests: Sequence[str], workers: int) -> bool:
    """Whether every worker made the same views in the same order; batches go round among them."""
    batches = [[*digests[start : start + BATCH]] for start in range(0, len(digests), BATCH)]
    rounds = len(batches) // workers
    shares = [batches[worker::workers][:rounds] for worker in range(workers)]
    return workers > 1 and all(share == shares[0] for share in shares)


def _digest(value: Any) -> str:
    return hashlib.blake2b(_bytes(value), digest_size=16).hexdigest()


def _bytes(value: Any) -> bytes:
    if isinstance(value, list | tuple):
        return b"".join(map(_bytes, value))
    if isinstance(value, Image.Image):
        return value.tobytes()
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    if not isinstance(value, np.ndarray):
        raise TypeError(f"the pipeline returned a {type(value).__name__}")
    return value.tobytes()


def _why(error: BaseException) -> str:
    """The last line: a worker's error has its whole traceback in its message."""
    if isinstance(error, TookTooLong):
        return f"the pipeline took longer than {_MOST_SECONDS:g} s in a DataLoader"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told, name = lines[-1] if lines else "", type(error).__name__
    told = told if name in told else f"{name}: {told}"
    return f"the pipeline did not run in a DataLoader: {told}"
