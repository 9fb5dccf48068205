"""Gates held against an audit: one line of verdict each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from augscore.auditing.audit import Audit, Estimate, Gate, Verdict
from augscore.auditing.finding import Finding
from augscore.auditing.findings.evidence import FEWEST_IMAGES
from augscore.auditing.gating.counting import counted, doubt, too_few
from augscore.auditing.gating.gates import Gates, Rule
from augscore.auditing.gating.interval import MOST_IMAGES, Placed, place
from augscore.auditing.gating.keys import Key
from augscore.auditing.gating.numbers import numbers_of_op, numbers_of_policy
from augscore.auditing.gating.ops import check_ops, named

Judged = tuple[Verdict, str]

_INCONCLUSIVE: Judged = ("inconclusive", "the audit is not complete")


def apply_gates(audit: Audit, gates: Gates) -> tuple[Gate, ...]:
    """A gate for every rule, and for every operation that a rule names; findings that are marked
    as ignored do not count. Of an audit that is not complete all are inconclusive, of one of fewer
    than 50 images all numbers.

    Raises GatesError (`gates_unknown_op`), as `check_ops`.
    """
    check_ops(gates, audit.ops)
    return tuple(gate for rule in gates.rules for gate in _gates_of(rule, audit, gates))


def allowed(rule: Rule) -> str:
    """`0.2 to 0.6`, `at least 0.05`, `at most 0`."""
    if rule.low is None:
        return f"at most {rule.high:g}"
    if rule.high is None:
        return f"at least {rule.low:g}"
    return f"{rule.low:g} to {rule.high:g}"


def _gates_of(rule: Rule, audit: Audit, gates: Gates) -> Iterator[Gate]:
    if rule.key.counts:
        yield _gate_of_count(rule, audit, gates)
    elif rule.key.about == "policy":
        found = numbers_of_policy(audit.policy)[rule.key.what]
        yield _gate_of_number(rule, rule.key, found, audit, gates)
    else:
        for op in named(rule.key.op, audit.ops):
            key = Key("ops", rule.key.what, op.path)
            yield _gate_of_number(rule, key, numbers_of_op(op)[rule.key.what], audit, gates)


def _gate_of_count(rule: Rule, audit: Audit, gates: Gates) -> Gate:
    found = counted(rule.key, audit.findings)
    verdict, why = _INCONCLUSIVE if not audit.complete else _judged_count(rule, found, audit)
    fails = _fails(verdict, rule, gates)
    number = float(len(found))
    return Gate(
        str(rule.key), allowed(rule), number, number, number, verdict, why, rule.level, fails
    )


def _judged_count(rule: Rule, found: Sequence[Finding], audit: Audit) -> Judged:
    told = ", ".join(dict.fromkeys(f"{f.code} {f.part}" if f.part else f.code for f in found))
    number = len(found)
    # What is not settled can only add to the number.
    if rule.high is not None and number > rule.high:
        return rule.level, told
    if unsettled := doubt(rule.key, audit.checks, audit.data.measured):
        return "inconclusive", unsettled
    return (rule.level if rule.low is not None and number < rule.low else "pass"), told


def _gate_of_number(
    rule: Rule, key: Key, found: Estimate | None, audit: Audit, gates: Gates
) -> Gate:
    verdict, why = _INCONCLUSIVE if not audit.complete else _judged_number(rule, found, audit)
    fails = _fails(verdict, rule, gates)
    if found is None:
        return Gate(str(key), allowed(rule), None, None, None, verdict, why, rule.level, fails)
    ends = (found.value, found.low, found.high)
    return Gate(str(key), allowed(rule), *ends, verdict, why, rule.level, fails)


def _judged_number(rule: Rule, found: Estimate | None, audit: Audit) -> Judged:
    if found is None:
        return "inconclusive", "not measured"
    if audit.data.measured < FEWEST_IMAGES or found.low is None:
        return "inconclusive", too_few(audit.data.measured)
    placed = place(found, rule, audit.data.measured)
    if placed.place == "straddling":
        return "inconclusive", _would_settle(placed, audit)
    return ("pass" if placed.place == "inside" else rule.level), ""


def _would_settle(placed: Placed, audit: Audit) -> str:
    if placed.images is None:
        return f"on the limit: {MOST_IMAGES:,} images would not settle it"
    told = f"about {placed.images:,} images would settle it"
    return told if placed.images <= audit.data.found else f"{told}, {audit.data.found:,} are there"


def _fails(verdict: Verdict, rule: Rule, gates: Gates) -> bool:
    """A gate of level warn fails nothing that does not fail on warnings, settled or not."""
    return verdict in gates.fail_on and (rule.level == "fail" or "warn" in gates.fail_on)
