"""Which operations put black where there was nothing: black pixels are no clipping there."""

from __future__ import annotations

_STEMS = (
    "translate",
    "shift",
    "shear",
    "rotat",
    "affine",
    "perspective",
    "elastic",
    "distort",
    "crop",
    "pad",
    "eras",
    "cutout",
    "dropout",
    "mask",
    "channeldrop",
    "resiz",
    "zoom",
    "augmix",
)


def fills(op: str) -> bool:
    """By its name, in any library's spelling."""
    plain = op.lower().replace("_", "")
    return any(stem in plain for stem in _STEMS)
