"""Things laid one over another."""

from collections.abc import Callable

import numpy as np

from .canvas import Array, smooth
from .colours import mix

Edge = Callable[[Array, Array], Array]
Skin = Callable[[Array, Array], Array]


def stamp(
    canvas: Array,
    at: tuple[float, float],
    size: float,
    turn: float,
    edge: Edge,
    skin: Skin,
    shadow: float = 0.6,
) -> None:
    """Lay one thing on the canvas: edge(u, v) < 0 is inside it, skin(u, v) its colour."""
    reach = size * 1.3 + 3
    top, left = max(0, int(at[0] - reach)), max(0, int(at[1] - reach))
    part = canvas[top : max(0, int(at[0] + reach)), left : max(0, int(at[1] + reach))]
    if not part.size:
        return
    y, x = np.mgrid[: part.shape[0], : part.shape[1]]
    dy, dx = (y + top - at[0]) / size, (x + left - at[1]) / size
    c, s = np.cos(turn), np.sin(turn)
    u, v = dx * c + dy * s, dy * c - dx * s
    su, sv = u - 0.09 * (c + s), v - 0.09 * (c - s)
    dark = 1 - shadow * smooth(0.16, -0.12, edge(su, sv))
    part[:] = mix(part * dark[..., None], skin(u, v), np.clip(0.5 - edge(u, v) * size, 0, 1))
