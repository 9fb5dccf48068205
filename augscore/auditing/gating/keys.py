"""What a gate may be about, under the names of report.json."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from augscore.nearest import did_you_mean

About = Literal["findings", "policy", "ops"]

LEVELS = ("fail", "warn")
POLICY = ("strength", "view_strength", "unchanged_share", "destroyed_share")
OPS = ("strength", "effective", "applied", "contribution", "rms")
SHARES = frozenset(["unchanged_share", "destroyed_share", "applied"])
_SHORT = "_ops"


@dataclass(frozen=True)
class Key:
    """`what` is a finding's code or level, or a quantity; `op` the path or name of an operation,
    of findings the operations are not told."""

    about: About
    what: str
    op: str = ""

    def __str__(self) -> str:
        return ".".join(part for part in (self.about, self.op, self.what) if part)

    @property
    def counts(self) -> bool:
        return self.about == "findings"

    @property
    def is_share(self) -> bool:
        return self.what in SHARES


FAILING = Key("findings", "fail")


class UnknownKey(Exception):
    """No gate has that name; the message says it, `hint` what is near."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def read_key(text: str, codes: Iterable[str]) -> Key:
    """`findings.DEAD` (or `dead_ops`), `findings.fail`, `policy.strength`, `ops.PATH.strength`.

    Raises UnknownKey. Whether the policy has the operation is asked later.
    """
    about, _, rest = text.partition(".")
    if about == "findings" and rest:
        return Key("findings", _one_of(rest, (*codes, *LEVELS), "finding"))
    if about == "policy" and rest:
        return Key("policy", _one_of(rest, POLICY, "number of a policy"))
    if about == "ops" and rest:
        return _of_an_op(rest)
    short = {code.lower() + _SHORT: code for code in codes}
    if text in short:
        return Key("findings", short[text])
    known = [*short, *(f"policy.{what}" for what in POLICY), "findings.CODE", "ops.PATH.strength"]
    raise UnknownKey(f"no gate is named {text!r}", did_you_mean(text, known))


def _of_an_op(rest: str) -> Key:
    op, _, what = rest.rpartition(".")
    if not op:
        hint = f"Write ops.{rest}.strength, or another of {', '.join(OPS)}"
        raise UnknownKey(f"ops.{rest} does not say what of it is meant", hint)
    return Key("ops", _one_of(what, OPS, "number of an operation"), op)


def _one_of(name: str, known: Iterable[str], noun: str) -> str:
    names = list(known)
    if name not in names:
        raise UnknownKey(f"no {noun} is named {name!r}", did_you_mean(name, names))
    return name
