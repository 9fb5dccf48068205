"""Which views of an image are a positive pair, and which of the two is the target's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from augscore.engine.policy import Policy
from augscore.errors import UsageError
from augscore.methods.multiview import pairs_of
from augscore.methods.record import Constants, TargetConstants

AnyConstants = TypeVar("AnyConstants", bound=Constants)


@dataclass(frozen=True)
class Pairing:
    """Places of views.

    pairs           first and second view of each positive pair; to a method with a momentum copy
                    the first is the key, which the copy sees, and the second the query
    global_views    the full-size views, in the policy's order: what the momentum copy sees
    """

    pairs: tuple[tuple[int, int], ...]
    global_views: tuple[int, ...]


def pairing_of(policy: Policy, views: int, size: int, constants: Constants) -> Pairing:
    """Two views: one pair. More of one size: all pairs (Ermolov et al. 2021, arXiv 2007.06346,
    section 3). Smaller ones beside: each global view with every other one (Caron et al. 2020,
    arXiv 2006.09882, section 3.2).

    A momentum copy sees the weak view where the policy names one, else the first; with more than
    two views every global view is a key once for each other view. Raises UsageError (`usage`) for
    full-size views behind smaller ones, and for a single view.
    """
    sides = [side_of(policy, view, size) for view in range(views)]
    whole = tuple(view for view, side in enumerate(sides) if side == max(sides))
    if whole != tuple(range(len(whole))):
        raise UsageError(
            f"policy {policy.name} has views of {', '.join(map(str, sides))} px in this order",
            code="usage",
            hint="Put the full-size views first",
        )
    if not isinstance(constants, TargetConstants):
        return Pairing(pairs_of(views, len(whole)), whole)
    if views == 2 and len(whole) == 2:
        key = _weak_view(policy)
        return Pairing(((key, 1 - key),), whole)
    return Pairing(pairs_of(views, len(whole), ordered=True), whole)


def constants_for(pairing: Pairing, constants: AnyConstants) -> AnyConstants:
    """As each of several pairs is weighed: with more than two views all directions are listed."""
    if isinstance(constants, TargetConstants) and len(pairing.pairs) > 1:
        return replace(constants, symmetric=False)
    return constants


def key_views(pairing: Pairing, constants: TargetConstants) -> tuple[int, ...]:
    """The views whose keys go into the queue: both where each is a query once, else the first of
    each pair."""
    if constants_for(pairing, constants).symmetric:
        return pairing.global_views
    return tuple(dict.fromkeys(key for key, _ in pairing.pairs))


def side_of(policy: Policy, view: int, size: int) -> int:
    """Of a view, px."""
    return policy.views[view % len(policy.views)].size or size


def _weak_view(policy: Policy) -> int:
    names = [view.name for view in policy.views]
    return names.index("weak") if "weak" in names else 0
