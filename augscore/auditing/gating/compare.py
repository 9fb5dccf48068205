"""One audit against another: by how much each number differs, and which findings come and go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from augscore.auditing.audit import Audit, Comparison, Delta, Estimate
from augscore.auditing.finding import Finding
from augscore.auditing.gating.numbers import numbers_of_op, numbers_of_policy
from augscore.auditing.gating.paired import Paired, pair_up
from augscore.auditing.report.figures import three
from augscore.auditing.statistics.difference import unpaired_difference
from augscore.auditing.table import Table

What = Literal["baseline", "compare"]

_OF_OPS = ("strength", "effective", "applied")


def compare(
    now: Audit, before: Audit, *, what: What, tables: tuple[Table, Table] | None = None
) -> Comparison:
    """What `now` does otherwise than `before`; `what` says whether that is an earlier audit or
    another policy.

    `tables` are their measurements, in the same order: with them the differences are paired over
    the images and draws that both have, without them they come from the intervals of the two and
    are marked as such. An operation that only one of them has is told without a difference.
    """
    pair = None if tables is None else pair_up(*tables, seed=now.design.seed)
    old, new = _by_name(before.findings), _by_name(now.findings)
    both = [name for name in new if name in old]
    return Comparison(
        what=what,
        policy=before.policy.name,
        sha256=before.policy.sha256,
        images=min(now.data.measured, before.data.measured) if pair is None else pair.images,
        deltas=(*_of_policy(now, before, pair), *_of_ops(now, before, pair)),
        appeared=tuple(name for name in new if name not in old),
        gone=tuple(name for name in old if name not in new),
        changed=tuple(told for name in both if (told := _changed(name, old[name], new[name]))),
    )


def _of_policy(now: Audit, before: Audit, pair: Paired | None) -> Iterator[Delta]:
    old, new = numbers_of_policy(before.policy), numbers_of_policy(now.policy)
    for what in new:
        yield _delta(f"policy.{what}", old[what], new[what], pair)


def _of_ops(now: Audit, before: Audit, pair: Paired | None) -> Iterator[Delta]:
    """Operations by their paths: those of `now` in their order, then those that are gone."""
    new, old = ({op.path: numbers_of_op(op) for op in audit.ops} for audit in (now, before))
    for path in dict.fromkeys([*new, *old]):
        for what in _OF_OPS:
            here, there = (side[path][what] if path in side else None for side in (new, old))
            yield _delta(f"ops.{path}.{what}", there, here, pair)


def _delta(key: str, before: Estimate | None, now: Estimate | None, pair: Paired | None) -> Delta:
    paired = None if pair is None else pair.changes.get(key)
    return Delta(
        key=key,
        before=None if before is None else before.value,
        now=None if now is None else now.value,
        change=paired or unpaired_difference(now, before),
        paired=paired is not None,
    )


def _by_name(findings: Sequence[Finding]) -> dict[str, Finding]:
    return {f"{f.code} {f.part}" if f.part else f.code: f for f in findings}


def _changed(name: str, before: Finding, now: Finding) -> str:
    """What is told of a finding that both have: another level, or a number clearly another."""
    if before.level != now.level:
        return f"{name}: {before.level} -> {now.level}"
    if before.value is None or now.value is None or not _apart(before, now):
        return ""
    return f"{name}: {now.statistic} {three(before.value)} -> {three(now.value)}"


def _apart(one: Finding, other: Finding) -> bool:
    """Whether their intervals have nothing in common."""
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.high < other.low or other.high < one.low
