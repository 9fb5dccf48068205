"""What the numbers of a result stand on: all of a plan that is needed once images are measured."""

from __future__ import annotations

from dataclasses import dataclass, replace

from augscore.engine.policy import Policy
from augscore.measuring.measurement import MeasureConfig, ModelIdentity
from augscore.measuring.sources import Source
from augscore.strength.ladder import Ladder


@dataclass(frozen=True)
class Terms:
    """`policy`: as it is drawn, of one size; None for pairs."""

    config: MeasureConfig
    model: ModelIdentity
    ladder: Ladder
    source: Source
    policy: Policy | None

    @property
    def of_whole(self) -> Terms:
        """Those of the result that the parts add up to."""
        return replace(self, config=replace(self.config, shard=None))
