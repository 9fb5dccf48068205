"""`audit --explain`: every finding has a page that fits a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from augscore.auditing.findings.catalogue import CATALOGUE
from augscore.auditing.gating.keys import LEVELS, OPS, POLICY
from augscore.auditing.gating.presets import PRESETS
from augscore.auditing.gating.read import read_gates
from augscore.errors import UsageError
from augscore_cli.audit_pages import explained
from augscore_cli.lines import plain

CODES = [kind.page.code for kind in CATALOGUE]


@pytest.mark.parametrize("code", CODES)
def test_a_page(code: str) -> None:
    lines, document = explained(code.lower())
    told = [plain(row) for row in lines]
    page = next(kind.page for kind in CATALOGUE if kind.page.code == code)
    assert told[0] == f"{code}: {page.title}   level {page.level}"
    words = " ".join(" ".join(told).split())
    for part in (page.means, page.measured, page.remedy):
        assert " ".join(part.split()) in words
    assert max(map(len, told[1:])) <= 80
    assert document["code"] == code
    assert document["remedy"] == page.remedy


def test_all_of_them() -> None:
    lines, document = explained("all")
    told = "\n".join(plain(row) for row in lines)
    assert all(code in told for code in CODES)
    assert max(map(len, told.splitlines())) <= 80
    found = document["findings"]
    assert isinstance(found, list)
    assert [page["code"] for page in found] == CODES


def test_an_unknown_one() -> None:
    with pytest.raises(UsageError, match="Did you mean REVERSED"):
        explained("reversd")


def test_the_example_of_gates_is_read(tmp_path: Path) -> None:
    lines, document = explained("gates")
    told = [plain(row) for row in lines]
    assert max(map(len, told)) <= 80
    file = tmp_path / "gates.yaml"
    file.write_text("\n".join(told))
    gates = read_gates(file)
    assert gates.preset == "supervised"
    assert {rule.key.about for rule in gates.rules} == {"findings", "policy", "ops"}
    assert {rule.key.what for rule in gates.rules if rule.key.about == "policy"} == set(POLICY)
    assert len(gates.ignores) == 1
    assert document["example"] == "\n".join(told) + "\n"


def test_the_example_names_all_that_a_gate_can_be_about() -> None:
    example = str(explained("gates")[1]["example"])
    for word in (*OPS, *POLICY, *LEVELS, *PRESETS):
        assert word in example
