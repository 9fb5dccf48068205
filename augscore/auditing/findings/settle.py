"""From the tests of single parts to what is found, at one error rate for all of a kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from augscore.auditing.anatomy.part import Part
from augscore.auditing.audit import Estimate
from augscore.auditing.finding import Check, Finding, Level
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.statistics.holm import holm
from augscore.keys import ImageId

_MOST_NAMED = 3


@dataclass(frozen=True)
class Tested:
    """A part that was looked at. `p` is that of the hypothesis that nothing is the matter, before
    any correction. `finding` is what would be said if it is sure; None where the values themselves
    do not point that way."""

    name: str
    p: float = 1.0
    finding: Finding | None = None


def told(
    page: Page,
    part: Part | None,
    statement: str,
    statistic: str = "",
    *,
    estimate: Estimate | None = None,
    threshold: float | None = None,
    images: tuple[ImageId, ...] = (),
    level: Level | None = None,
    line: int | None = None,
) -> Finding:
    """A finding of the page's kind, with the numbers of `estimate`."""
    return Finding(
        code=page.code,
        level=page.level if level is None else level,
        part=None if part is None else part.path,
        statement=statement,
        statistic=statistic,
        value=None if estimate is None else estimate.value,
        low=None if estimate is None else estimate.low,
        high=None if estimate is None else estimate.high,
        threshold=threshold,
        n=0 if estimate is None else estimate.n,
        advice=page.remedy,
        images=images,
        line=line if part is None else part.line,
    )


def settle(page: Page, tested: Sequence[Tested], alpha: float, missing: str) -> Outcome:
    """Holm over all that were tested; `missing` says why, where nothing could be."""
    if not tested:
        return not_measured(page, missing)
    adjusted = holm([one.p for one in tested])
    found, unsure = [], []
    for one, p in zip(tested, adjusted, strict=True):
        if one.finding is None:
            continue
        if p <= alpha:
            found.append(replace(one.finding, p_adjusted=p))
        else:
            unsure.append(one.name)
    why = f"too few images to be sure of {_named(unsure)}" if unsure else ""
    if found:
        return Outcome(Check(page.code, "found", why), tuple(found))
    return Outcome(Check(page.code, "inconclusive" if unsure else "clear", why))


def fact(page: Page, findings: Sequence[Finding]) -> Outcome:
    """What needs no test."""
    return Outcome(Check(page.code, "found" if findings else "clear"), tuple(findings))


def not_measured(page: Page, why: str) -> Outcome:
    return Outcome(Check(page.code, "not_measured", why))


def inconclusive(page: Page, why: str) -> Outcome:
    return Outcome(Check(page.code, "inconclusive", why))


def _named(names: Sequence[str]) -> str:
    shown = list(dict.fromkeys(names))
    more = len(shown) - _MOST_NAMED
    listed = "; ".join(shown[:_MOST_NAMED])
    return f"{listed} and {more} more" if more > 0 else listed
