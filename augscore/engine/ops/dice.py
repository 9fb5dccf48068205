"""The random numbers of one step: a thin face on `augscore.keys`, with slots named by argument."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore import keys


@dataclass(frozen=True)
class Dice:
    """Random numbers of N images for one step, each named by an argument of the step's operation.

    `hashes` holds (N,) int64 from `keys.image_hashes`; `occurrence` counts the same op earlier in
    the view.
    """

    hashes: torch.Tensor
    op: str
    occurrence: int

    def uniforms(self, *arguments: str) -> torch.Tensor:
        """(N, len(arguments)) float64 in [0, 1), on the CPU."""
        return keys.uniforms_of(self.hashes, [self._slot(argument) for argument in arguments])

    def between(self, argument: str, low: float, high: float) -> torch.Tensor:
        """(N,) float64 uniform in [low, high)."""
        return low + self.uniforms(argument)[:, 0] * (high - low)

    def whole(self, argument: str, low: float, high: float) -> torch.Tensor:
        """(N,) int64, each of the whole numbers low to high equally likely."""
        return self.between(argument, low, high + 1).floor().to(torch.int64)

    def field_keys(self, argument: str) -> torch.Tensor:
        """(N,) int64 keys, one noise field an image (see `keys.normals`)."""
        return keys.field_keys_of(self.hashes, self._slot(argument))

    def _slot(self, argument: str) -> int:
        return keys.slot(self.op, self.occurrence, argument)
