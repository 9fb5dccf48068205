"""A pipeline traced for values outside [0, 1]: who cuts them off, and who lets them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from augscore import keys
from augscore.auditing.table import OutOfRange
from augscore.engine.bring.raw import raw
from augscore.engine.bring.walk import Passed, walked
from augscore.engine.found import Found

DRAWS = 16
LEAST_SHARE, SLACK = 0.01, 1e-3
"""Fewer values than this outside are nobody's mistake; rounding is no way outside."""
_NORMALIZE = "Normalize"
_A_LINE = 0.95
_SLOT = keys.slot("audit", 0, "ranges")


def out_of_range(
    found: Found, images: Sequence[torch.Tensor], *, seed: int
) -> tuple[OutOfRange, ...]:
    """The transforms that break the range of values, in the order of the pipelines.

    `images`: one or more, (3, H, W) uint8; 16 draws go round among them. A transform cuts when
    more than 1 % of the values before it lie outside [0, 1] and none behind it: what was
    normalised, or was 0 to 255 in floats, is clipped; but for a function of the user's that scales
    them. It lets values out when none lie outside
    before it, more than 1 % do behind it and at the end of the pipeline, and no Normalize follows;
    and when it makes NaN. Before a Normalize itself everything may be outside.
    """
    pipelines = {id(pipeline): pipeline for pipeline in found.pipelines}.values()
    return tuple(dict.fromkeys(one for p in pipelines for one in _of(p, images, seed)))


def _of(pipeline: object, images: Sequence[torch.Tensor], seed: int) -> Iterator[OutOfRange]:
    """Of each transform the first draw that shows it."""
    copied = raw(pipeline).copied(seed)
    seen: dict[int, OutOfRange] = {}
    for number, key in enumerate(_keys(seed)):
        for place, one in traced(walked(copied, images[number % len(images)], key)):
            seen.setdefault(place, one)
    yield from (seen[place] for place in sorted(seen))


def _keys(seed: int) -> list[int]:
    numbers = torch.arange(DRAWS, dtype=torch.int64)
    made: list[int] = keys.field_keys(numbers, _SLOT, seed=seed).tolist()
    return made


def traced(passed: Sequence[Passed]) -> Iterator[tuple[int, OutOfRange]]:
    """What one draw shows: the place of a transform, and what it does to the range."""
    names = [one.name for one in passed]
    at_the_end = _share(passed[-1].after) if passed else 0.0
    for place, one in enumerate(passed):
        if one.name == _NORMALIZE:
            continue
        before, after = _share(one.before), _share(one.after)
        cuts = before > LEAST_SHARE and after == 0 and (one.own or not _is_scaled(one))
        lets_out = before == 0 and min(after, at_the_end) > LEAST_SHARE
        lets_out &= _NORMALIZE not in names[place:]
        breaks = _has_nan(one.after) and not _has_nan(one.before)
        if cuts or lets_out or breaks:
            yield place, OutOfRange(one.name, _after(names, place), before, after)


def _after(names: Sequence[str], place: int) -> str:
    """Normalize, where one stands before it; else the transform before it."""
    before = names[:place]
    return _NORMALIZE if _NORMALIZE in before else (before[-1] if before else "")


def _share(value: Any) -> float:
    """Of the values that lie outside [0, 1] or are no numbers; 8-bit pixels never do."""
    floats = _floats(value)
    if floats is None or not floats.size:
        return 0.0
    inside = (floats >= -SLACK) & (floats <= 1 + SLACK)
    return float(1 - inside.mean())


def _is_scaled(one: Passed) -> bool:
    """Whether the values outside, on the side where most are, follow a line afterwards."""
    before, after = _floats(one.before), _floats(one.after)
    if before.shape != after.shape:
        return False
    below, above = before < -SLACK, before > 1 + SLACK
    most = below if below.sum() >= above.sum() else above
    x, y = before[most].astype(np.float64), after[most].astype(np.float64)
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x**2).sum() * (y**2).sum()))
    return spread > 0 and float((x * y).sum()) / spread > _A_LINE


def _has_nan(value: Any) -> bool:
    floats = _floats(value)
    return floats is not None and not bool(np.isfinite(floats).all())


def _floats(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.dtype.is_floating_point:
        return value.detach().cpu().to(torch.float32).numpy()
    is_array = isinstance(value, np.ndarray) and np.issubdtype(value.dtype, np.floating)
    return value if is_array else None
