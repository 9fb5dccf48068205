"""A run's mark says how the run was fed."""

from __future__ import annotations

from pathlib import Path

import pytest

from augscore.errors import InputError
from augscore.runs.mark import mark
from augscore.training.kept_feed import KeptFeed, feed_of_run

SETTINGS = {"seed": 3, "batch_size": 64, "views": 2, "size": 32, "method": "simclr"}


def test_a_feed_comes_back(tmp_path: Path) -> None:
    mark(tmp_path, "train simclr", SETTINGS, {"options": {"workers": 4, "images": 100}})
    assert feed_of_run(tmp_path) == KeptFeed(3, 64, 2, 32, 4)


def test_a_run_that_did_not_keep_its_workers_has_none(tmp_path: Path) -> None:
    mark(tmp_path, "train simclr", SETTINGS, {"options": {"images": 100}})
    assert feed_of_run(tmp_path).workers == 0


@pytest.mark.parametrize("broken", [{}, {"seed": 3}, SETTINGS | {"size": "large"}])
def test_a_mark_that_does_not_tell_is_refused(broken: dict[str, object], tmp_path: Path) -> None:
    mark(tmp_path, "train simclr", broken, {})
    with pytest.raises(InputError, match=r"run\.json") as refused:
        feed_of_run(tmp_path)
    assert refused.value.code == "run_unreadable"
