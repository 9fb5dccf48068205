"""A first walk that decodes nothing: how many images, which of them, and what they are called."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from augscore import keys
from augscore.images.pairs import Pair
from augscore.images.records import Candidate, Ignored, Skipped
from augscore.keys import ImageId
from augscore.measuring.sources import Entry, Offer, Source, entry_id, record_id
from augscore.runs.shard import Shard
from augscore.runtime import Progress, ProgressSink

YARDSTICK_IMAGES, SPARE_IMAGES = 32, 224
_TOLD_EVERY = 1000

Stopped = Callable[[], str | None]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Choice:
    """The first `limit` images, or `sample` of them by their keys; None means all."""

    limit: int | None = None
    sample: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Survey:
    """`wanted` images will be measured, and `records` counts also what cannot be opened at all;
    `sample` names the images where only some are wanted. All else is that of the whole source,
    whatever the shard.

    The first of the `yardstick` that can be read, `YARDSTICK_IMAGES` of them, tell how far two
    unrelated images lie apart; the spare ones see to it that a bad file changes no good file's
    number. `fingerprint` digests names, sizes and times of all that is to be measured, and what
    cannot be opened; `listing` the same without the times, which a copy need not share.
    """

    wanted: int
    records: int
    sample: frozenset[ImageId] | None
    yardstick: tuple[Offer, ...]
    fingerprint: str
    listing: str


def survey(
    source: Source,
    choice: Choice,
    progress: ProgressSink,
    stopped: Stopped,
    shard: Shard | None = None,
) -> Survey:
    """Walk `source` once; an interrupted walk knows of what it saw."""
    walk = _Walk(shard)
    offers = told(walk.offers(source.entries()), progress, stopped)
    sample, rest = None, offers
    if choice.sample is not None:
        sampled = _sampled(offers, choice.sample, choice.seed)
        sample = frozenset(entry_id(offer) for offer in sampled)
        offers = iter(sampled)
    yardstick = _yardstick(walk.wanted(islice(offers, choice.limit)))
    for _ in rest:
        pass
    records = walk.count + walk.skipped
    digests = (walk.digest.hexdigest(), walk.listing.hexdigest())
    return Survey(walk.count, records, sample, yardstick, *digests)


def chosen(
    entries: Iterable[Entry], choice: Choice, sample: frozenset[ImageId] | None
) -> Iterator[tuple[Entry, bool]]:
    """Every entry, and whether it is to be measured; skipped and ignored ones always pass."""
    taken = 0
    for entry in entries:
        if isinstance(entry, Skipped | Ignored):
            yield entry, True
            continue
        take = sample is None or entry_id(entry) in sample
        take = take and (choice.limit is None or taken < choice.limit)
        taken += take
        yield entry, take


def told(found: Iterator[Found], progress: ProgressSink, stopped: Stopped) -> Iterator[Found]:
    """The same, counted now and then; a signal ends the walk."""
    for number, one in enumerate(found):
        if number % _TOLD_EVERY == 0:
            progress(Progress("finding", number, None, "images"))
            if stopped() is not None:
                return
        yield one


def _sampled(offers: Iterator[Offer], count: int, seed: int) -> list[Offer]:
    """`count` of them by key, in the order of the walk."""
    ranked = keys.first_by_rank(offers, entry_id, count, purpose="sample", seed=seed)
    return [offer for _, offer in sorted(ranked, key=lambda row: row[0])]


def _yardstick(offers: Iterator[Offer]) -> tuple[Offer, ...]:
    """In the order of their keys."""
    most = YARDSTICK_IMAGES + SPARE_IMAGES
    ranked = keys.first_by_rank(offers, entry_id, most, purpose="yardstick", seed=0)
    return tuple(offer for _, offer in ranked)


class _Walk:
    """Digests what passes by, and counts what of it is of the shard."""

    def __init__(self, shard: Shard | None) -> None:
        self._shard = shard
        self.count = 0
        self.skipped = 0
        self.digest = hashlib.blake2b(digest_size=16)
        self.listing = hashlib.blake2b(digest_size=16)

    def offers(self, entries: Iterable[Entry]) -> Iterator[Offer]:
        for entry in entries:
            if isinstance(entry, Skipped):
                self.skipped += self._is_ours(entry)
                told = f"{entry.name}\0{entry.reason}\0".encode("utf-8", "surrogateescape")
                self.digest.update(told)
                self.listing.update(told)
            elif not isinstance(entry, Ignored):
                yield entry

    def wanted(self, offers: Iterator[Offer]) -> Iterator[Offer]:
        for offer in offers:
            self.count += self._is_ours(offer)
            self.digest.update(state_of(offer))
            self.listing.update(listed_of(offer))
            yield offer

    def _is_ours(self, entry: Offer | Skipped) -> bool:
        return self._shard is None or self._shard.takes(record_id(entry))


def state_of(offer: Offer) -> bytes:
    """Name, size and time of what will be read: other bytes for another file."""
    return _joined(offer, [_state(file) for file in _files(offer)])


def listed_of(offer: Offer) -> bytes:
    """Without the times, which copies on several machines need not share."""
    return _joined(offer, [_state(file).partition(b" ")[0] for file in _files(offer)])


def _joined(offer: Offer, states: list[bytes]) -> bytes:
    name = str(entry_id(offer)).encode("utf-8", "surrogateescape")
    return b"\0".join([name, *states, b""])


def _files(offer: Offer) -> list[Candidate]:
    both = (offer.reference, offer.distorted) if isinstance(offer, Pair) else (offer,)
    return [file for file in both if isinstance(file, Candidate)]


def _state(file: Candidate) -> bytes:
    """Size and time."""
    try:
        status = os.stat(file.path)
    except OSError:
        return b"gone"
    return f"{status.st_size} {status.st_mtime_ns}".encode()
