"""How tests ask for a scene."""

from __future__ import annotations

from typing import Protocol

from augscore.engine.policies import PolicyLike
from augscore.training.weighing.scene import Scene


class MakeScene(Protocol):
    def __call__(
        self, policy: PolicyLike = ..., size: int = ..., views: int = ..., epoch: int = ...
    ) -> Scene: ...
