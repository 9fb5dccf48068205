"""What an audit is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from augscore.images.labels import Labels, folder_label
from augscore.images.limits import MAX_PIXELS
from augscore.runs.shard import Shard
from augscore.training.kept_feed import KeptFeed

IMAGES, OP_IMAGES, DRAWS, LEVELS = 1000, 200, 4, 7
QUICK_IMAGES, QUICK_DRAWS, QUICK_LEVELS = 60, 2, 3
FEW = 200


@dataclass(frozen=True)
class AuditOptions:
    """`images` are drawn from the data by the seed; all of them are measured under the whole
    policy, the first `op_images` also operation by operation, at `levels` magnitudes each.

    `draws` views are made of an image, at least two. `size` in px, None: the policy's. `seed` None:
    the policy's own, else 0. `shifts`: whether curves tell the score shift, too, which takes as
    long again. `workers` None: by rule. `shard`: only the images of this part of the data, which
    are drawn and ranked as without. `feed`: of the training run whose policy it is.
    """

    images: int = IMAGES
    op_images: int = OP_IMAGES
    draws: int = DRAWS
    levels: int = LEVELS
    shifts: bool = True
    size: int | None = None
    seed: int | None = None
    batch_size: int | None = None
    workers: int | None = None
    max_pixels: int = MAX_PIXELS
    labels: Labels = folder_label
    shard: Shard | None = None
    feed: KeptFeed | None = None


def quick_options(options: AuditOptions) -> AuditOptions:
    """Fewer of everything: under a minute for most policies."""
    return replace(
        options,
        images=min(options.images, QUICK_IMAGES),
        op_images=min(options.op_images, QUICK_IMAGES),
        draws=min(options.draws, QUICK_DRAWS),
        levels=min(options.levels, QUICK_LEVELS),
        shifts=False,
    )
