"""Mean and deviation that training brings pixels to; measuring never does."""

from __future__ import annotations

import math
from dataclasses import dataclass

from augscore.errors import UsageError


@dataclass(frozen=True)
class Normalize:
    """One number for each of red, green and blue, of pixels in [0, 1].

    Raises UsageError (`policy_value`) for another number of them, and for a `std` of 0 or less.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        three = len(self.mean) == len(self.std) == 3
        if not (three and all(map(math.isfinite, self.mean)) and all(std > 0 for std in self.std)):
            raise UsageError(
                f"normalize has mean {self.mean!r} and std {self.std!r}",
                code="policy_value",
                hint="Give each three numbers, for red, green and blue; std above 0",
            )


NORMALIZATIONS = {
    "imagenet": Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "cifar10": Normalize((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "cifar100": Normalize((0.5071, 0.4865, 0.4409), (0.2673, 0.2564, 0.2762)),
}
