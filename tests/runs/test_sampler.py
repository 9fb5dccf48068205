from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from augscore import keys
from augscore.errors import UsageError
from augscore.runs.sampler import Sampler


def sampler(count: int = 50, batch_size: int = 8, seed: int = 0, **of: int) -> Sampler:
    return Sampler(keys.image_keys(list(range(count))), batch_size, seed, **of)


@given(st.integers(1, 40), st.integers(1, 9), st.integers(0, 3), st.integers(0, 3))
def test_an_epoch_shows_every_image_at_most_once(
    count: int, batch_size: int, seed: int, epoch: int
) -> None:
    if count < batch_size:
        return
    chosen = sampler(count, batch_size, seed)
    assert sorted(chosen.order(epoch).tolist()) == list(range(count))
    steps = chosen.steps_per_epoch
    shares = [chosen.share(epoch * steps + i) for i in range(steps)]
    assert {(share.epoch, len(share.places)) for share in shares} == {(epoch, batch_size)}
    seen = torch.cat([share.places for share in shares]).tolist()
    assert len(set(seen)) == len(seen) == count // batch_size * batch_size


@pytest.mark.parametrize("world", [1, 2, 4])
def test_processes_share_the_batch_of_one(world: int) -> None:
    for step in (0, 5, 6, 40):
        parts = [sampler(rank=rank, world=world).share(step).places for rank in range(world)]
        assert torch.equal(torch.cat(parts), sampler().share(step).places)


def test_seeds_and_epochs_differ_and_are_uniform() -> None:
    orders = [sampler(seed=seed).order(epoch).tolist() for seed in (0, 1) for epoch in (0, 1)]
    assert len({tuple(order) for order in orders}) == 4
    firsts = torch.tensor([int(sampler(10, 2).order(epoch)[0]) for epoch in range(2000)])
    counts = torch.bincount(firsts, minlength=10).double()
    # 9 degrees of freedom: 27.9 is exceeded once in a thousand times, and the keys are fixed.
    assert float(((counts - 200) ** 2 / 200).sum()) < 27.9


def test_the_order_is_that_of_the_images_and_not_of_their_list() -> None:
    names = [f"{i}.png" for i in range(20)]
    forwards = Sampler(keys.image_keys(list(names)), 4, 0).order(3)
    backwards = Sampler(keys.image_keys(list(names[::-1])), 4, 0).order(3)
    assert [names[i] for i in forwards] == [names[::-1][i] for i in backwards]


def test_the_order_of_an_epoch_may_be_given() -> None:
    chosen = sampler()
    share = chosen.share(9, chosen.order(1))
    assert torch.equal(share.places, chosen.share(9).places)
    assert (share.epoch, share.step) == (1, 9)


@pytest.mark.parametrize(
    ("count", "batch_size", "world", "words"),
    [(7, 8, 1, "at most 7"), (50, 9, 2, "shared by 2"), (0, 1, 1, "there are 0")],
)
def test_batches_that_cannot_be(count: int, batch_size: int, world: int, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        sampler(count, batch_size, world=world)
