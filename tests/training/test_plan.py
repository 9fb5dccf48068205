"""The plan: sizes, counts, files by key, and an expectation of time and memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from augscore.errors import HostError, InputError
from augscore.images.records import Candidate, Skipped
from augscore.runtime import StopFlag
from augscore.training.plan import ScoreRunOptions, plan_score_run
from augscore.training.score_run import train_score


def names(plan_found: tuple[object, ...]) -> list[str]:
    return [f.name for f in plan_found if isinstance(f, Candidate)]


def test_a_plan_resolves_sizes_and_counts(scenes: Path, tiny_options: ScoreRunOptions) -> None:
    plan = plan_score_run([scenes], replace(tiny_options, size=None))
    assert (plan.images, plan.held_out) == (12, 1)
    assert (plan.working_size, plan.crop) == (56, 56)
    assert plan.workers == 0
    assert plan.device == "cpu"
    assert plan.bf16
    assert plan_score_run([scenes], tiny_options).working_size == 48


def test_it_expects_time_and_memory_in_proportion(
    scenes: Path, tiny_options: ScoreRunOptions
) -> None:
    short = plan_score_run([scenes], replace(tiny_options, steps=100))
    long = plan_score_run([scenes], replace(tiny_options, steps=100_000))
    assert long.seconds > 50 * short.seconds > 0
    large = plan_score_run([scenes], replace(tiny_options, batch_size=64))
    assert large.memory_bytes - short.memory_bytes == 1400 * 60 * 48**2
    assert short.memory_bytes > 100 << 20


def test_a_limit_takes_files_by_key_and_keeps_their_order(
    scenes: Path, tiny_options: ScoreRunOptions, tmp_path: Path
) -> None:
    plan = plan_score_run([scenes], replace(tiny_options, limit=5))
    chosen = names(plan.found)
    assert plan.images == len(chosen) == 5
    assert chosen == sorted(chosen)
    assert names(plan_score_run([scenes], replace(tiny_options, limit=4)).found) == [
        n
        for n in chosen
        if n in names(plan_score_run([scenes], replace(tiny_options, limit=4)).found)
    ]
    for name in chosen:
        (tmp_path / name).write_bytes((scenes / name).read_bytes())
    fewer = plan_score_run([tmp_path], replace(tiny_options, limit=3))
    assert set(names(fewer.found)) == set(
        names(plan_score_run([scenes], replace(tiny_options, limit=3)).found)
    )
    other = plan_score_run([scenes], replace(tiny_options, limit=5, seed=1))
    assert names(other.found) != chosen


def test_damaged_files_do_not_stop_a_plan(
    scenes: Path, tiny_options: ScoreRunOptions, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n nonsense")
    (tmp_path / "b.png").write_bytes((scenes / "scene-00.png").read_bytes())
    assert plan_score_run([tmp_path], tiny_options).images == 2


def test_folders_without_images_are_refused(tiny_options: ScoreRunOptions, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n nonsense")
    with pytest.raises(InputError) as caught:
        plan_score_run([tmp_path], tiny_options)
    assert caught.value.code == "no_images"
    assert caught.value.exit_code == 3


def test_an_absent_device_is_refused(scenes: Path, tiny_options: ScoreRunOptions) -> None:
    with pytest.raises(HostError):
        plan_score_run([scenes], replace(tiny_options, device="cuda:9999"))


def test_a_single_image_is_too_few_to_train_on(
    scenes: Path, tiny_options: ScoreRunOptions, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes((scenes / "scene-00.png").read_bytes())
    plan = plan_score_run([tmp_path / "a.png"], replace(tiny_options, out=tmp_path / "run"))
    with pytest.raises(InputError) as caught:
        train_score(
            plan,
            report=lambda r: None,
            progress=lambda e: None,
            note=lambda n: None,
            stop=StopFlag(),
        )
    assert caught.value.code == "too_few_images"
    assert not any(isinstance(f, Skipped) for f in plan.found)
