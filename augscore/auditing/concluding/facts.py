"""What is found without readings: dropped arguments, broken ranges, repeated draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import torch

from augscore.auditing.plan import AuditPlan
from augscore.auditing.probing.feed import feed_facts
from augscore.auditing.probing.loader import loader_facts
from augscore.auditing.probing.ranges import out_of_range
from augscore.auditing.table import IgnoredArgument, LoaderFacts, Table
from augscore.errors import AugscoreError
from augscore.measuring.subjects import Subject, subject
from augscore.runtime import Note, NoteSink

_TRACED = 4


def with_facts(table: Table, plan: AuditPlan, note: NoteSink) -> Table:
    """The same table with what the policy itself shows, on a few of the images."""
    images = list(islice(_images(plan), _TRACED))
    loader, why = None, ""
    if images:
        loader, why = _loader(plan, images[0])
    if why:
        note(Note("not_measured", f"repeated draws were not looked for: {why}"))
    return replace(
        table,
        ignored_arguments=tuple(
            IgnoredArgument(one.op, one.argument, one.message, one.line)
            for one in plan.inspected.ignored
        ),
        out_of_range=out_of_range(plan.inspected, images, seed=plan.seed) if images else (),
        loader=loader,
    )


def _loader(plan: AuditPlan, image: torch.Tensor) -> tuple[LoaderFacts | None, str]:
    """The policy of a training run in the run's own feed."""
    if plan.options.feed is None:
        return loader_facts(plan.inspected, image, seed=plan.seed)
    try:
        return feed_facts(plan.given, plan.options.feed, image), ""
    except AugscoreError as error:
        return None, f"the policy did not run in the feed of its training run: {error}"


def _images(plan: AuditPlan) -> Iterator[torch.Tensor]:
    for offer in plan.pool.offers:
        read = subject(offer, plan.options.max_pixels)
        if isinstance(read, Subject):
            yield read.reference
