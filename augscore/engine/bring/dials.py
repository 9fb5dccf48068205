"""What is inside an automatic policy of another library, to be run operation by operation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from augscore.engine.bring.dial import Dial
from augscore.engine.bring.kornia import KorniaRun
from augscore.engine.bring.kornia_dials import kornia_dials
from augscore.engine.bring.kornia_pieces import KorniaStage
from augscore.engine.bring.torchvision import TorchvisionRun
from augscore.engine.bring.torchvision_dials import torchvision_dials
from augscore.engine.bring.torchvision_pieces import TorchvisionStage
from augscore.engine.foreign_draw import Run
from augscore.engine.nodes import Foreign


def dials_of(node: Foreign) -> tuple[Dial, ...]:
    """A dial for every operation of RandAugment, TrivialAugment and AutoAugment of kornia, of
    torchvision's first two where they run as they are, and of timm's RandAugment and AutoAugment.

    The node is one of `staged`, or a whole pipeline that is such a policy alone. Empty for all
    else, and for versions of these libraries that are built otherwise.
    """
    match node.run:
        case KorniaStage(transforms=(policy,)) as stage:
            return kornia_dials(policy, lambda op: replace(stage, transforms=(op,)))
        case KorniaRun(pipeline=policy) as run:
            return kornia_dials(policy, lambda op: replace(run, pipeline=op))
        case TorchvisionStage(transforms=(policy,)) as stage:
            return torchvision_dials(policy, lambda op: _alone(stage, op))
        case TorchvisionRun(pipeline=policy) as run:
            return torchvision_dials(policy, lambda op: replace(run, pipeline=op))
        case _:
            return ()


def _alone(stage: TorchvisionStage, op: Any) -> Run:
    return replace(stage, transforms=(op,))
