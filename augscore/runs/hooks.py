"""Where a long run tells of itself, and what may stop it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from augscore.runtime import NoteSink, ProgressSink, StopFlag

Row = TypeVar("Row")


@dataclass(frozen=True)
class Hooks(Generic[Row]):
    """`announce` gets the number of steps that are done already, once the folder is the run's;
    `report` every row of metrics."""

    announce: Callable[[int], None]
    report: Callable[[Row], None]
    progress: ProgressSink
    note: NoteSink
    stop: StopFlag
