"""What is timed: a recipe that several libraries know, at a size, for a batch of images."""

from __future__ import annotations

from dataclasses import dataclass

from augscore.engine.nodes import Node, RandAugment
from augscore.engine.normalize import NORMALIZATIONS, Normalize
from augscore.engine.policy import Policy, View
from augscore.engine.presets import preset

NORMALIZE: Normalize = NORMALIZATIONS["imagenet"]
SMALL = 64
"""Up to this size, in px, images are augmented as CIFAR's are."""


@dataclass(frozen=True)
class SimCLR:
    """A view of SimCLR. `strength` scales its jitter of (.8, .8, .8, .2); a `kernel` of 0 is no
    blur."""

    preset: str
    strength: float
    kernel: int

    @property
    def jitter(self) -> tuple[float, float, float, float]:
        return (0.8 * self.strength,) * 3 + (0.2 * self.strength,)

    @property
    def nodes(self) -> tuple[Node, ...]:
        return preset(self.preset).views[0].steps

    @property
    def title(self) -> str:
        return self.preset


@dataclass(frozen=True)
class Levels:
    """RandAugment with torchvision's table."""

    num_ops: int = 2
    magnitude: int = 9

    @property
    def nodes(self) -> tuple[Node, ...]:
        return (RandAugment(self.num_ops, self.magnitude),)

    @property
    def title(self) -> str:
        return f"randaugment({self.num_ops},{self.magnitude})"


@dataclass(frozen=True)
class Task:
    """One view of `batch` uint8 images of `source` px, as normalised float32 of `size` px."""

    recipe: SimCLR | Levels
    size: int
    source: int
    batch: int

    @property
    def policy(self) -> Policy:
        return Policy(self.recipe.title, self.size, (View(self.recipe.nodes),))

    @property
    def title(self) -> str:
        return f"{self.recipe.title}, {self.source} to {self.size} px, batch {self.batch}"

    @property
    def bytes_an_image(self) -> int:
        """What has to be read and written at the least."""
        return 3 * self.source**2 + 4 * 3 * self.size**2


def tasks_at(size: int, source: int | None, batch: int) -> list[Task]:
    """SimCLR and RandAugment at a size; sources are of that size if none is given."""
    small = SimCLR("simclr-cifar", 0.5, 0)
    simclr = small if size <= SMALL else SimCLR("simclr", 1.0, 23)
    return [Task(simclr, size, source or size, batch), Task(Levels(), size, size, batch)]
