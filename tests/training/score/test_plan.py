"""The plan: sizes, counts, files by key, and an expectation of time and memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from augscore.errors import HostError, InputError, UsageError
from augscore.keys import ImageId
from augscore.training.score.expectation import expect
from augscore.training.score.plan import ScoreRunOptions, plan_score_run
from augscore.training.score.source import Source


def names(source: Source) -> list[ImageId]:
    return list(source.names)


def test_a_plan_resolves_sizes_and_counts(scenes: Path, tiny_options: ScoreRunOptions) -> None:
    plan = plan_score_run([scenes], replace(tiny_options, size=None))
    assert (plan.files, plan.images, plan.held_out) == (12, 12, 1)
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
    assert expect(long).training > 50 * expect(short).training > 0
    assert expect(short).calibration > 0
    assert expect(short, done=100).training == 0
    large = plan_score_run([scenes], replace(tiny_options, batch_size=64))
    assert large.memory_bytes - short.memory_bytes == 1400 * 60 * 48**2
    assert short.memory_bytes > 100 << 20


def test_a_limit_takes_files_by_key_and_keeps_their_order(
    scenes: Path, tiny_options: ScoreRunOptions, tmp_path: Path
) -> None:
    plan = plan_score_run([scenes], replace(tiny_options, limit=5))
    chosen = names(plan.source)
    assert plan.images == len(chosen) == 5
    assert chosen == sorted(chosen, key=str)
    assert names(plan_score_run([scenes], replace(tiny_options, limit=4)).source) == [
        n
        for n in chosen
        if n in names(plan_score_run([scenes], replace(tiny_options, limit=4)).source)
    ]
    for name in chosen:
        (tmp_path / str(name)).write_bytes((scenes / str(name)).read_bytes())
    fewer = plan_score_run([tmp_path], replace(tiny_options, limit=3))
    assert set(names(fewer.source)) == set(
        names(plan_score_run([scenes], replace(tiny_options, limit=3)).source)
    )
    other = plan_score_run([scenes], replace(tiny_options, limit=5, seed=1))
    assert names(other.source) != chosen


def test_damaged_files_do_not_stop_a_plan(
    scenes: Path, tiny_options: ScoreRunOptions, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n nonsense")
    (tmp_path / "b.png").write_bytes((scenes / "scene-00.png").read_bytes())
    (tmp_path / "c.png").write_bytes((scenes / "scene-01.png").read_bytes())
    plan = plan_score_run([tmp_path], tiny_options)
    assert (plan.files, plan.images) == (3, 2)


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
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n nonsense")
    with pytest.raises(InputError, match="found 1") as caught:
        plan_score_run([tmp_path], tiny_options)
    assert caught.value.code == "too_few_images"


def test_a_size_that_no_image_reaches_is_refused(
    tiny_options: ScoreRunOptions, tmp_path: Path
) -> None:
    """As they are decoded: a panorama is narrow then."""
    for name in "ab":
        Image.new("RGB", (4000, 400)).save(tmp_path / f"{name}.png")
    assert plan_score_run([tmp_path], replace(tiny_options, size=None)).working_size == 96
    assert plan_score_run([tmp_path], replace(tiny_options, size=102)).working_size == 102
    with pytest.raises(InputError, match="no image reaches the working size of 103 px") as caught:
        plan_score_run([tmp_path], replace(tiny_options, size=103))
    assert caught.value.code == "too_small"


@pytest.mark.parametrize("size", [4097, 100_000])
def test_a_size_beyond_reason_is_refused(
    scenes: Path, tiny_options: ScoreRunOptions, size: int
) -> None:
    with pytest.raises(UsageError, match="largest is 4096 px"):
        plan_score_run([scenes], replace(tiny_options, size=size))


def test_the_folder_of_the_images_is_no_run(
    scenes: Path, tiny_options: ScoreRunOptions, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(scenes, target_is_directory=True)
    for out in (scenes, tmp_path / "link", scenes / "x" / "..", scenes.parent):
        with pytest.raises(UsageError, match="holds the images to train on"):
            plan_score_run([scenes], replace(tiny_options, out=out, force=True))
    with pytest.raises(UsageError, match="holds the images to train on"):
        plan_score_run(sorted(scenes.iterdir()), replace(tiny_options, out=scenes, force=True))
    plan_score_run([scenes], replace(tiny_options, out=scenes / "run"))
