"""Transforms of other libraries that bring images to a size or a type, and augment nothing."""

from __future__ import annotations

_SHAPING = frozenset(
    {
        "resize",
        "centercrop",
        "smallestmaxsize",
        "longestmaxsize",
        "totensor",
        "totensorv2",
        "toimage",
        "topilimage",
        "piltotensor",
        "todtype",
        "topuretensor",
        "convertimagedtype",
        "convertdtype",
        "tofloat",
        "fromfloat",
        "normalize",
    }
)
_IDLE = frozenset({"identity", "noop"})


def nothing_by_design(name: str) -> str:
    """Why a transform of that class name changes no picture; empty for all others."""
    plain = name.lower().replace("_", "")
    if plain in _SHAPING:
        return "it brings images to a size or a type"
    return "it is the identity" if plain in _IDLE else ""
