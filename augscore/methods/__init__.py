"""Losses of self-supervised learning on pairs of views: tensors in, PairLoss out.

The files of the methods are loaded when first used, as in `augscore.methods.simclr.nt_xent`.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from augscore.methods import moco as moco
    from augscore.methods import ressl as ressl
    from augscore.methods import sce as sce
    from augscore.methods import simclr as simclr
    from augscore.methods import simsiam as simsiam
    from augscore.methods import vicreg as vicreg
    from augscore.methods import wmse as wmse

_FILES = ("moco", "ressl", "sce", "simclr", "simsiam", "vicreg", "wmse")


def __getattr__(name: str) -> ModuleType:
    if name not in _FILES:
        raise AttributeError(f"module 'augscore.methods' has no attribute {name!r}")
    return import_module(f"augscore.methods.{name}")
