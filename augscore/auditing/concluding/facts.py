"""What is found without readings: dropped arguments, broken ranges, repeated draws."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import torch

from augscore.auditing.plan import AuditPlan
from augscore.auditing.probing.loader import loader_facts
from augscore.auditing.probing.ranges import out_of_range
from augscore.auditing.table import IgnoredArgument, Table
from augscore.measuring.subjects import Subject, subject
from augscore.runtime import Note, NoteSink

_TRACED = 4


def with_facts(table: Table, plan: AuditPlan, note: NoteSink) -> Table:
    """The same table with what the policy itself shows, on a few of the images."""
    images = list(islice(_images(plan), _TRACED))
    loader, why = None, "there is no image"
    if images:
        loader, why = loader_facts(plan.inspected, images[0], seed=plan.seed)
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


def _images(plan: AuditPlan) -> Iterator[torch.Tensor]:
    for offer in plan.pool.offers:
        read = subject(offer, plan.options.max_pixels)
        if isinstance(read, Subject):
            yield read.reference
