"""Files of gates: what they may say, and every mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.auditing.gating.gates import NO_FAILING_FINDING, Gates, Ignore, Rule
from augscore.auditing.gating.keys import Key
from augscore.auditing.gating.presets import PRESETS
from augscore.auditing.gating.read import read_gates
from augscore.errors import GatesError, Mistake, UsageError


def read(tmp_path: Path, text: str, name: str = "gates.yaml") -> Gates:
    file = tmp_path / name
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    return read_gates(file)


def mistakes(tmp_path: Path, text: str) -> list[tuple[int | None, str, str]]:
    """Line, code, message and hint of each."""
    with pytest.raises(GatesError) as caught:
        read(tmp_path, text)
    assert caught.value.exit_code == 2
    return [(m.line, m.code, f"{m.message}. {m.hint}") for m in caught.value.mistakes]


EXAMPLE = """\
version: 1
preset: none
fail_on: fail
gates:
  dead_ops: 0
  findings.REPEATED_DRAWS: 0
  policy.strength: [0.2, 0.6]
  policy.unchanged_share: {max: 0.10}
  ops.RandAugment > Solarize.strength: {min: 0.05, level: warn}
  ops.torchvision.Cut.applied: 1e-1
ignore:
  - {finding: MAGNITUDE_FREE, op: [AutoContrast, Equalize], reason: "no magnitude"}
  - finding: WEAK
    reason: fine
"""


def test_all_that_a_file_can_say(tmp_path: Path) -> None:
    gates = read(tmp_path, EXAMPLE)
    assert gates.rules == (
        Rule(Key("findings", "DEAD"), None, 0, "fail", 5),
        Rule(Key("findings", "REPEATED_DRAWS"), None, 0, "fail", 6),
        Rule(Key("policy", "strength"), 0.2, 0.6, "fail", 7),
        Rule(Key("policy", "unchanged_share"), None, 0.1, "fail", 8),
        Rule(Key("ops", "strength", "RandAugment > Solarize"), 0.05, None, "warn", 9),
        Rule(Key("ops", "applied", "torchvision.Cut"), None, 0.1, "fail", 10),
    )
    assert gates.ignores == (
        Ignore("MAGNITUDE_FREE", ("AutoContrast", "Equalize"), "no magnitude", 12),
        Ignore("WEAK", (), "fine", 13),
    )
    assert gates.fail_on == {"fail"}
    assert gates.preset == "none"


def test_without_a_preset_no_failing_finding_is_allowed(tmp_path: Path) -> None:
    gates = read(tmp_path, "version: 1\ngates: {policy.strength: [0, 1]}\n")
    assert gates.rules[0] == NO_FAILING_FINDING
    assert [str(rule.key) for rule in gates.rules] == ["findings.fail", "policy.strength"]


@pytest.mark.parametrize("name", ["supervised", "contrastive"])
def test_a_preset_fills_in_what_the_file_does_not_say(tmp_path: Path, name: str) -> None:
    gates = read(tmp_path, f"version: 1\npreset: {name}\ngates:\n  policy.strength: [0.3, 0.4]\n")
    own = Rule(Key("policy", "strength"), 0.3, 0.4, "fail", 4)
    usual = [rule for rule in PRESETS[name] if rule.key != own.key]  # type: ignore[index]
    assert gates.rules == (*usual, own)
    assert len(usual) == len(PRESETS[name]) - 1  # type: ignore[index]


def test_what_it_fails_on_may_be_several(tmp_path: Path) -> None:
    assert read(tmp_path, "version: 1\nfail_on: [warn, inconclusive]").fail_on == {
        "fail",
        "warn",
        "inconclusive",
    }
    assert read(tmp_path, "version: 1\nfail_on: warn").fail_on == {"fail", "warn"}


def test_json_says_the_same(tmp_path: Path) -> None:
    gates = read(tmp_path, '{"version": 1,\n "gates": {"dead_ops": 2}}', "gates.json")
    assert gates.rules[1] == Rule(Key("findings", "DEAD"), None, 2, "fail", 2)


def test_all_mistakes_at_once_in_the_order_of_the_text(tmp_path: Path) -> None:
    text = """\
version: 2
preset: supervized
fail_on: sometimes
gate: {}
gates:
  dead_op: 0
  findings.DEED: 0
  policy.strenght: 0.5
  ops.Solarize: 0.5
  ops.Solarize.strenght: 0.5
  weak_ops: -1
  reversed_ops: 0.5
  policy.strength: [0.6, 0.2]
  policy.unchanged_share: {max: 10}
  policy.view_strength: {most: 1}
  ops.A.rms: {level: warn}
  ops.B.rms: {max: 1, level: bad}
  ops.C.rms: yes
  ops.D.rms: high
  ops.E.rms: [1]
  findings.DEAD: 0
  dead_ops: 0
ignore:
  - {finding: DEED, reason: x}
  - {finding: DEAD}
  - {finding: DEAD, op: 3, reason: " "}
  - {op: A, reason: x, ops: B}
  - DEAD
"""
    found = mistakes(tmp_path, text)
    told = [(line, code.removeprefix("gates_")) for line, code, _ in found]
    assert told == [
        (1, "syntax"),
        (2, "value"),
        (3, "value"),
        (4, "unknown_key"),
        (6, "unknown_key"),
        (7, "unknown_key"),
        (8, "unknown_key"),
        (9, "unknown_key"),
        (10, "unknown_key"),
        (11, "value"),
        (12, "value"),
        (13, "value"),
        (14, "value"),
        (15, "value"),
        (16, "value"),
        (17, "value"),
        (18, "value"),
        (19, "value"),
        (20, "value"),
        (22, "duplicate_key"),
        (24, "value"),
        (25, "value"),
        (26, "value"),
        (26, "value"),
        (27, "syntax"),
        (27, "unknown_key"),
        (28, "syntax"),
    ]
    messages = {line: message for line, _, message in found}
    assert "Did you mean supervised?" in messages[2]
    assert "Did you mean gates?" in messages[4]
    assert "Did you mean dead_ops?" in messages[6]
    assert "Did you mean DEAD?" in messages[7]
    assert "Did you mean strength?" in messages[8]
    assert "Write ops.Solarize.strength" in messages[9]
    assert "from 0 to 1" in messages[14]
    assert "needs a reason" in messages[25]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("version: 1\nversion: 1", "gates_duplicate_key"),
        ("version: 1\ngates: &a {dead_ops: 0}", "gates_alias"),
        ("version: !!int 1", "gates_unsafe"),
        ("", "gates_syntax"),
        ("- 1", "gates_syntax"),
        ("version: [", "gates_syntax"),
        ("gates: {}", "gates_syntax"),
        ("version: 1\n---\nversion: 1", "gates_syntax"),
        ("version: 1\n#" + "x" * 300_000, "gates_too_large"),
        ("version: true", "gates_syntax"),
    ],
    ids=range(10),
)
def test_what_is_no_file_of_gates(tmp_path: Path, text: str, code: str) -> None:
    found = mistakes(tmp_path, text)
    assert [found[0][1]] == [code]
    assert "policy" not in " ".join(message for _, _, message in found)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "gates.yaml").write_text("version: 1")
    with pytest.raises(UsageError, match=r"gates\.yaml") as caught:
        read_gates(tmp_path / "gate.yaml")
    assert caught.value.code == "not_found"
    with pytest.raises(UsageError, match="not a file") as caught:
        read_gates(tmp_path)
    assert caught.value.code == "gates_unreadable"


_KEYS = ["version", "gates", "preset", "ignore", "dead_ops", "ops.A.rms", "finding", "reason"]
_MARKS = ["{", "}", "[", "]", ":", ",", "- ", "\n", "\n  ", " ", '"', "~", "!x", "&a", "1"]
_WORDS = st.sampled_from([*_KEYS, *_MARKS])


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(_WORDS).map("".join)))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("any") / "gates.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    found, refused = _outcome(file)
    assert all(m.code.startswith("gates_") and m.message for m in refused)
    assert bool(refused) != (found is not None)


def _outcome(file: Path) -> tuple[Gates | None, tuple[Mistake, ...]]:
    try:
        return read_gates(file), ()
    except GatesError as error:
        return None, error.mistakes


_LIMIT = st.floats(0, 1, allow_nan=False)


@settings(deadline=None)
@given(low=_LIMIT, high=_LIMIT, warn=st.booleans())
def test_written_limits_come_back(
    tmp_path_factory: pytest.TempPathFactory, low: float, high: float, warn: bool
) -> None:
    folder = tmp_path_factory.mktemp("limits")
    low, high = min(low, high), max(low, high)
    level = "warn" if warn else "fail"
    text = "version: 1\npreset: none\ngates:\n"
    text += f"  ops.a.b.rms: {{min: {low}, max: {high}, level: {level}}}"
    rule = Rule(Key("ops", "rms", "a.b"), low, high, level, 4)  # type: ignore[arg-type]
    assert read(folder, text).rules == (rule,)
