"""A pipeline taken apart, in names and chances; and transforms of the user's own."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from augscore import Policy
from augscore.engine.bring.stages import staged
from augscore.engine.nodes import OneOf, RandomApply, RandomOrder, Stage


def tilted(image: Image.Image) -> Image.Image:
    return image.rotate(10)


def mirrored(image: Any, **_: Any) -> Any:
    return np.ascontiguousarray(image[:, ::-1])


class Sometimes:
    """A transform of the user's own, for PIL images, tensors and arrays."""

    def __init__(self, p: float) -> None:
        self.p = p

    def __call__(self, image: Any) -> Any:
        return image


def inside(pipeline: Any, size: int = 32) -> list[Any]:
    """The names of the nodes and their chances."""
    policy = staged(Policy.of(pipeline, size=size))
    return [told(node) for node in policy.views[0].steps]


def told(node: Any) -> Any:
    """Of a container its kind, what is inside and its chance or weights."""
    match node:
        case Stage(name=name, chance=chance):
            return name, chance
        case RandomApply(steps=steps, p=p):
            return "RandomApply", [told(step) for step in steps], p
        case OneOf(choices=choices, weights=weights, p=p):
            return "OneOf", [told(one) for one in choices], weights, p
        case RandomOrder(steps=steps):
            return "RandomOrder", [told(step) for step in steps]
        case _:
            return node.op, node.p
