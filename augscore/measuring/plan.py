"""What a measurement will do, settled before anything is decoded."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from augscore.engine.policies import PolicyLike, find_policy
from augscore.engine.policy import Policy, seed_of
from augscore.engine.policy_file.digest import policy_digest
from augscore.errors import UsageError
from augscore.images.batches import auto_workers
from augscore.images.labels import Labels, folder_label
from augscore.images.limits import MAX_PIXELS, check_side
from augscore.measuring.measurement import MeasureConfig, ModelIdentity
from augscore.measuring.sources import Source
from augscore.measuring.survey import Choice, Stopped, Survey, survey
from augscore.measuring.terms import Terms
from augscore.runs.shard import Shard
from augscore.runtime import ProgressSink
from augscore.score.verdict import doubts_of
from augscore.strength.readings import STRENGTH
from augscore.strength.scorer import Scorer
from augscore.strength.sight import SMALLEST_SIDE
from augscore.version import VERSION

BATCH = 16


@dataclass(frozen=True)
class MeasureOptions:
    """`size` None: the policy's, or for pairs the model's working size; `workers` None: by rule.

    `labels` names the class of an image; by default that is the first folder of its path. `shard`:
    only its images, of those that `limit` or `sample` choose from the whole source.
    """

    policy: PolicyLike = "simclr"
    views: int = 1
    seed: int | None = None
    size: int | None = None
    batch_size: int | None = None
    workers: int | None = None
    limit: int | None = None
    sample: int | None = None
    max_pixels: int = MAX_PIXELS
    labels: Labels = folder_label
    shard: Shard | None = None


@dataclass(frozen=True)
class MeasurePlan:
    """Options with every default filled in; `policy` and its digest as given: None for pairs."""

    source: Source
    scorer: Scorer
    policy: Policy | None
    policy_digest: str | None
    views: int
    size: int
    batch_size: int
    workers: int
    choice: Choice
    max_pixels: int
    labels: Labels
    survey: Survey
    shard: Shard | None = None

    @property
    def config(self) -> MeasureConfig:
        return MeasureConfig(
            None if self.policy is None else self.policy.name,
            self.policy_digest,
            self.views,
            self.choice.seed,
            self.size,
            self.choice.limit,
            self.choice.sample,
            self.max_pixels,
            str(self.scorer.device),
            None if self.shard is None else str(self.shard),
        )

    @property
    def model(self) -> ModelIdentity:
        model, lens = self.scorer.model, self.scorer.calibration.lens
        return ModelIdentity(
            model.card.name,
            model.card.version,
            model.sha256,
            STRENGTH,
            lens.working_size,
            lens.norm_sigmas,
            doubts_of(model.card),
        )

    @property
    def terms(self) -> Terms:
        ladder = self.scorer.calibration.ladder_for(self.size)
        return Terms(self.config, self.model, ladder, self.source, self.policy)

    @property
    def settings(self) -> dict[str, object]:
        """What an interrupted measurement must share with the one that continues it."""
        return {
            **asdict(self.config),
            "model": self.model.sha256,
            "reading": STRENGTH,
            "version": VERSION,
            "source": self.source.root,
        }


def plan_measurement(
    source: Source,
    scorer: Scorer,
    options: MeasureOptions,
    progress: ProgressSink,
    stopped: Stopped,
) -> MeasurePlan:
    """Check the options and walk the source. Raises UsageError for what cannot be done."""
    given = None if source.paired else find_policy(options.policy)
    policy = None if given is None else of_one_size(given)
    default = scorer.calibration.lens.working_size if policy is None else policy.size
    size = default if options.size is None else options.size
    _check(options, size)
    seed = options.seed if given is None else seed_of(given, options.seed)
    choice = Choice(options.limit, options.sample, seed or 0)
    found = survey(source, choice, progress, stopped, options.shard)
    workers = auto_workers() if options.workers is None else options.workers
    return MeasurePlan(
        source,
        scorer,
        policy,
        None if given is None else policy_digest(given),
        1 if policy is None else options.views,
        size,
        BATCH if options.batch_size is None else options.batch_size,
        workers if source.threads else 0,
        choice,
        options.max_pixels,
        options.labels,
        found,
        options.shard,
    )


def of_one_size(policy: Policy) -> Policy:
    """References have one size, so views have it, too, whatever sizes a multi-crop policy names."""
    return replace(policy, views=tuple(replace(view, size=None) for view in policy.views))


def _check(options: MeasureOptions, size: int) -> None:
    check_side(size)
    least = {
        "size": (size, SMALLEST_SIDE),
        "seed": (0 if options.seed is None else options.seed, 0),
        "views": (options.views, 1),
        "batch_size": (1 if options.batch_size is None else options.batch_size, 1),
        "max_pixels": (options.max_pixels, 1),
    }
    for name, (value, lowest) in least.items():
        if value < lowest:
            raise UsageError(f"{name} must be {lowest} or more, got {value}", code="usage")
