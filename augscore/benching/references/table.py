"""Every operation with its references, or with the reason why it has none."""

from __future__ import annotations

from augscore.benching.references.colours import COLOURS
from augscore.benching.references.filters import FILTERS
from augscore.benching.references.frames import FRAMES
from augscore.benching.references.rand_augment import RAND_AUGMENT
from augscore.benching.references.record import Reference
from augscore.benching.references.warps import WARPS

REFERENCES: tuple[Reference, ...] = (*FRAMES, *WARPS, *COLOURS, *FILTERS, *RAND_AUGMENT)

_OWN_NOISE = "noise of a key; tests hold it to its law"

WITHOUT: dict[str, str] = {
    "GaussianNoise": _OWN_NOISE,
    "ShotNoise": _OWN_NOISE,
    "ImpulseNoise": _OWN_NOISE,
}


def references_of(op: str) -> list[Reference]:
    """Those of an operation; the first is what its result is held to."""
    return [reference for reference in REFERENCES if reference.op == op]
