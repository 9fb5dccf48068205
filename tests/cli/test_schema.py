"""The JSON Schema of a measurement says the same as the dataclasses that make the document."""

from __future__ import annotations

import json
from dataclasses import fields
from importlib.resources import files

import jsonschema
import pytest

from augscore.images.records import Skipped
from augscore.measuring import measurement as whole
from augscore.measuring import rows

SCHEMA = json.loads((files("augscore") / "schemas/measure-1.json").read_text())


def validate(document: object) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(document)))


def test_the_schema_is_sound() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"]["const"] == whole.SCHEMA


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("config", whole.MeasureConfig),
        ("model", whole.ModelIdentity),
        ("data", whole.DataCounts),
        ("summary", whole.Summary),
        ("class", whole.ClassSummary),
        ("spread", whole.Spread),
        ("noise_spread", whole.NoiseSpread),
        ("image", rows.ImageRow),
        ("pair", rows.PairRow),
        ("reading", rows.ViewReading),
    ],
)
def test_it_names_every_field(name: str, kind: type) -> None:
    names = {field.name for field in fields(kind)}
    definition = SCHEMA["$defs"][name]
    in_base64 = {name for name in definition["properties"] if name.endswith("_b64")}
    assert set(definition["properties"]) - in_base64 == names
    assert set(definition["required"]) == names


def test_it_names_every_key_of_the_document(make) -> None:  # type: ignore[no-untyped-def]
    document = make.measurement([make.image("a", 1.0)]).to_json()
    assert set(document) | {"pairs"} == set(SCHEMA["properties"])


def test_documents_of_every_kind_are_valid(make) -> None:  # type: ignore[no-untyped-def]
    beyond = make.view(9.0, None, "past_ladder")
    pair = rows.PairRow("a", "b", 3.0, ("duplicate",), make.view(0.1, 0.01))
    noise = whole.NoiseSpread(None, None, 0.2, (None, None), 0.004, 0.5, 7, 1)
    classes = whole.ClassSummary("cat", 3, make.spread(0.3, 0.1, 0.5), noise, 42.0)
    odd = make.measurement([make.image("a\udcff", 1.0, beyond)], classes=[classes]).to_json()
    validate(odd)
    assert odd["images"][0]["path_b64"] == "Yf8="
    validate(make.measurement(pairs=[pair]).to_json())
    validate(make.measurement([make.image("a", 1.0)], of=make.summary(noise)).to_json())
    validate(make.measurement(skipped=[Skipped("b", "empty_file", "")]).to_json())
    validate(make.measurement(stopped_by="SIGINT").to_json())


@pytest.mark.parametrize(
    "breakage",
    [
        {"schema": "augscore.measure/2"},
        {"complete": None},
        {"summary": {}},
        {"stopped_by": "SIGKILL"},
        {"pairs": []},
        {"skipped": [{"path": "x"}]},
    ],
    ids=str,
)
def test_a_broken_document_is_not(breakage: dict[str, object], make) -> None:  # type: ignore[no-untyped-def]
    document = make.measurement([make.image("a", 1.0)]).to_json()
    with pytest.raises(jsonschema.ValidationError):
        validate({**document, **breakage})
