"""`augscore audit --gates`, `--baseline`, `--format github` and `--summary`, from end to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result

pytestmark = pytest.mark.usefixtures("small_chunks")

Invoke = Callable[..., Result]
Audit = Callable[..., Result]

SMALL = ("--size", "64", "--n", "9", "--op-images", "9", "--draws", "2", "--levels", "2")
POLICY = """\
augscore_policy: 1
name: mine
size: 64
views:
  - transforms:
      - RandomHorizontalFlip: {p: 0.5}
      - RandomSolarize: {threshold: 0.3, p: 0}
"""


@pytest.fixture
def audit(invoke: Invoke, photos: Path, model_file: Path) -> Audit:
    """`augscore audit mine.yaml --gates gates.yaml`, with what the file is to say below version."""
    Path("mine.yaml").write_text(POLICY)

    def run(gates: str, *arguments: str) -> Result:
        Path("gates.yaml").write_text(f"version: 1\npreset: none\n{gates}")
        common = ("--data", str(photos), "--model", str(model_file), "--gates", "gates.yaml")
        return invoke("audit", "mine.yaml", *arguments, *common, *SMALL)

    return run


def gates_of(folder: str) -> list[dict[str, Any]]:
    document = json.loads(Path(folder, "report.json").read_text())
    found: list[dict[str, Any]] = document["gates"]
    return found


def test_one_verdict_in_every_form(audit: Audit) -> None:
    Path("summary.md").write_text("# A step before\n")
    gates = "gates:\n  p_zero_ops: 0\n  findings.ARG_IGNORED: 0\n"
    told = ("--out", "a", "--format", "github", "--summary", "summary.md")
    result = audit(gates, *told)
    assert result.exit_code == 1, result.output
    assert result.stdout.startswith("FAIL  findings.P_ZERO 1, allowed at most 0: P_ZERO RandomSol")
    expected = "::error file=mine.yaml,line=7,title=P_ZERO RandomSolarize::"
    assert any(row.startswith(expected) for row in result.output.splitlines())
    summary = Path("summary.md").read_text()
    assert summary == f"# A step before\n{Path('a/report.md').read_text()}"
    assert ": FAIL" in summary
    suite = ET.parse("a/junit.xml").getroot()
    assert suite.get("failures") == "2", "the gate and the finding"
    assert [gate["verdict"] for gate in gates_of("a")] == ["fail", "pass"]
    # The same measurements under other gates.
    result = audit("gates: {p_zero_ops: 1}", "--out", "a")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("PASS")
    assert [gate["verdict"] for gate in gates_of("a")] == ["pass"]


def test_inconclusive_is_exit_1_only_where_it_is_to_be(audit: Audit) -> None:
    gates = "gates: {ops.RandomHorizontalFlip.applied: [0.49, 0.51]}"
    result = audit(gates, "--out", "a")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("INCONCLUSIVE")
    assert "images: it takes 50" in result.stdout
    result = audit(f"fail_on: inconclusive\n{gates}", "--out", "a")
    assert result.exit_code == 1
    assert result.stdout.startswith("INCONCLUSIVE")
    assert "fails, as fail_on has it" in result.stdout


@pytest.mark.parametrize(
    ("gates", "told"),
    [
        ("gates: {polcy.strength: 1}", "gates.yaml:3:9: no gate is named 'polcy.strength'"),
        ("gates: {dead_ops: 0}\ngates: {}", "gates.yaml:4:1: 'gates' is given twice"),
        ("gates:\n  ops.Solarize.rms: 1", "gates.yaml:4: the policy has no operation 'Solarize'"),
        ("ignore: [{finding: DEAD}]", "gates.yaml:3:10: an ignored finding needs a reason"),
    ],
)
def test_mistakes_are_exit_2_with_their_line(audit: Audit, gates: str, told: str) -> None:
    result = audit(gates, "--out", "a")
    assert result.exit_code == 2
    assert told in result.stderr
    assert not Path("a", "report.json").exists()


def test_what_is_ignored_in_vain_is_a_warning(audit: Audit) -> None:
    result = audit("ignore:\n  - {finding: DEAD, reason: none}")
    assert result.exit_code == 0
    assert "warning: gates.yaml:4: nothing to ignore: DEAD" in result.stdout


def test_a_baseline_of_other_draws_is_refused_before_anything_is_measured(audit: Audit) -> None:
    assert audit("", "--out", "a").exit_code == 0
    result = audit("", "--baseline", "a/report.json", "--seed", "5")
    assert result.exit_code == 2
    assert "It drew with seed 0, not 5: give --seed 0" in result.stderr
    assert "views of 64 px" not in result.stderr
    result = audit("", "--baseline", "a/report.json", "--out", "b")
    assert result.exit_code == 0, result.output
    deltas = json.loads(Path("b/report.json").read_text())["comparison"]["deltas"]
    assert all(delta["paired"] for delta in deltas if delta["change"] is not None)
    assert {delta["change"]["value"] for delta in deltas if delta["change"]} == {0}
