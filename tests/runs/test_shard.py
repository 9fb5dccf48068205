"""Shards: every image falls on exactly one, whoever else is there."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore import keys
from augscore.errors import UsageError
from augscore.runs.shard import Shard, parse_shard

IDS = st.one_of(st.text(), st.integers())


@given(IDS, st.integers(1, 40))
def test_every_image_is_of_one_shard(image_id: int | str, count: int) -> None:
    takers = [i for i in range(1, count + 1) if Shard(i, count).takes(image_id)]
    assert takers == [keys.rank(image_id, purpose="shard", seed=0) % count + 1]


def test_shards_are_of_like_size_and_no_sample() -> None:
    """Chi-squared with 6 degrees of freedom stays below 22.5 in 999 of 1,000 cases."""
    ids = [f"folder/{i:05d}.jpg" for i in range(7000)]
    found = Counter(next(k for k in range(1, 8) if Shard(k, 7).takes(i)) for i in ids)
    assert sum((n - 1000) ** 2 / 1000 for n in found.values()) < 22.5
    sample = keys.smallest_ranks(ids, 700, purpose="sample", seed=0)
    shared = sum(Shard(1, 7).takes(image) for image in sample)
    assert 60 < shared < 140


@given(st.integers(1, 10**9 - 1), st.integers(1, 10**9 - 1))
def test_what_is_written_is_read(index: int, count: int) -> None:
    if index <= count:
        assert parse_shard(f"{index}/{count}") == Shard(index, count)
        assert str(Shard(index, count)) == f"{index}/{count}"
    else:
        with pytest.raises(UsageError, match="there is no shard"):
            parse_shard(f"{index}/{count}")


@pytest.mark.parametrize(
    "text", ["", "1", "1/", "/3", "0/3", "1/0", "-1/3", "1/3/5", "1.0/3", " 1/3", "1/٣", "1/03"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no shard"):
        parse_shard(text)
