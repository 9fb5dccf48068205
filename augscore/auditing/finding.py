"""A finding, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from augscore.keys import ImageId

Level = Literal["fail", "warn", "info"]
State = Literal["found", "clear", "inconclusive", "not_measured"]


@dataclass(frozen=True)
class Finding:
    """Something that is wrong, or worth knowing, with its evidence.

    `part` is the path of the operation, None for the policy as a whole. `value` is the `statistic`
    (words) with its 95 % interval, `threshold` what it was held against; all are None for exact
    facts without a number. `p_adjusted` is Holm's over the same finding of all operations.
    `images` are those that show it best. `ignored` is the reason why gates leave it out, empty for
    all that count.
    """

    code: str
    level: Level
    part: str | None
    statement: str
    statistic: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    n: int = 0
    p_adjusted: float | None = None
    advice: str = ""
    images: tuple[ImageId, ...] = ()
    line: int | None = None
    ignored: str = ""


@dataclass(frozen=True)
class Check:
    """What became of one kind of finding: `why` tells what is missing where it says nothing."""

    code: str
    state: State
    why: str = ""
