"""What an audit will do, settled before anything is measured."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from augscore import keys
from augscore.auditing.anatomy.parts import Probe, probes_of
from augscore.auditing.anatomy.policy_lines import with_lines
from augscore.auditing.options import AuditOptions
from augscore.engine.bring.stages import staged
from augscore.engine.found import Found
from augscore.engine.policies import PolicyLike, inspect_policy
from augscore.engine.policy import Policy, seed_of
from augscore.engine.policy_file.digest import policy_digest
from augscore.errors import UsageError
from augscore.images.batches import auto_workers
from augscore.images.limits import check_side
from augscore.images.records import Ignored, Skipped
from augscore.keys import ImageId
from augscore.measuring.sources import Entry, Offer, Source, entry_id
from augscore.measuring.survey import Stopped, state_of, told
from augscore.runs.shard import Shard
from augscore.runtime import ProgressSink
from augscore.score.verdict import doubts_of
from augscore.strength.readings import STRENGTH
from augscore.strength.scorer import Scorer
from augscore.strength.sight import SMALLEST_SIDE, chunk_size
from augscore.version import VERSION

BATCH = 8


@dataclass(frozen=True)
class Pool:
    """The images that the seed drew, in the order of their ranks, and what else there was.

    `places` are those of the images to be measured here: all, or those of one shard.
    """

    offers: tuple[Offer, ...]
    places: tuple[int, ...]
    unopened: tuple[Skipped, ...]
    ignored: int
    total: int

    @property
    def own(self) -> list[Offer]:
        """The images to be measured here."""
        return [self.offers[place] for place in self.places]


@dataclass(frozen=True)
class AuditPlan:
    """Options with every default filled in; `inspected` holds the policy as it was named, `policy`
    is the same with views of one size, and other libraries' pipelines taken apart."""

    source: Source
    scorer: Scorer
    inspected: Found
    policy: Policy
    digest: str
    probes: tuple[Probe, ...]
    size: int
    seed: int
    batch_size: int
    workers: int
    options: AuditOptions
    pool: Pool

    @property
    def given(self) -> Policy:
        """The policy as it was named."""
        return self.inspected.policy

    @property
    def settings(self) -> dict[str, object]:
        """What an interrupted audit must share with the one that continues it."""
        options = self.options
        return {
            "policy": self.digest,
            "code": self.inspected.code,
            "images": options.images,
            "op_images": options.op_images,
            "draws": options.draws,
            "levels": options.levels,
            "shifts": options.shifts,
            "size": self.size,
            "seed": self.seed,
            "max_pixels": options.max_pixels,
            "model": self.scorer.model.sha256,
            "reading": STRENGTH,
            "device": str(self.scorer.device),
            "version": VERSION,
            "source": self.source.root,
            "images-found": self._files(),
            "shard": None if options.shard is None else str(options.shard),
        }

    def _files(self) -> str:
        digest = hashlib.blake2b(digest_size=16)
        for offer in self.pool.offers:
            digest.update(state_of(offer))
        return digest.hexdigest()

    @property
    def doubts(self) -> tuple[str, ...]:
        return doubts_of(self.scorer.model.card)


def plan_audit(
    policy: PolicyLike | Found,
    source: Source,
    scorer: Scorer,
    options: AuditOptions,
    progress: ProgressSink = lambda event: None,
    stopped: Stopped = lambda: None,
) -> AuditPlan:
    """Check the options, walk the source and take the policy apart. Raises UsageError."""
    inspected = policy if isinstance(policy, Found) else inspect_policy(policy)
    given = inspected.policy
    size = given.size if options.size is None else options.size
    _check(options, size)
    seed = seed_of(given, options.seed)
    apart = taken_apart(given)
    workers = auto_workers() if options.workers is None else options.workers
    return AuditPlan(
        source,
        scorer,
        inspected,
        apart,
        policy_digest(given),
        _with_lines(probes_of(apart, options.levels), inspected.file),
        size,
        seed,
        _batch(size, scorer) if options.batch_size is None else options.batch_size,
        workers if source.threads else 0,
        options,
        find_pool(source, options, seed, progress, stopped),
    )


def _with_lines(probes: tuple[Probe, ...], file: str) -> tuple[Probe, ...]:
    """`file`: the policy file, empty for none."""
    if not file:
        return probes
    parts = with_lines([probe.part for probe in probes], Path(file))
    return tuple(replace(p, part=part) for p, part in zip(probes, parts, strict=True))


def taken_apart(given: Policy) -> Policy:
    """With views of one size, and other libraries' pipelines as their stages."""
    return staged(replace(given, views=tuple(replace(view, size=None) for view in given.views)))


def _batch(size: int, scorer: Scorer) -> int:
    """As many small images as the network sees at once: it pads what is less."""
    side = min(size, scorer.calibration.lens.working_size)
    return max(BATCH, chunk_size(torch.empty(0, 3, side, side, device=scorer.device)))


def find_pool(
    source: Source,
    options: AuditOptions,
    seed: int,
    progress: ProgressSink = lambda event: None,
    stopped: Stopped = lambda: None,
) -> Pool:
    """Walk the source once and draw the images."""
    walk = _Walk()
    found = walk.offers(told(source.entries(), progress, stopped))
    ranked = keys.first_by_rank(found, entry_id, options.images, purpose="audit", seed=seed)
    offers = tuple(offer for _, offer in ranked)
    places = (k for k, offer in enumerate(offers) if _is_ours(options.shard, entry_id(offer)))
    return Pool(offers, tuple(places), tuple(walk.unopened), walk.ignored, walk.total)


def _is_ours(shard: Shard | None, image: ImageId) -> bool:
    return shard is None or shard.takes(image)


class _Walk:
    """Hands on what may be an image, and keeps count of the rest."""

    def __init__(self) -> None:
        self.unopened: list[Skipped] = []
        self.ignored = 0
        self.total = 0

    def offers(self, entries: Iterable[Entry]) -> Iterator[Offer]:
        for entry in entries:
            self.total += 1
            if isinstance(entry, Skipped):
                self.unopened.append(entry)
            elif isinstance(entry, Ignored):
                self.ignored += 1
            else:
                yield entry


def _check(options: AuditOptions, size: int) -> None:
    check_side(size)
    least = {
        "size": (size, SMALLEST_SIDE),
        "n": (options.images, 1),
        "op_images": (options.op_images, 0),
        "draws": (options.draws, 2),
        "levels": (options.levels, 2),
        "seed": (0 if options.seed is None else options.seed, 0),
        "batch_size": (1 if options.batch_size is None else options.batch_size, 1),
        "max_pixels": (options.max_pixels, 1),
    }
    for name, (value, lowest) in least.items():
        if value < lowest:
            raise UsageError(f"{name} must be {lowest} or more, got {value}", code="usage")
