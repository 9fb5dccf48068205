"""The queue of keys: only what was put in, the oldest out first, all of it in the state."""

from __future__ import annotations

from collections import deque

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from augscore.errors import UsageError
from augscore.training.networks.queue import KeyQueue, make_queue


def batch(first: int, count: int) -> torch.Tensor:
    """Keys that say when they came."""
    return torch.arange(first, first + count, dtype=torch.float32)[:, None].expand(-1, 2).clone()


def held(queue: KeyQueue) -> list[float]:
    return sorted(queue.keys()[:, 0].tolist())


@given(st.integers(1, 12), st.lists(st.integers(0, 12), max_size=12))
def test_it_holds_the_newest_keys(size: int, counts: list[int]) -> None:
    queue, expected, first = KeyQueue(size, 2), deque[float](maxlen=size), 0
    for count in (c for c in counts if c <= size):
        queue.enqueue(batch(first, count))
        expected.extend(range(first, first + count))
        first += count
        assert held(queue) == sorted(expected)


def test_it_is_empty_at_first() -> None:
    assert KeyQueue(8, 2).keys().shape == (0, 2)


def test_keys_that_were_given_out_stay_as_they_were() -> None:
    queue = KeyQueue(4, 2)
    for start in (0, 4, 8):
        queue.enqueue(batch(start, 3))
        given = queue.keys()
        copy = given.clone()
        queue.enqueue(batch(start + 3, 4))
        assert torch.equal(given, copy)
        assert held(queue) == [start + 3, start + 4, start + 5, start + 6]


def test_a_loaded_queue_goes_on_where_it_was_saved() -> None:
    first, loaded = KeyQueue(10, 2), KeyQueue(10, 2)
    for start in (0, 4, 8):
        first.enqueue(batch(start, 4))
    assert set(first.state_dict()) == {"ring", "pointer", "filled"}
    loaded.load_state_dict(first.state_dict())
    for queue in (first, loaded):
        queue.enqueue(batch(12, 3))
    assert torch.equal(first.keys(), loaded.keys())


def test_a_full_queue_that_loads_a_younger_one_gives_only_its_keys() -> None:
    full, young = KeyQueue(4, 2), KeyQueue(4, 2)
    full.enqueue(batch(0, 4))
    assert held(full) == [0, 1, 2, 3]
    young.enqueue(batch(7, 2))
    full.load_state_dict(young.state_dict())
    assert held(full) == [7, 8]


def test_no_gradient_and_no_half_precision_enters() -> None:
    queue = KeyQueue(4, 2)
    queue.enqueue(torch.rand(3, 2, requires_grad=True).to(torch.bfloat16))
    assert queue.keys().dtype == torch.float32
    assert not queue.keys().requires_grad


def test_a_batch_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UsageError, match="5 keys a step do not fit into a queue of 4"):
        KeyQueue(4, 2).enqueue(batch(0, 5))


def test_no_queue_for_a_size_of_0() -> None:
    assert make_queue(0, 16) is None
    queue = make_queue(8, 16)
    assert queue is not None
    assert queue.ring.shape == (8, 16)
