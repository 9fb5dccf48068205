"""One part of a sharded audit: what its first file says, and what it holds when it is finished."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from augscore.auditing.gating.gates import Gates
from augscore.auditing.keeping.audit_folder import COMMAND, FINISHED
from augscore.auditing.keeping.plain import from_plain
from augscore.auditing.keeping.publish import Wanted
from augscore.auditing.plan import AuditPlan, Pool
from augscore.auditing.table import Table
from augscore.auditing.terms import Terms, terms_of
from augscore.errors import UsageError
from augscore.images.records import Candidate
from augscore.json_values import Json, mapping, read_object, whole
from augscore.measuring.sources import Place
from augscore.measuring.survey import YARDSTICK_IMAGES, listed_of
from augscore.outputs import printable, to_json, write_json
from augscore.runs.parts import IMAGES, Part, unfinished, write_part
from augscore.runs.shard import Shard
from augscore.runtime import host_facts

_TERMS, _ASKED = "terms", "asked"
_RECORDS, _TOOL, _FACTS = "records", "tool", "facts"


@dataclass(frozen=True)
class Asked:
    """What the command was asked for besides its terms: how the whole is to be judged and told.

    `policy` names it so that any folder will do, `place` is that of the images, `labels` a digest
    of the table of classes, `baseline` the report to hold the whole against.
    """

    policy: str
    place: Place | None
    labels: str | None
    gates: Gates
    baseline: str | None
    wanted: Wanted


@dataclass(frozen=True)
class Finished:
    """A part that is measured: how many records it has, what made it, and, of the first part
    alone, the facts of the policy, as a table without records."""

    records: int
    tool: Mapping[str, object]
    facts: Table | None


def begin_part(folder: Path, shard: Shard, plan: AuditPlan, asked: Asked) -> None:
    """Write `part.json`; the folder is claimed. Raises as `outputs.write_bytes`."""
    terms = {_TERMS: asdict(terms_of(plan)), _ASKED: _plain(asked)}
    write_part(Part(folder, shard, _shared(plan, asked), terms), COMMAND)


def finish_part(folder: Path, plan: AuditPlan, facts: Table | None) -> None:
    """Raises as `outputs.write_bytes`."""
    document = {
        _RECORDS: len(plan.pool.places),
        _TOOL: host_facts(plan.scorer.device),
        _FACTS: None if facts is None else asdict(facts),
    }
    write_json(folder / FINISHED, document)


def terms_in(part: Part) -> Terms:
    """This and the next raise UsageError (`no_part`) for what no `begin_part` wrote."""
    with _of_this_version(part):
        return from_plain(Terms, part.terms[_TERMS])


def asked_in(part: Part) -> Asked:
    with _of_this_version(part):
        return from_plain(Asked, part.terms[_ASKED])


def finished_in(part: Part) -> Finished:
    """Raises UsageError: `part_unfinished`, or `no_part` for what no `finish_part` wrote."""
    document = read_object(part.folder / FINISHED)
    if not document:
        raise unfinished(part)
    with _of_this_version(part):
        facts = document[_FACTS]
        return Finished(
            whole(document[_RECORDS]),
            mapping(document[_TOOL]),
            None if facts is None else from_plain(Table, facts),
        )


@contextmanager
def _of_this_version(part: Part) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError) as error:
        raise UsageError(
            f"the part {printable(repr(str(part.folder)))} is not as this augscore writes it",
            code="no_part",
            hint="Join it with the version that made it, or make it anew",
        ) from error


def digest_of(path: Path) -> str:
    """Of the bytes of a file, "gone" for one that cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, _hash).hexdigest()
    except OSError:
        return "gone"


def _hash() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=16)


def _plain(asked: Asked) -> Json:
    gates = {**asdict(asked.gates), "fail_on": sorted(asked.gates.fail_on)}
    return {**asdict(asked), "gates": gates}


def _shared(plan: AuditPlan, asked: Asked) -> Json:
    """Parts may use accelerators of several numbers, and copies of the images."""
    own = ("shard", "images-found")
    settings = {key: value for key, value in plan.settings.items() if key not in own}
    return {
        **settings,
        "device": plan.scorer.device.type,
        "gates": _digest([to_json(_plain(asked)["gates"]).encode()]),
        "labels": asked.labels,
        "html": asked.wanted.html,
        "thumbnails": asked.wanted.thumbnails,
        "anonymous": not asked.wanted.names,
        IMAGES: _digest(_listing(plan.pool)),
    }


def _listing(pool: Pool) -> Iterator[bytes]:
    """Names and sizes, and the bytes of those that may be the yardstick of all others."""
    for item in pool.unopened:
        yield f"{item.name}\0{item.reason}\0".encode("utf-8", "surrogateescape")
    for number, offer in enumerate(pool.offers):
        yield listed_of(offer)
        if number < YARDSTICK_IMAGES and isinstance(offer, Candidate):
            yield digest_of(offer.path).encode()


def _digest(pieces: Iterator[bytes] | list[bytes]) -> str:
    digest = _hash()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()
