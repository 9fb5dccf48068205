"""An audit beside what it cannot do without: its images decoded once, and one more view each time.

The ratio of the last row is the audit's images over those of its parts alone; 1 is no overhead.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from augscore.auditing.options import AuditOptions
from augscore.auditing.plan import AuditPlan, plan_audit
from augscore.auditing.run import probe_images
from augscore.auditing.table import ImageRecord, Reading
from augscore.engine.augment import views_of
from augscore.images.resize import bring_to_size
from augscore.measuring.sources import folder_source
from augscore.measuring.subjects import Subject, subject
from augscore.strength.reference import pixel_rms
from augscore.strength.scorer import Scorer, load_scorer
from tests.benchmarks.case import Case, Setting

POLICY, IMAGES, OP_IMAGES = "simclr", 24, 12


def cases(setting: Setting) -> list[Case]:
    """The count of both is that of the views that the audit looks at, so images/s are views/s."""
    scorer = load_scorer(setting.model, str(setting.device))
    plan = _plan(setting.folder, scorer)
    views = _looked_at(plan)
    group = f"auditing {POLICY}, {IMAGES} images at {plan.size} px, {views:,} views"
    return [
        Case(group, "decoding once and one more view", views, _parts(plan, views)),
        Case(group, "the audit", views, lambda: probe_images(plan)),
    ]


def _plan(folder: Path, scorer: Scorer) -> AuditPlan:
    options = AuditOptions(images=IMAGES, op_images=OP_IMAGES, shifts=False, workers=0)
    return plan_audit(POLICY, folder_source([folder]), scorer, options)


def _looked_at(plan: AuditPlan) -> int:
    """Pictures that the network sees: originals, and what differs from them."""
    records = probe_images(plan).records
    return len(records) + sum(_changed(record) for record in records)


def _changed(record: ImageRecord) -> int:
    readings: list[Reading | None] = [view.reading for view in record.views]
    readings += [level.reading for level in record.levels]
    for view in record.views:
        if len(view.applied) > 1:
            readings += [r for part in view.parts for r in (part.alone, part.without)]
    return sum(reading is not None and reading.rms > 0 for reading in readings)


def _parts(plan: AuditPlan, views: int) -> Callable[[], None]:
    def run() -> None:
        read = [subject(offer) for offer in plan.pool.offers]
        images = [one.reference for one in read if isinstance(one, Subject)]
        left = views - len(images)
        originals = torch.stack([bring_to_size(image, plan.size) for image in images])
        described = plan.scorer.describe(originals)
        while left > 0:
            some = min(left, plan.batch_size)
            (view,), _ = views_of(images[:some], plan.policy, views=1, size=plan.size, seed=0)
            plan.scorer.compare(described[:some], plan.scorer.describe(view))
            for k in range(some):
                pixel_rms(originals[k : k + 1], view[k : k + 1])
            left -= some

    return run
