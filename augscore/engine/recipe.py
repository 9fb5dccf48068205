"""How training augments: a policy with all that stays the same from batch to batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from augscore.engine.apply import Pictures
from augscore.engine.augment import Views, apply_draw, sizes_of
from augscore.engine.check import check_policy
from augscore.engine.door import check_numbers, check_whole, check_words
from augscore.engine.draw import Draw, Precision
from augscore.engine.drawing.view import draw
from augscore.engine.normalize import Normalize
from augscore.engine.normalized import NormalizeChoice, chosen_normalize, normalize_
from augscore.engine.ops.record import BackendChoice
from augscore.engine.policies import PolicyLike, find_policy
from augscore.engine.policy import Policy, seed_of
from augscore.keys import ImageId


@dataclass(frozen=True)
class Recipe:
    """`size` and `views` stand in for the policy's where they are given; `normalize` is what is
    done to the views at the end."""

    policy: Policy
    size: int | None
    seed: int
    views: int | None
    normalize: Normalize | None
    backend: BackendChoice
    precision: Precision

    @staticmethod
    def of(
        policy: PolicyLike,
        *,
        size: int | None,
        seed: int | None,
        views: int | None,
        normalize: NormalizeChoice,
        backend: BackendChoice,
        precision: Precision,
    ) -> Recipe:
        """Whatever names a policy, and numbers, checked; errors as those of `augment`."""
        check_numbers(size, seed, epoch=0)
        check_whole("views", 1 if views is None else views, lowest=1)
        check_words(backend, precision)
        found = find_policy(policy)
        check_policy(found)
        how = chosen_normalize(normalize, found)
        return Recipe(found, size, seed_of(found, seed), views, how, backend, precision)

    def draw(
        self, pictures: Pictures, ids: Sequence[ImageId], *, epoch: int, step: int = 0
    ) -> Draw:
        return draw(
            self.policy,
            ids,
            sizes_of(pictures),
            size=self.size,
            seed=self.seed,
            epoch=epoch,
            step=step,
            views=self.views,
            backend=self.backend,
            precision=self.precision,
        )

    def apply(self, pictures: Pictures, drawn: Draw) -> Views:
        """The views of a draw, normalised if the recipe says so."""
        return tuple(normalize_(v, self.normalize) for v in apply_draw(pictures, drawn, pictures))
