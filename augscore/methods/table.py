"""All methods by name, in the order in which they are shown."""

from __future__ import annotations

from augscore.errors import UsageError
from augscore.methods.moco import MOCO
from augscore.methods.record import Constants, Method, TargetConstants
from augscore.methods.ressl import RESSL
from augscore.methods.sce import SCE
from augscore.methods.simclr import SIMCLR
from augscore.methods.simsiam import SIMSIAM
from augscore.methods.vicreg import VICREG
from augscore.methods.wmse import WMSE
from augscore.nearest import did_you_mean

METHODS: dict[str, Method] = {
    method.name: method for method in (SIMCLR, SIMSIAM, WMSE, VICREG, MOCO, RESSL, SCE)
}


def find_method(name: str) -> Method:
    """The method of that name, in any case; UsageError (`unknown_method`) with the nearest name."""
    if name.strip().lower() in METHODS:
        return METHODS[name.strip().lower()]
    raise UsageError(
        f"unknown method {name!r}", code="unknown_method", hint=did_you_mean(name, METHODS)
    )


def couples_rows(method: Method, constants: Constants) -> bool:
    """Whether rows of a batch enter each other's loss: always for some methods, and without a queue
    for all that have one."""
    if isinstance(constants, TargetConstants):
        return method.coupled or constants.queue_size == 0
    return method.coupled
