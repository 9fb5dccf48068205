"""`augscore bench`: tables on stdout, one JSON document, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import Result

from augscore.benching import engine
from augscore.benching.parity import Parity, check_parity
from augscore.engine.ops import colour, table

Invoke = Callable[..., Result]

TINY = ("bench", "engine", "--device", "cpu", "--size", "32", "--seconds", "0", "--batch-size", "4")


def test_engine_prints_a_table_for_each_task(invoke: Invoke) -> None:
    result = invoke(*TINY, "--peers", "kornia")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert "simclr-cifar, 32 to 32 px, batch 4" in lines
    assert "randaugment(2,9), 32 to 32 px, batch 4" in lines
    assert sum(line.startswith("ok ") for line in lines) == 2
    assert all(len(line) <= 80 for line in lines)


def test_engine_as_json_is_one_document(invoke: Invoke) -> None:
    result = invoke(*TINY, "--peers", "", "--json", "-")
    document = json.loads(result.stdout)
    assert document["schema"] == "augscore.bench-engine/1"
    assert document["passed"] is True
    assert [figure["name"] for figure in document["tasks"][0]["figures"]] == ["augscore"]
    assert "images/s" in result.stderr


def test_engine_ends_with_1_where_the_timed_output_is_not_right(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    def darker(images, draw, view, bound) -> Parity:  # type: ignore[no-untyped-def]
        return check_parity(images, draw, view * 0.9, bound)

    monkeypatch.setattr(engine, "check_parity", darker)
    result = invoke(*TINY, "--peers", "")
    assert result.exit_code == 1
    assert "FAIL" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("engine", "--peers", "kornja"), 2, "kornja"),
        (("engine", "--size", "32,x"), 2, "no list of whole numbers from 16 up"),
        (("engine", "--size", "8"), 2, "no list of whole numbers from 16 up"),
        (("engine", "--size", ""), 2, "no list of whole numbers from 16 up"),
        (("engine", "--seconds", "-1"), 2, "no number from 0"),
        (("engine", "--device", "cuda:99"), 4, "cuda:99"),
        (("exactness", "--device", "tpu"), 2, "tpu"),
        (("exactness", "--size", "3"), 2, "no whole number from 16 up"),
        (("decode",), 2, "No such command"),
    ],
)
def test_mistakes(arguments: tuple[str, ...], code: int, message: str, invoke: Invoke) -> None:
    result = invoke("bench", *arguments)
    assert result.exit_code == code
    assert message in result.stderr


def test_exactness_has_a_row_for_every_operation(invoke: Invoke) -> None:
    result = invoke("bench", "exactness")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert all(any(line.startswith(name) for line in lines) for name in table.OPS)
    assert all(len(line) <= 80 for line in lines)


def test_exactness_ends_with_1_where_a_bound_is_exceeded(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = replace(colour.HUE, torch_function=lambda images, turns: images)
    monkeypatch.setitem(table.OPS, "Hue", off)
    result = invoke("bench", "exactness", "--json", "-")
    assert result.exit_code == 1
    wrong = {row["op"] for row in json.loads(result.stdout)["operations"] if not row["passed"]}
    assert wrong == {"Hue"}


def test_ops_names_every_operation_and_backend(invoke: Invoke) -> None:
    arguments = ("--device", "cpu", "--seconds", "0", "--batch-size", "1", "--size", "16")
    result = invoke("bench", "ops", *arguments, "--json", "-")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["operations"]
    assert [row["op"] for row in rows] == list(table.OPS)
    assert next(row for row in rows if row["op"] == "Hue")["kornia_us"] > 0
