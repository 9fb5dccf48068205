"""All kinds of findings, in the order in which reports tell them."""

from __future__ import annotations

from augscore.auditing.findings import (
    arg_ignored,
    beyond_random_pairs,
    class_imbalanced_strength,
    dead,
    destructive,
    dominant,
    magnitude_free,
    near_identical_views,
    non_deterministic,
    non_monotone,
    not_identity_at_zero,
    out_of_range,
    p_mismatch,
    p_zero,
    raises,
    redundant,
    repeated_draws,
    reversed_axis,
    saturated,
    weak,
)
from augscore.auditing.findings.record import Kind, Page
from augscore.errors import UsageError
from augscore.nearest import did_you_mean

CATALOGUE: tuple[Kind, ...] = (
    Kind(arg_ignored.PAGE, arg_ignored.look),
    Kind(raises.PAGE, raises.look),
    Kind(p_zero.PAGE, p_zero.look),
    Kind(p_mismatch.PAGE, p_mismatch.look),
    Kind(out_of_range.PAGE, out_of_range.look),
    Kind(non_deterministic.PAGE, non_deterministic.look),
    Kind(repeated_draws.PAGE, repeated_draws.look),
    Kind(reversed_axis.PAGE, reversed_axis.look),
    Kind(non_monotone.PAGE, non_monotone.look),
    Kind(magnitude_free.PAGE, magnitude_free.look),
    Kind(saturated.PAGE, saturated.look),
    Kind(not_identity_at_zero.PAGE, not_identity_at_zero.look),
    Kind(dead.PAGE, dead.look),
    Kind(destructive.PAGE, destructive.look),
    Kind(near_identical_views.PAGE, near_identical_views.look),
    Kind(beyond_random_pairs.PAGE, beyond_random_pairs.look),
    Kind(redundant.PAGE, redundant.look),
    Kind(weak.PAGE, weak.look),
    Kind(dominant.PAGE, dominant.look),
    Kind(class_imbalanced_strength.PAGE, class_imbalanced_strength.look),
)
"""Facts first, then shape, size, and opinions last."""


def page_of(code: str) -> Page:
    """The page of a kind of finding, by its code in any case. Raises UsageError (`usage`)."""
    pages = {kind.page.code: kind.page for kind in CATALOGUE}
    if code.upper() not in pages:
        raise UsageError(
            f"there is no finding named {code!r}", code="usage", hint=did_you_mean(code, pages)
        )
    return pages[code.upper()]
