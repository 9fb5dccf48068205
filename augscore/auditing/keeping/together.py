"""One audit by all processes that torchrun started: each takes its shard, the first joins.

With a folder, each process keeps its part in it, `parts/2-of-3` say, so that the same command
continues whatever ended it; the parts go once the whole is written. All processes must see the
folder. Without one, records stay in memory and are gathered at the first process in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from augscore.auditing.concluding.facts import with_facts
from augscore.auditing.keeping.audit_folder import (
    MEASUREMENTS,
    Claim,
    claimed_audit,
    earlier,
    journal,
    part_of,
    to_line,
)
from augscore.auditing.keeping.merging import Gathered
from augscore.auditing.plan import AuditPlan
from augscore.auditing.run import Entry, EntrySink, Probed
from augscore.auditing.terms import empty_table
from augscore.errors import HostError
from augscore.json_values import Json, whole
from augscore.runs.journal import Journal, read_journal
from augscore.runs.meeting import agreed, at_first, from_all
from augscore.runs.parts import PLACE, tell_tools
from augscore.runs.ranks import own_shard, rank, ranks
from augscore.runs.shard import Shard
from augscore.runtime import Note, NoteSink, host_facts

Probe = Callable[[Iterable[Entry], EntrySink], Probed]
"""Carries out a plan, given the entries that are there, and a sink for further ones."""


@dataclass(frozen=True)
class Shares:
    """What all processes came to: `stopped_by` is None where none was stopped. The first process,
    it alone, holds all that was `gathered`."""

    stopped_by: str | None
    gathered: Gathered | None


@contextmanager
def claimed_together(
    out: Path, plan: AuditPlan, inputs: tuple[Path, ...], *, force: bool
) -> Iterator[None]:
    """The first process holds the whole folder, each its own part in it. Raises as
    `claimed_audit`, also where more or fewer processes began it."""
    part = Claim(plan.settings, empty_table(plan))
    with ExitStack() as held:
        if rank() == 0:
            agreed(lambda: held.enter_context(_whole_claim(out, plan, inputs, force=force)))
        else:
            agreed(lambda: None)
        folder = part_of(out, own_shard())
        agreed(lambda: held.enter_context(claimed_audit(folder, part, (), force=False)))
        _take_over(out, folder, plan)
        yield


def measure_share(plan: AuditPlan, probe: Probe, out: Path | None, note: NoteSink) -> Shares:
    """Measure the shard of this process; at the first, what all of them measured.

    `plan` is that of one's own shard. Raises HostError (`process_lost`).
    """
    lines: list[Json] = []
    if out is None:
        own = probe((), lambda entry, place: lines.append(to_line(entry, place)))
    else:
        own = _kept(part_of(out, own_shard()), probe, note)
    stopped_by = next((by for by in from_all(own.stopped_by) if by is not None), None)
    told = at_first((len(plan.pool.places), host_facts(plan.scorer.device), lines))
    if rank() > 0:
        return Shares(stopped_by, None)
    facts = with_facts(empty_table(plan), plan, note)
    tell_tools([{**tool, "device": None} for _, tool, _ in told], note)
    journals = [found for _, _, found in told] if out is None else _journals(out)
    count = sum(count for count, _, _ in told) if stopped_by is None else None
    return Shares(stopped_by, Gathered(tuple(journals), count, facts, stopped_by))


def _whole_claim(
    out: Path, plan: AuditPlan, inputs: tuple[Path, ...], *, force: bool
) -> AbstractContextManager[None]:
    settings = {**plan.settings, "shard": None, "device": plan.scorer.device.type}
    return claimed_audit(out, Claim(settings, empty_table(plan), ranks()), inputs, force=force)


def _take_over(out: Path, part: Path, plan: AuditPlan) -> None:
    """What a finished audit of the same settings holds of this shard is not measured again."""
    if (part / MEASUREMENTS).exists():
        return
    own = frozenset(plan.pool.places)
    with journal(part) as new:
        for line in read_journal(out / MEASUREMENTS):
            if whole(line[PLACE]) in own:
                new.append(line)


def _kept(part: Path, probe: Probe, note: NoteSink) -> Probed:
    with journal(part) as kept:
        found = sum(from_all(kept.found))
        if found:
            note(Note("continued", f"continues: {found:,} images were done before"))
        return probe(tuple(earlier(part)), _sink(kept))


def _sink(kept: Journal) -> EntrySink:
    return lambda entry, place: kept.append(to_line(entry, place))


def _journals(out: Path) -> list[Iterable[Json]]:
    paths = [part_of(out, Shard(i, ranks())) / MEASUREMENTS for i in range(1, ranks() + 1)]
    for path in paths:
        if not path.exists():
            raise HostError(
                f"cannot find {str(path)!r}, which another process has written",
                code="output_unwritable",
                hint="Choose an --out that all processes see, or none",
            )
    return [read_journal(path) for path in paths]
