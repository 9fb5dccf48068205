"""Whether two audits may be held against each other: same eyes, same images, same draws."""

from __future__ import annotations

from dataclasses import dataclass, fields

from augscore.auditing.audit import Audit
from augscore.errors import UsageError

_LONGEST = 16


@dataclass(frozen=True)
class Setup:
    """What two audits must have in common. `images` are drawn from the data; `fingerprint` is that
    of those, None before they are read."""

    model_sha256: str
    reading: str
    seed: int
    size: int
    draws: int
    images: int
    fingerprint: str | None = None


_SENTENCES = {
    "model_sha256": "It was measured with another score model ({old}, now {new}): give that one as"
    " --model",
    "reading": "It holds strengths of another definition ({old}, now {new}): measure it anew",
    "seed": "It drew with seed {old}, not {new}: give --seed {old}",
    "size": "Its views have {old} px, not {new}: give --size {old}",
    "draws": "It drew {old} views an image, not {new}: give --draws {old}",
    "images": "It drew {old} images, not {new}: give --n {old}",
    "fingerprint": "It is of other images ({old}, now {new}): names, bytes or number differ",
}


def setup_of(audit: Audit) -> Setup:
    return Setup(
        model_sha256=audit.design.model_sha256,
        reading=audit.design.reading,
        seed=audit.design.seed,
        size=audit.data.size,
        draws=audit.design.draws,
        images=min(audit.design.images, audit.data.found),
        fingerprint=audit.data.fingerprint,
    )


def check_baseline(before: Audit, now: Setup, file: str) -> None:
    """Raise UsageError (`baseline_mismatch`) with a sentence for each thing that differs, or if
    the earlier audit was stopped before its end."""
    old = setup_of(before)
    told = [] if before.complete else ["It was stopped before its end: finish it first"]
    for field in fields(Setup):
        then, wanted = getattr(old, field.name), getattr(now, field.name)
        if wanted is not None and then != wanted:
            told.append(_SENTENCES[field.name].format(old=_short(then), new=_short(wanted)))
    if told:
        raise UsageError(
            f"{file!r} is no baseline for this audit",
            code="baseline_mismatch",
            hint=". ".join(told),
        )


def _short(value: object) -> str:
    """A digest by its beginning."""
    return str(value)[:_LONGEST]
