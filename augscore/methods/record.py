"""What a method is, as data: its loss, its constants, its heads. One record a method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from augscore.methods.pair_loss import PairLoss


@dataclass(frozen=True)
class Embeddings:
    """What the networks made of two views of N images, each (N, D), float of any precision.

    z1, z2      projections of the online network, with gradient; k1 stands in for z1 where the
                first view is a key and no query
    p1, p2      predictions from them, where the method has a predictor; else None
    k1, k2      projections of the momentum copy, without gradient, where it has one; else None
    queue       (K, D) keys of earlier batches, the unfilled ones left out; None without a queue
    generator   what random choices of the loss are drawn from, on the CPU; None: none are needed
    """

    z1: torch.Tensor
    z2: torch.Tensor
    p1: torch.Tensor | None = None
    p2: torch.Tensor | None = None
    k1: torch.Tensor | None = None
    k2: torch.Tensor | None = None
    queue: torch.Tensor | None = None
    generator: torch.Generator | None = None


@dataclass(frozen=True)
class Head:
    """A stack of linear layers, ReLU between them.

    hidden, out     widths; `layers` linear layers in all
    norm_hidden     batch norm before each ReLU
    norm_out        batch norm behind the last layer (without affine parameters, where `affine_out`
                    is False)
    """

    hidden: int
    out: int
    layers: int = 2
    norm_hidden: bool = True
    norm_out: bool = False
    affine_out: bool = True


@dataclass(frozen=True)
class Constants:
    """Numbers of a method; every method extends it by its own, with defaults."""


@dataclass(frozen=True)
class TargetConstants(Constants):
    """Numbers of a method with a momentum copy of its network and a queue of its keys.

    momentum    of the copy, at the start; it rises by half a cosine to `momentum_end`
    queue_size  keys kept, 0 for none: then the other images of the batch stand in
    symmetric   whether each view is the query once
    """

    momentum: float = 0.99
    momentum_end: float = 0.99
    queue_size: int = 4096
    symmetric: bool = False


@dataclass(frozen=True)
class Method:
    """One way to learn from pairs.

    name, title, source     as commands take it, as papers write it, paper and equation
    constants               its numbers at their defaults; their type is that of its options
    loss                    (embeddings, constants) → PairLoss; constants are of that type
    projector, predictor    heads at the published defaults
    coupled                 whether rows of a batch enter each other's loss, so that accumulating
                            gradients over small batches is not a large batch
    """

    name: str
    title: str
    source: str
    constants: Constants
    loss: Callable[[Embeddings, Constants], PairLoss]
    projector: Head
    predictor: Head | None = None
    coupled: bool = True

    @property
    def has_target(self) -> bool:
        """Whether it learns from a momentum copy of its own network."""
        return isinstance(self.constants, TargetConstants)
