"""The command that `measure` proposes is one that can be run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from augscore_cli.measure_settings import MeasureSettings
from augscore_cli.next_step import again


def _settings(policy: str, *, allow_code: bool) -> MeasureSettings:
    made = SimpleNamespace(
        paths=(Path("my photos"),),
        reference=None,
        pairs=None,
        labels=None,
        policy=policy,
        allow_code=allow_code,
        views=1,
        model="default",
        size=64,
        limit=None,
        sample=None,
        max_pixels=100_000_000,
        seed=None,
        shard=None,
    )
    return cast(MeasureSettings, made)


def test_what_shapes_the_result_is_named_and_defaults_are_not() -> None:
    told = again(_settings("simclr", allow_code=False), "--out", "m")
    assert told == "augscore measure 'my photos' --size 64 --out m"


def test_code_is_allowed_again() -> None:
    told = again(_settings("mine.py:t", allow_code=True), "--out", "m")
    assert told == "augscore measure 'my photos' --policy mine.py:t --size 64 --allow-code --out m"
