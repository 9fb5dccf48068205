"""Which runs a study consists of."""

from __future__ import annotations

import pytest

from augscore.errors import UsageError
from augscore.methods.table import METHODS
from augscore.studies.cells import Cell, grid


def test_every_cell_once_and_all_of_a_seed_before_the_next() -> None:
    cells = grid(["simclr", "vicreg"], ["none", "score"], seeds=2)
    assert len(cells) == len(set(cells)) == 8
    assert [cell.seed for cell in cells] == [0] * 4 + [1] * 4
    assert {cell.name for cell in cells} >= {"simclr-none-0", "vicreg-score-1"}


def test_names_in_any_case_and_twice_are_one() -> None:
    assert grid(["SimCLR", "simclr"], ["none", "none"], seeds=1) == (Cell("simclr", "none", 0),)


def test_others_are_one_pair_of_each_further_method() -> None:
    cells = grid(["simclr"], ["permuted", "none", "score"], seeds=3, others=True)
    rest = cells[9:]
    assert {cell.method for cell in rest} == set(METHODS) - {"simclr"}
    assert {cell.weighting for cell in rest} == {"none", "permuted"}
    assert {cell.seed for cell in rest} == {0}
    assert len(rest) == 2 * (len(METHODS) - 1)


@pytest.mark.parametrize(
    ("methods", "weightings", "seeds", "code"),
    [
        (["simclr"], ["scoer"], 1, "unknown_weighting"),
        (["simclrr"], ["none"], 1, "unknown_method"),
        ([], ["none"], 1, "usage"),
        (["simclr"], [], 1, "usage"),
        (["simclr"], ["none"], 0, "usage"),
    ],
)
def test_what_makes_no_grid_is_refused(
    methods: list[str], weightings: list[str], seeds: int, code: str
) -> None:
    with pytest.raises(UsageError) as refused:
        grid(methods, weightings, seeds=seeds)
    assert refused.value.code == code


def test_a_mistyped_weighting_is_told_the_right_one() -> None:
    with pytest.raises(UsageError, match="score"):
        grid(["simclr"], ["scoer"])
