"""Every operation against how others do it, from the table that `bench exactness` prints."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from augscore.benching import exactness
from augscore.benching.differences import difference
from augscore.benching.exactness import compare, measure_exactness
from augscore.benching.references.record import Bound
from augscore.benching.references.table import REFERENCES, WITHOUT, references_of
from augscore.engine.level_tables import IDENTITY, RAND_AUGMENT, level_map
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import OPS

COMPARED = [op for op in OPS.values() if op.name not in WITHOUT]
every_compared_op = pytest.mark.parametrize("op", COMPARED, ids=lambda op: op.name)


def test_every_operation_has_a_reference_or_a_reason() -> None:
    compared = {reference.op for reference in REFERENCES}
    assert compared | set(WITHOUT) == set(OPS)
    assert not compared & set(WITHOUT)
    assert all(WITHOUT.values())


def test_every_operation_of_randaugment_is_compared_with_pil() -> None:
    assert len(RAND_AUGMENT) == 14
    for row in RAND_AUGMENT:
        if row.op == IDENTITY:
            continue
        driven = level_map(row)
        assert driven is not None
        assert "PIL" in {reference.whose for reference in references_of(driven[0].name)}


def test_every_wider_bound_has_a_reason() -> None:
    usual = Bound()
    for reference in REFERENCES:
        bound = reference.bound
        wider = bound.mean > usual.mean or bound.most > usual.most or bound.share > usual.share
        assert bound.why or not wider


@every_compared_op
def test_it_is_what_others_make_of_the_same_numbers(op: Op) -> None:
    compared = compare(op)
    assert compared
    for one in compared:
        assert one.passed, one


@every_compared_op
@pytest.mark.parametrize("size", [33, 64])
def test_at_other_sizes_too(op: Op, size: int) -> None:
    for one in compare(op, size):
        assert one.passed, one


@every_compared_op
def test_one_that_is_a_little_off_does_not_pass(op: Op) -> None:
    def off(*given: object) -> torch.Tensor:
        images = op.torch_function(*given)
        return images * 0.99 if images.is_floating_point() else images

    compared = compare(replace(op, torch_function=off, kornia_function=None))
    assert not compared[0].passed


@pytest.mark.parametrize("name", [op.name for op in COMPARED if op.kornia_function is not None])
def test_a_kornia_that_changes_a_function_does_not_pass(name: str) -> None:
    op = OPS[name]
    found = [one for one in compare(op) if one.against == "kornia backend"]
    assert [one.passed for one in found] == [True]

    def changed(images: torch.Tensor, *numbers: object) -> torch.Tensor:
        return op.torch_function(images, *numbers) * 0.99

    found = compare(replace(op, kornia_function=changed))
    assert [one.passed for one in found if one.against == "kornia backend"] == [False]


def test_without_kornia_there_is_no_row_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exactness, "find_spec", lambda name: None)
    assert "kornia backend" not in {one.against for one in exactness.compare(OPS["Hue"])}


def test_the_whole_table_is_told_and_survives_json() -> None:
    found = measure_exactness(32)
    assert found.passed
    document = found.to_json()
    assert {row["op"] for row in document["operations"]} | set(document["without"]) == set(OPS)


def test_a_difference_is_in_grey_levels() -> None:
    ours = torch.zeros(1, 3, 2, 2)
    theirs = ours.clone()
    theirs[0, 0, 0, 0] = 6 / 255
    apart = difference(ours, theirs, Bound(most=5.0))
    assert apart.mean == pytest.approx(0.5)
    assert apart.most == pytest.approx(6.0)
    assert apart.share == pytest.approx(1 / 12)
    assert not apart.within(Bound(mean=1.0, most=5.0))
    assert apart.within(Bound(mean=1.0, most=5.0, share=0.1))
    assert not apart.within(Bound(mean=0.4, most=5.0, share=0.1))
