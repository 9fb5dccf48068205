"""The operations that gates name, looked up in what was audited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from augscore.auditing.gating.gates import Gates, Ignore, Rule
from augscore.errors import GatesError, Mistake
from augscore.nearest import did_you_mean


class Named(Protocol):
    """A `Part` or an `OpResult`."""

    @property
    def path(self) -> str: ...

    @property
    def op(self) -> str: ...


AnOp = TypeVar("AnOp", bound=Named)


def named(name: str, ops: Sequence[AnOp]) -> list[AnOp]:
    """The one with that path, else all operations of that name."""
    return [op for op in ops if op.path == name] or [op for op in ops if op.op == name]


def check_ops(gates: Gates, ops: Sequence[Named]) -> None:
    """Raise GatesError (`gates_unknown_op`) for gates on operations that the policy has not, all
    at once. To be asked before anything is measured."""
    missing = [r for r in gates.rules if r.key.op and not named(r.key.op, ops)]
    if missing:
        raise GatesError(
            gates.file or "gates", tuple(_mistake(gates.file, rule, ops) for rule in missing)
        )


def _mistake(file: str, rule: Rule, ops: Sequence[Named]) -> Mistake:
    message = f"the policy has no operation {rule.key.op!r}"
    hint = _near(rule.key.op, ops)
    return Mistake("gates_unknown_op", _where(file, rule.line), message, hint, rule.line)


def stale(ignore: Ignore, file: str, ops: Sequence[Named]) -> str:
    """What is told of an ignored finding that there is not."""
    told = f"{_where(file, ignore.line)}: nothing to ignore: {ignore.finding}"
    if not ignore.ops:
        return told
    told += f" of {', '.join(ignore.ops)}"
    missing = [name for name in ignore.ops if not named(name, ops)]
    if len(missing) < len(ignore.ops):
        return told
    hints = dict.fromkeys(_near(name, ops) for name in missing)
    return f"{told}. No operation is named so. {' '.join(hints)}"


def _where(file: str, line: int | None) -> str:
    name = file or "gates"
    return name if line is None else f"{name}:{line}"


def _near(name: str, ops: Iterable[Named]) -> str:
    return did_you_mean(name, {known for op in ops for known in (op.path, op.op)})
