"""augscore: measure how strongly augmentations move your images, with a network trained on images.

The names below are loaded when first used; importing augscore loads no torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from augscore.version import VERSION as __version__

if TYPE_CHECKING:
    from augscore import methods as methods
    from augscore.auditing.api import audit as audit
    from augscore.auditing.audit import Audit as Audit
    from augscore.engine.augment import augment as augment
    from augscore.engine.augment import replay as replay
    from augscore.engine.collate import Collate as Collate
    from augscore.engine.collate import WithIds as WithIds
    from augscore.engine.draw import Draw as Draw
    from augscore.engine.module import Augment as Augment
    from augscore.engine.policy import Policy as Policy
    from augscore.errors import AugscoreError as AugscoreError
    from augscore.measuring.measurement import Measurement as Measurement
    from augscore.measuring.run import measure as measure
    from augscore.methods.pair_loss import PairLoss as PairLoss
    from augscore.methods.weighting import pair_weights as pair_weights
    from augscore.strength.scorer import Scorer as Scorer
    from augscore.strength.scorer import load_scorer as load_scorer
    from augscore.training.train import train as train


_HOMES = {
    "Audit": "augscore.auditing.audit",
    "Augment": "augscore.engine.module",
    "AugscoreError": "augscore.errors",
    "Collate": "augscore.engine.collate",
    "Draw": "augscore.engine.draw",
    "Measurement": "augscore.measuring.measurement",
    "PairLoss": "augscore.methods.pair_loss",
    "Policy": "augscore.engine.policy",
    "Scorer": "augscore.strength.scorer",
    "WithIds": "augscore.engine.collate",
    "audit": "augscore.auditing.api",
    "augment": "augscore.engine.augment",
    "load_scorer": "augscore.strength.scorer",
    "measure": "augscore.measuring.run",
    "pair_weights": "augscore.methods.weighting",
    "replay": "augscore.engine.augment",
    "train": "augscore.training.train",
}

_FOLDERS = ("methods",)  # their files are public by their own names

__all__ = [*sorted(_HOMES), "__version__"]


def __getattr__(name: str) -> object:
    if name in _FOLDERS:
        return import_module(f"augscore.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'augscore' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
