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
    """Why a transform of that class name, or several with commas between them, changes no picture;
    empty for all others."""
    plain = {piece.strip().lower().replace("_", "") for piece in name.split(",")}
    if plain <= _IDLE:
        return "it is the identity"
    return "it brings images to a size or a type" if plain <= _SHAPING | _IDLE else ""
