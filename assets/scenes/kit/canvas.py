"""What every scene is drawn on: types, sizes and positions."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rng = np.random.Generator
Shape = tuple[int, int]
# Twice the size of the finished pictures.
WIDE, TALL = (750, 1000), (1000, 750)


def grid(shape: Shape) -> tuple[Array, Array]:
    """How far down and how far right each pixel lies, from 0 to 1."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    return y / shape[0], x / shape[1]


def smooth(start: float, end: float, value: Array) -> Array:
    """0 up to the start and 1 from the end on; falls if the end lies below the start."""
    t = np.clip((value - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def anywhere(rng: Rng, shape: Shape) -> tuple[float, float]:
    """A position (y, x) in the picture or just outside it."""
    return rng.uniform(-0.1, 1.1) * shape[0], rng.uniform(-0.1, 1.1) * shape[1]
