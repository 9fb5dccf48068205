"""The report as a comment of a pull request and as the summary of a job: GitHub's Markdown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from augscore.auditing.audit import Audit, Comparison, Delta, Gate, OpResult
from augscore.auditing.finding import Finding
from augscore.auditing.gating.verdict import failing
from augscore.auditing.report.blocks import Block, joined
from augscore.auditing.report.figures import NOTHING, gate_value, three, with_interval
from augscore.auditing.report.headline import brief, word
from augscore.auditing.report.limits import LIMITS
from augscore.auditing.report.markdown_text import code, text

COMMENT_BYTES = 65_536
SUMMARY_BYTES = 2**20


def to_markdown(audit: Audit, *, most: int = COMMENT_BYTES) -> str:
    """The verdict, a table of what failed or changed, findings, and the rest folded away.

    At most `most` bytes; what is left out is told. The first line is hidden and the same for every
    audit of a policy of that name: by it a later run finds the comment to replace.
    """
    blocks = [
        Block((marker(audit), *_verdict(audit))),
        _table(audit),
        _findings("Findings that fail", failing(audit)),
        *_changes(audit.comparison),
        _findings("Other findings", _others(audit), folded=True),
        _folded("Gates that hold", _HEAD, [_row(g, audit) for g in audit.gates if _holds(g)]),
        _folded("All operations", _OPS_HEAD, [_op_row(op) for op in audit.ops]),
        _warnings(audit),
        Block(("<details><summary>How it was measured</summary>", "", *_measured(audit))),
    ]
    return joined([block for block in blocks if block is not None], most)


def marker(audit: Audit) -> str:
    name = audit.policy.name.encode("utf-8", "surrogatepass")
    return f"<!-- augscore audit {hashlib.blake2b(name, digest_size=6).hexdigest()} -->"


def _verdict(audit: Audit) -> list[str]:
    policy = code(audit.policy.name)
    data = audit.data
    against = audit.comparison
    compared = f", against {code(against.policy)}" if against else ""
    return [
        f"### augscore audit of {policy}: {word(audit)}",
        "",
        text(brief(audit)),
        "",
        f"{data.measured:,} images × {audit.design.draws} views, {data.size} px{compared}.",
        *(f"{sentence}  " for sentence in LIMITS[:2]),
    ]


_HEAD = ("| number | base | now | allowed | change | verdict |", "| --- " * 6 + "|")


def _table(audit: Audit) -> Block | None:
    """Gates that do not hold, what fails first, and numbers that changed."""
    gates = sorted((g for g in audit.gates if not _holds(g)), key=lambda gate: not gate.fails)
    gated = {gate.key for gate in gates}
    deltas = _deltas(audit)
    changed = [d for key, d in deltas.items() if key not in gated and _is_news(d)]
    held = {gate.key: gate for gate in audit.gates}
    rows = [_row(gate, audit) for gate in gates]
    rows += [_cells(d.key, d, held.get(d.key)) for d in changed]
    return Block(_HEAD, tuple(rows)) if rows else None


def has_changed(delta: Delta) -> bool:
    """Whether the interval of the change leaves out 0."""
    change = delta.change
    if change is None or change.low is None or change.high is None:
        return False
    return change.low > 0 or change.high < 0


def _is_news(delta: Delta) -> bool:
    """A change, or the strength of an operation that only one of them has."""
    unpaired = (delta.before is None) != (delta.now is None)
    return has_changed(delta) or (unpaired and delta.key.endswith(".strength"))


def _holds(gate: Gate) -> bool:
    return gate.verdict == "pass"


def _deltas(audit: Audit) -> dict[str, Delta]:
    return {d.key: d for d in audit.comparison.deltas} if audit.comparison else {}


def _row(gate: Gate, audit: Audit) -> str:
    return _cells(gate.key, _deltas(audit).get(gate.key), gate)


def _cells(key: str, delta: Delta | None, gate: Gate | None) -> str:
    now = gate_value(gate) if gate else _number(delta.now if delta else None)
    why = f": {text(gate.why)}" if gate and gate.why else ""
    cells = [
        code(key),
        _number(delta.before if delta else None),
        now,
        gate.allowed if gate else NOTHING,
        _change(delta),
        f"{gate.verdict}{why}" if gate else NOTHING,
    ]
    return f"| {' | '.join(cells)} |"


def _number(value: float | None) -> str:
    return NOTHING if value is None else three(value)


def _change(delta: Delta | None) -> str:
    if delta is None:
        return NOTHING
    if delta.change is None:
        return "no pair"
    told = with_interval(delta.change)
    sign = "+" if delta.change.value > 0 else ""
    return f"{sign}{told}" if delta.paired else f"{sign}{told}, unpaired"


def _findings(title: str, findings: Sequence[Finding], *, folded: bool = False) -> Block | None:
    rows = tuple(_finding(finding) for finding in findings)
    if not rows:
        return None
    if folded:
        return Block((_summary(title, len(rows)), ""), rows, ("", "</details>"))
    return Block((f"**{title}**", ""), rows)


def _finding(finding: Finding) -> str:
    of = f" {code(finding.part)}" if finding.part else ""
    line = f" (line {finding.line})" if finding.line else ""
    advice = f" → {text(finding.advice)}" if finding.advice else ""
    ignored = f" Ignored: {text(finding.ignored)}" if finding.ignored else ""
    told = text(finding.statement)
    return f"- **{text(finding.code)}**{of}{line}, {finding.level}: {told}{advice}{ignored}"


def _others(audit: Audit) -> list[Finding]:
    failed = {id(finding) for finding in failing(audit)}
    return [finding for finding in audit.findings if id(finding) not in failed]


def _changes(comparison: Comparison | None) -> Iterable[Block | None]:
    if comparison is None:
        return
    kinds = (
        ("New findings", comparison.appeared),
        ("Findings that are gone", comparison.gone),
        ("Findings that changed", comparison.changed),
    )
    for title, names in kinds:
        if names:
            yield Block((f"**{title}**", ""), tuple(f"- {code(name)}" for name in names))


_OPS_HEAD = (
    "| operation | p set | p seen | strength | effective | contribution | findings |",
    "| --- " * 7 + "|",
)


def _op_row(op: OpResult) -> str:
    cells = [
        code(op.path),
        _number(op.declared),
        _number(op.applied.value if op.applied else None),
        *(with_interval(estimate) for estimate in (op.strength, op.effective, op.contribution)),
        text(", ".join(op.findings)),
    ]
    return f"| {' | '.join(cells)} |"


def _folded(title: str, head: tuple[str, str], rows: Sequence[str]) -> Block | None:
    if not rows:
        return None
    return Block((_summary(title, len(rows)), "", *head), tuple(rows), ("", "</details>"))


def _summary(title: str, number: int) -> str:
    return f"<details><summary>{title} ({number:,})</summary>"


def _warnings(audit: Audit) -> Block | None:
    rows = tuple(f"- {text(warning)}" for warning in audit.warnings)
    return Block(("**Warnings**", ""), rows) if rows else None


def _measured(audit: Audit) -> list[str]:
    """Everything that a second run needs, and the other limits."""
    design, data = audit.design, audit.data
    facts: list[tuple[str, str, Callable[[str], str]]] = [
        ("policy", audit.policy.sha256, code),
        ("images", data.fingerprint, code),
        ("score model", f"{design.model}, {design.model_sha256}", code),
        ("reading", design.reading, code),
        ("seed", str(design.seed), str),
        ("intervals", f"95 %, {design.interval}, {design.resamples:,} resamples", text),
        ("device", design.device, text),
        ("tool", ", ".join(f"{k} {v}" for k, v in audit.tool.items() if v), text),
        ("skipped", f"{data.skipped:,} of {data.found:,} images", str),
    ]
    return [
        *(f"- {name}: {write(value)}" for name, value, write in facts),
        *(f"- {limit}" for limit in LIMITS[2:]),
        "",
        "</details>",
    ]
