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
    online_views    what the trained network sees; the view that is a key alone is not among them
    target_views    what the momentum copy sees, every key: full-size views; none without a copy
    """

    pairs: tuple[tuple[int, int], ...]
    online_views: tuple[int, ...]
    target_views: tuple[int, ...] = ()


def pairing_of(policy: Policy, views: int, size: int, constants: Constants) -> Pairing:
    """Two views: one pair. More of one size: all pairs (Ermolov et al. 2021, arXiv 2007.06346,
    section 3). Smaller ones beside: each global view with every other one (Caron et al. 2020,
    arXiv 2006.09882, section 3.2).

    A momentum copy sees the weak view where the policy names one, else the first; with more than
    two views every global view is a key once for each other view. Raises UsageError (`usage`) for
    full-size views behind smaller ones, and for a single view.
    """
    sides = [_side(policy, view, size) for view in range(views)]
    whole = tuple(view for view, side in enumerate(sides) if side == max(sides))
    if whole != tuple(range(len(whole))):
        raise UsageError(
            f"policy {policy.name} has views of {', '.join(map(str, sides))} px in this order",
            code="usage",
            hint="Put the full-size views first",
        )
    if not isinstance(constants, TargetConstants):
        return Pairing(pairs_of(views, len(whole)), tuple(range(views)))
    if views > 2 or len(whole) < 2:
        pairs = pairs_of(views, len(whole), ordered=True)
        return Pairing(pairs, tuple(sorted({query for _, query in pairs})), whole)
    key = _weak_view(policy)
    pair = (key, 1 - key)
    if constants.symmetric:
        return Pairing((pair,), (0, 1), (0, 1))
    return Pairing((pair,), pair[1:], pair[:1])


def constants_for(pairing: Pairing, constants: AnyConstants) -> AnyConstants:
    """As each of several pairs is weighed: with more than two views all directions are listed."""
    if isinstance(constants, TargetConstants) and len(pairing.pairs) > 1:
        return replace(constants, symmetric=False)
    return constants


def _side(policy: Policy, view: int, size: int) -> int:
    return policy.views[view % len(policy.views)].size or size


def _weak_view(policy: Policy) -> int:
    names = [view.name for view in policy.views]
    return names.index("weak") if "weak" in names else 0
