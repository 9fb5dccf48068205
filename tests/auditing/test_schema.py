"""The JSON Schema of an audit says the same as the dataclasses that make the document."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from importlib.resources import files
from typing import Any, get_args

import jsonschema
import pytest

from augscore.auditing import audit as whole
from augscore.auditing import finding as judged_parts
from augscore.auditing.gating.verdict import judged
from augscore.outputs import to_json
from tests.auditing.audits import (
    audit,
    comparison,
    data,
    example,
    finding,
    hostile_audit,
    op,
    policy,
)

SCHEMA = json.loads((files("augscore") / "schemas/audit-1.json").read_text())


def validate(document: object) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(to_json(document)))


def test_the_schema_is_sound() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"]["const"] == whole.SCHEMA


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("estimate", whole.Estimate),
        ("policy", whole.PolicyResult),
        ("histogram", whole.Histogram),
        ("data", whole.DataResult),
        ("design", whole.Design),
        ("scale", whole.Scale),
        ("op", whole.OpResult),
        ("curve", whole.Curve),
        ("point", whole.CurvePoint),
        ("finding", judged_parts.Finding),
        ("check", judged_parts.Check),
        ("gate", whole.Gate),
        ("comparison", whole.Comparison),
        ("delta", whole.Delta),
        ("example", whole.Example),
    ],
)
def test_it_names_every_field(name: str, kind: type) -> None:
    names = {field.name for field in fields(kind)}
    definition = SCHEMA["$defs"][name]
    assert set(definition["properties"]) == names
    assert set(definition["required"]) == names


def test_it_names_every_key_of_the_document() -> None:
    assert set(audit().to_json()) == set(SCHEMA["properties"]) == set(SCHEMA["required"])


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (SCHEMA["properties"]["status"], whole.Status),
        (SCHEMA["$defs"]["gate"]["properties"]["verdict"], whole.Verdict),
        (SCHEMA["$defs"]["level"], judged_parts.Level),
        (SCHEMA["$defs"]["check"]["properties"]["state"], judged_parts.State),
    ],
)
def test_it_knows_every_word(words: dict[str, Any], kind: object) -> None:
    assert set(words["enum"]) == set(get_args(kind))


@pytest.mark.parametrize(
    "made",
    [
        judged(audit(findings=[finding(images=("a.jpg", 3), line=4)], comparison=comparison())),
        judged(hostile_audit()),
        judged(audit([op("A", None, applied=None, curves=())], policy=policy(strength=None))),
        replace(audit(data=data(root=None)), complete=False, stopped_by="budget"),
        replace(audit(), examples=(example(), example("b", "evidence"))),
    ],
    ids=["whole", "hostile", "thin", "stopped", "shown"],
)
def test_documents_of_every_kind_are_valid(made: whole.Audit) -> None:
    validate(made.to_json())


@pytest.mark.parametrize(
    "breakage",
    [
        {"schema": "augscore.audit/2"},
        {"status": "passed"},
        {"complete": None},
        {"stopped_by": "SIGKILL"},
        {"policy": {}},
        {"ops": [{}]},
        {"gates": [{"key": "x"}]},
        {"comparison": {}},
        {"findings": [{"code": "dead"}]},
    ],
    ids=str,
)
def test_broken_documents_are_not(breakage: dict[str, Any]) -> None:
    document = audit().to_json()
    with pytest.raises(jsonschema.ValidationError):
        validate(document | breakage)
