from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from augscore.measuring.measurement import Measurement
from augscore.measuring.plan import MeasureOptions, MeasurePlan, plan_measurement
from augscore.measuring.run import run_measurement
from augscore.measuring.sources import Images, Source, any_source
from augscore.strength.scorer import Scorer

Run = Callable[..., Measurement]
Plan = Callable[..., MeasurePlan]

OPTIONS = MeasureOptions(policy="simclr", size=48, workers=0)
NO_HOOKS: dict[str, Callable[..., None]] = {
    "progress": lambda event: None,
    "stopped": lambda: None,
}


@pytest.fixture(autouse=True)
def _quick(small_chunks: None) -> None:
    """Small images in small chunks."""


@pytest.fixture
def plan(tiny_scorer: Scorer) -> Plan:
    """`plan(SOURCE, OPTION=…)`: simclr at 48 px with the tiny model, unless told otherwise."""

    def plan(source: Source | Images, **changes: Any) -> MeasurePlan:
        hooks = {k: changes.pop(k, nothing) for k, nothing in NO_HOOKS.items()}
        entries = source if isinstance(source, Source) else any_source(source)
        return plan_measurement(entries, tiny_scorer, replace(OPTIONS, **changes), **hooks)

    return plan


@pytest.fixture
def run(plan: Plan) -> Run:
    """The plan of the same arguments, carried out."""

    def run(source: Source | Images, **changes: Any) -> Measurement:
        kinds = ("earlier", "record", "rows", "keep_rows", "note")
        further = {k: changes.pop(k) for k in kinds if k in changes}
        hooks = {k: changes[k] for k in NO_HOOKS if k in changes}
        return run_measurement(plan(source, **changes), **hooks, **further)

    return run
