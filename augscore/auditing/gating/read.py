"""A file of gates → Gates, or every mistake in it at once."""

from __future__ import annotations

from pathlib import Path

from augscore.auditing.findings.catalogue import CATALOGUE
from augscore.auditing.gating.document import gates_of
from augscore.auditing.gating.gates import Gates
from augscore.engine.policy_file.contents import contents
from augscore.engine.policy_file.kind import Kind
from augscore.engine.policy_file.problems import mistakes_of, without_echoes
from augscore.engine.policy_file.text import cannot_read_on, read_text
from augscore.errors import GatesError

GATES = Kind(
    code="gates",
    name="a file of gates",
    empty="It begins with version: 1",
    single="One set of gates a file",
    alias="Write it out",
)


def read_gates(path: Path) -> Gates:
    """The gates in a .yaml, .yml or .json file.

    Raises GatesError with all mistakes, each with line and column; UsageError (`not_found`,
    `gates_unreadable`) for a file that cannot be opened.
    """
    file = str(path)
    text = read_text(contents(path, GATES), is_json=path.suffix.lower() == ".json", kind=GATES)
    if cannot_read_on(text):
        raise GatesError(file, mistakes_of(file, text.problems, text.places))
    codes = [kind.page.code for kind in CATALOGUE]
    gates, checked = gates_of(text.data, text.places, codes, file)
    problems = without_echoes(text.problems, checked)
    if problems:
        raise GatesError(file, mistakes_of(file, problems, text.places))
    return gates
