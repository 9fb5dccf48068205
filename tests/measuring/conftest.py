from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from augscore.measuring.rows import Measurement
from augscore.measuring.run import MeasureOptions, measure_source
from augscore.measuring.sources import Images, Source, any_source
from augscore.strength.scorer import Scorer

Run = Callable[..., Measurement]

OPTIONS = MeasureOptions(policy="simclr", size=48, workers=0)


@pytest.fixture(autouse=True)
def _quick(small_chunks: None) -> None:
    """Small images in small chunks."""


@pytest.fixture
def run(tiny_scorer: Scorer) -> Run:
    """`run(SOURCE, OPTION=…)`: simclr at 48 px with the tiny model, unless told otherwise."""

    def run(source: Source | Images, **changes: Any) -> Measurement:
        hooks = {k: changes.pop(k) for k in ("rows", "progress", "stopped") if k in changes}
        entries = source if isinstance(source, Source) else any_source(source)
        return measure_source(entries, tiny_scorer, replace(OPTIONS, **changes), **hooks)

    return run
