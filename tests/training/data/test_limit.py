"""A run on some of its images, and what judges it, take the same ones."""

from __future__ import annotations

import torch
from torch.utils.data import Subset, TensorDataset

from augscore.training.data.limit import as_trained_on, limited
from augscore.training.data.split import Split, split


def parts(count: int = 100) -> Split:
    images = torch.arange(100 * 3 * 8 * 8).remainder(256).to(torch.uint8).reshape(-1, 3, 8, 8)
    return split(Subset(TensorDataset(images, torch.arange(100) % 2), range(count)))


def test_the_keys_choose_and_the_test_images_stay() -> None:
    whole = parts()
    fewer = limited(whole, 30, seed=0)
    assert len(fewer.train) == 30
    assert [i for i in whole.train.ids if i in fewer.train.ids] == list(fewer.train.ids)
    assert fewer.test is whole.test
    assert fewer.told == f"{whole.told}; only 30 of those for training are used (limit)"
    assert set(limited(whole, 20, seed=0).train.ids) < set(fewer.train.ids)
    assert set(limited(whole, 30, seed=1).train.ids) != set(fewer.train.ids)


def test_no_limit_or_a_large_one_changes_nothing() -> None:
    whole = parts()
    assert limited(whole, None, seed=0) is whole
    assert limited(whole, len(whole.train), seed=0) is whole


def test_the_images_of_a_run_are_found_again_by_number_and_fingerprint() -> None:
    run = limited(parts(), 30, seed=5).train
    again = as_trained_on(parts(), len(run), run.fingerprint, seed=5)
    assert again.train.ids == run.ids
    assert "only 30" in again.told


def test_other_images_are_all_taken() -> None:
    run = limited(parts(), 30, seed=5).train
    other = parts(60)
    assert as_trained_on(other, len(run), run.fingerprint, seed=5) is other
    whole = parts()
    assert as_trained_on(whole, len(run), run.fingerprint, seed=6) is whole
