"""measure: the same numbers whatever the way there, everything counted, nothing disturbed."""

from __future__ import annotations

import json
import math
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import torch
from PIL import Image

from augscore.engine.augment import views_of
from augscore.engine.policy import Policy, View
from augscore.engine.policy_file.digest import policy_digest
from augscore.engine.presets import preset
from augscore.errors import HostError, InputError, TensorError, UsageError
from augscore.images.resize import bring_to_size
from augscore.measuring import tally as tally_module
from augscore.measuring.measurement import Measurement
from augscore.measuring.rows import Row
from augscore.measuring.run import measure
from augscore.measuring.sources import memory_source, pairs_source
from augscore.runtime import Note, Progress
from augscore.strength.scorer import Scorer

Run = Callable[..., Measurement]


def tensors(folder: Path) -> torch.Tensor:
    """The PNG files of a folder, in the order of their names."""
    return torch.stack(
        [
            torch.from_numpy(np.array(Image.open(p).convert("RGB"))).permute(2, 0, 1)
            for p in sorted(folder.glob("*.png"))
        ]
    )


def copy(scenes: Path, folder: Path, count: int) -> Path:
    for path in sorted(scenes.iterdir())[:count]:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def without_names(result: Measurement) -> list[Any]:
    return [(row.score_norm, row.typicality) for row in result.images]


@pytest.mark.parametrize(
    "way", [{"batch_size": 1}, {"batch_size": 5}, {"batch_size": 50}, {"workers": 3}]
)
def test_numbers_do_not_depend_on_batch_size_or_workers(
    run: Run, scenes: Path, way: dict[str, int]
) -> None:
    whole, other = run(scenes, views=2), run(scenes, views=2, **way)
    assert other.images == whole.images
    assert other.summary == whole.summary
    assert other.data == whole.data


def test_numbers_do_not_depend_on_order_or_company(run: Run, scenes: Path, tmp_path: Path) -> None:
    whole = {row.path: row for row in run(scenes).images}
    paths = sorted(scenes.iterdir())
    random.Random(0).shuffle(paths)
    shuffled = run(paths)
    assert [row.path for row in shuffled.images] != sorted(str(row.path) for row in shuffled.images)
    by_name = {str(row.path).rsplit("/", 1)[-1]: row for row in shuffled.images}
    for name, row in whole.items():
        assert by_name[str(name)].score_norm == row.score_norm
        assert by_name[str(name)].typicality == row.typicality
    for row in run(copy(scenes, tmp_path, 3)).images:
        one, many = row.views[0], whole[row.path].views[0]
        assert row.score_norm == whole[row.path].score_norm
        assert (one.strength, one.draw) == (many.strength, many.draw)
        assert (one.pixel_rms, one.one_minus_ssim) == (many.pixel_rms, many.one_minus_ssim)


def test_a_repeated_run_is_equal_and_a_seed_another(run: Run, scenes: Path) -> None:
    one = run(scenes, limit=4)
    assert run(scenes, limit=4).to_json() == one.to_json()
    other = run(scenes, limit=4, seed=1)
    assert other.images[0].views != one.images[0].views
    assert without_names(other) == without_names(one)


def test_a_first_view_is_the_same_however_many_follow(run: Run, scenes: Path) -> None:
    one, three = run(scenes, limit=3), run(scenes, limit=3, views=3)
    assert [row.views[0] for row in three.images] == [row.views[0] for row in one.images]
    assert all(len(row.views) == 3 for row in three.images)
    assert len({v.strength for v in three.images[0].views}) == 3


def test_readings_are_those_of_the_scorer_on_the_views(
    run: Run, scenes: Path, tiny_scorer: Scorer
) -> None:
    result = run(scenes, views=2)
    pixels = list(tensors(scenes))
    names = [str(row.path) for row in result.images]
    assert names == sorted(p.name for p in scenes.iterdir())
    views, _ = views_of(pixels, "simclr", views=2, size=48, seed=0, ids=names)
    references = torch.stack([bring_to_size(p, 48) for p in pixels])
    for k in (0, 1):
        strength = tiny_scorer.strength(references, views[k]).tolist()
        gap = tiny_scorer.score_gap(references, views[k]).tolist()
        assert [row.views[k].strength for row in result.images] == strength
        assert [abs(row.views[k].score_shift) for row in result.images] == pytest.approx(gap)
        assert result.summary is not None
        assert result.summary.unrelated is not None
        for row, value in zip(result.images, strength, strict=True):
            reading = row.views[k]
            relative = value / result.summary.unrelated
            assert reading.strength_relative == pytest.approx(relative)
            noise = tiny_scorer.calibration.ladder_for(48).noise_sd(value)
            assert (reading.strength_noise_sd, reading.noise_bound) == noise
            difference = (references - views[k])[result.images.index(row)].double()
            assert reading.pixel_rms == pytest.approx(math.sqrt(float((difference**2).mean())))
    torch.testing.assert_close(
        torch.tensor([row.score_norm for row in result.images]), tiny_scorer.score_norm(references)
    )


def test_the_yardstick_is_the_median_between_two_images_of_the_source(
    run: Run, scenes: Path, tiny_scorer: Scorer
) -> None:
    references = torch.stack([bring_to_size(p, 48) for p in tensors(scenes)])
    each = [tiny_scorer.describe(reference[None]) for reference in references]
    pairs = [float(tiny_scorer.compare(each[i], each[j])) for i in range(12) for j in range(i)]
    summary = run(scenes).summary
    assert summary is not None
    assert summary.unrelated == pytest.approx(sorted(pairs)[(len(pairs) - 1) // 2])


def test_noise_raises_the_score_and_its_removal_lowers_it(run: Run, tmp_path: Path) -> None:
    lines = ["reference,distorted"]
    for i in range(4):
        noise = np.random.default_rng(i).normal(110 + 5 * i, 30, (56, 56, 3))
        Image.fromarray(noise.clip(0, 255).astype(np.uint8)).save(tmp_path / f"{i}n.png")
        Image.new("RGB", (56, 56), (110 + 5 * i,) * 3).save(tmp_path / f"{i}.png")
        lines += [f"{i}.png,{i}n.png", f"{i}n.png,{i}.png"]
    (tmp_path / "pairs.csv").write_text("\n".join(lines))
    shifts = [row.reading.score_shift for row in run(pairs_source(tmp_path / "pairs.csv")).pairs]
    assert min(shifts[::2]) > 0.05
    assert max(shifts[1::2]) < -0.05


def test_the_identity_has_strength_exactly_0(run: Run, scenes: Path) -> None:
    result = run(scenes, policy="identity")
    for row in result.images:
        (view,) = row.views
        assert (view.strength, view.score_shift, view.pixel_rms) == (0, 0, 0)
        assert (view.one_minus_ssim, view.strength_relative) == (0, 0)
        assert (view.strength_noise_sd, view.noise_bound) == (None, "below_floor")
    assert result.summary is not None
    assert result.summary.strength.interval == (0, 0)
    assert result.summary.strength_noise_sd.below_floor == 12
    assert result.summary.strength_noise_sd.median is None


def test_a_tensor_a_list_and_a_data_set_give_the_same_numbers(run: Run, scenes: Path) -> None:
    pixels = tensors(scenes)
    by_tensor = run(memory_source(pixels))

    class Labelled:
        def __len__(self) -> int:
            return len(pixels)

        def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
            return pixels[index], index % 3

    by_set = run(memory_source(Labelled()))
    assert [row.path for row in by_set.images] == list(range(12))
    assert by_set.images == by_tensor.images
    assert by_set.summary == by_tensor.summary
    assert without_names(run(scenes)) == without_names(by_tensor)
    assert without_names(run(sorted(scenes.iterdir()))) == without_names(by_tensor)


def test_everything_found_is_accounted_for_and_bad_files_change_no_other_number(
    run: Run, scenes: Path, tmp_path: Path
) -> None:
    copy(scenes, tmp_path, 5)
    clean = run(tmp_path)
    png = (tmp_path / "scene-00.png").read_bytes()
    (tmp_path / "aaa-cut.png").write_bytes(png[: len(png) // 2])
    (tmp_path / "scene-02x.jpg").write_bytes(b"no image")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / ".hidden.png").write_bytes(png)
    mixed = run(tmp_path)
    assert mixed.images == clean.images
    assert mixed.summary == clean.summary
    assert mixed.data.measured == 5
    assert {s.name for s in mixed.skipped} == {"aaa-cut.png", "scene-02x.jpg", "empty.png"}
    assert all(s.reason for s in mixed.skipped)
    check_counts(mixed)
    assert mixed.data.ignored == sum(mixed.data.ignored_by_reason.values()) > 0
    limited = run(tmp_path, limit=2)
    check_counts(limited)
    assert limited.data.found == mixed.data.found
    assert limited.data.left_out > 0


def check_counts(result: Measurement) -> None:
    data = result.data
    assert data.found == data.measured + data.skipped + data.ignored + data.left_out
    assert data.skipped == len(result.skipped)
    assert data.measured == len(result.images) + len(result.pairs)


def test_a_limit_takes_the_first_and_a_sample_takes_by_key(
    run: Run, scenes: Path, tmp_path: Path
) -> None:
    first = run(scenes, limit=3)
    assert [row.path for row in first.images] == [f"scene-{i:02d}.png" for i in range(3)]
    assert first.data.left_out == 9
    check_counts(first)
    sample = [row.path for row in run(scenes, sample=6).images]
    assert len(sample) == 6
    assert sample == sorted(str(p) for p in sample)
    assert sample != [f"scene-{i:02d}.png" for i in range(6)]
    assert set(sample) != {row.path for row in run(scenes, sample=6, seed=1).images}
    smaller = {row.path for row in run(scenes, sample=3).images}
    assert smaller < set(sample)
    for path in scenes.iterdir():
        if path.name in sample:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    assert {row.path for row in run(tmp_path, sample=3).images} == smaller
    both = [row.path for row in run(scenes, sample=6, limit=2).images]
    assert both == sample[:2]
    assert run(scenes, sample=50).data.measured == 12


def test_a_single_image_has_no_relative_strength(run: Run, scenes: Path) -> None:
    result = run(scenes / "scene-03.png", views=2)
    assert result.summary is not None
    assert result.summary.unrelated is None
    assert result.summary.strength_relative is None
    assert all(v.strength_relative is None for v in result.images[0].views)
    assert all(v.strength > 0 for v in result.images[0].views)
    json.dumps(result.to_json(), allow_nan=False)


def test_constant_and_tiny_pictures_are_measured_without_nan(run: Run) -> None:
    flat = torch.stack([torch.full((3, 40, 40), v, dtype=torch.uint8) for v in (0, 128, 255)])
    result = run(memory_source(flat))
    assert result.data.measured == 3
    text = json.dumps(result.to_json(), allow_nan=False)
    assert "NaN" not in text


def test_equal_images_have_no_yardstick_to_divide_by(run: Run) -> None:
    same = torch.full((3, 3, 48, 48), 90, dtype=torch.uint8)
    result = run(memory_source(same), policy="identity")
    assert result.summary is not None
    assert result.summary.unrelated == 0
    assert result.summary.strength_relative is None
    assert result.images[0].views[0].strength_relative is None


def test_an_interruption_keeps_what_was_measured(run: Run, scenes: Path) -> None:
    whole, events = run(scenes), list[Progress]()
    result = run(
        scenes,
        batch_size=4,
        progress=events.append,
        stopped=lambda: "SIGTERM" if events and events[-1].done >= 8 else None,
    )
    assert (result.complete, result.stopped_by) == (False, "SIGTERM")
    assert result.data.measured == 8
    check_counts(result)
    assert [row.score_norm for row in result.images] == [row.score_norm for row in whole.images[:8]]
    measuring = [e for e in events if e.stage == "measuring"]
    assert [e.done for e in measuring] == [0, 4, 8]
    assert {e.total for e in measuring} == {12}
    assert (whole.complete, whole.stopped_by) == (True, None)


def test_rows_are_handed_on_as_they_are_made(run: Run, scenes: Path) -> None:
    streamed: list[Row] = []
    result = run(scenes, rows=streamed.append)
    assert tuple(streamed) == result.images


def test_a_long_result_keeps_its_first_rows_and_says_so(
    run: Run, scenes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(scenes)
    monkeypatch.setattr(tally_module, "ROWS_IN_JSON", 5)
    result = run(scenes)
    assert result.rows_truncated
    assert not whole.rows_truncated
    assert result.images == whole.images[:5]
    assert result.summary == whole.summary
    assert result.data == whole.data


def test_the_document_is_json_with_the_resolved_settings(run: Run, scenes: Path) -> None:
    document = run(scenes, limit=2, seed=7).to_json()
    text = json.loads(json.dumps(document, allow_nan=False))
    assert text["schema"] == "augscore.measure/1"
    assert text["config"] == {
        "policy": "simclr",
        "policy_digest": policy_digest(preset("simclr")),
        "views": 1,
        "seed": 7,
        "size": 48,
        "limit": 2,
        "sample": None,
        "max_pixels": 100_000_000,
        "device": "cpu",
        "shard": None,
    }
    assert text["model"]["reading"] == "strength/2"
    assert len(text["images"]) == 2
    assert text["images"][0]["views"][0]["draw"][0]["op"] == "RandomResizedCrop"


def test_rows_hold_what_containers_chose_and_the_document_is_valid(run: Run, scenes: Path) -> None:
    document = run(scenes, limit=3, views=2, policy="augmix").to_json()
    text = json.loads(json.dumps(document, allow_nan=False))
    schema = json.loads((files("augscore") / "schemas/measure-1.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(text)
    for image in text["images"]:
        for view in image["views"]:
            *_, mix = view["draw"]
            assert mix["op"] == "AugMix"
            assert len(mix["branches"]) == 3
            assert all(step["stage"] for branch in mix["branches"] for step in branch["steps"])
    chosen = run(scenes, limit=3, policy="randaugment(2,14)")
    draws = [row.views[0].draw or () for row in chosen.images]
    assert any(draws)
    assert {step["stage"] for draw in draws for step in draw} <= {"RandAugment 1", "RandAugment 2"}


def test_the_digest_is_of_the_policy_as_given(run: Run, scenes: Path) -> None:
    policy = replace(preset("simclr"), views=(View((), 64), View((), 48)))
    digest = run(scenes, limit=1, policy=policy).config.policy_digest
    assert digest == policy_digest(policy)


def test_bad_arguments_are_refused_before_work(run: Run, scenes: Path, tmp_path: Path) -> None:
    wrong: list[dict[str, Any]] = [{"views": 0}, {"size": 31}, {"size": 10**5}]
    wrong += [{"policy": "simcrl"}]
    wrong += [{"seed": -1}, {"batch_size": 0}, {"max_pixels": 0}, {"policy": Policy}]
    for changes in wrong:
        with pytest.raises(UsageError):
            run(scenes, **changes)
    with pytest.raises(UsageError):
        run(tmp_path / "nowhere")
    with pytest.raises(TensorError):
        run(torch.zeros(3, 48, 48, dtype=torch.uint8))


def test_the_python_call_gives_the_same_object(run: Run, scenes: Path, tiny_run: Path) -> None:
    result = measure(scenes, size=48, model=tiny_run, device="cpu")
    expected = run(scenes)
    assert result.images == expected.images
    assert result.summary == expected.summary
    assert result.model == expected.model


def test_the_python_call_refuses_a_folder_without_images(tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"a\.png") as caught:
        measure(tmp_path, model=tiny_run, device="cpu")
    assert caught.value.code == "no_images"


def test_nothing_is_written_beside_the_images(run: Run, scenes: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in scenes.rglob("*")}
    run(scenes, limit=2)
    assert {p: p.stat().st_mtime_ns for p in scenes.rglob("*")} == before


def test_bad_50_copies_are_measured_and_name_the_first(
    run: Run, scenes: Path, tmp_path: Path
) -> None:
    copy(scenes, tmp_path, 3)
    data = (tmp_path / "scene-00.png").read_bytes()
    for name in ("again.png", "sub/deep.png", "scene-01x.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    result = run(tmp_path, batch_size=2)
    found = {row.path: (row.duplicate_of, "duplicate" in row.notes) for row in result.images}
    assert found == {
        "again.png": (None, False),
        "scene-00.png": ("again.png", True),
        "scene-01.png": (None, False),
        "scene-01x.png": ("again.png", True),
        "scene-02.png": (None, False),
        "sub/deep.png": ("again.png", True),
    }
    assert (result.data.measured, result.data.distinct) == (6, 3)
    assert len({row.digest for row in result.images}) == 3


def test_labels_come_from_folders_or_from_a_function(
    run: Run, scenes: Path, tmp_path: Path
) -> None:
    for folder in ("cat", "dog"):
        (tmp_path / folder).mkdir()
        copy(scenes, tmp_path / folder, 2)
    (tmp_path / "cat" / "scene-00.png").rename(tmp_path / "top.png")
    result = run(tmp_path)
    assert [(row.path, row.label) for row in result.images] == [
        ("cat/scene-01.png", "cat"),
        ("dog/scene-00.png", "dog"),
        ("dog/scene-01.png", "dog"),
        ("top.png", None),
    ]
    assert {(c.label, c.images) for c in result.classes} == {("cat", 1), ("dog", 2)}
    other = run(tmp_path, labels=lambda name: name[-5])
    assert [row.label for row in other.images] == ["1", "0", "1", "p"]
    assert other.summary == result.summary


def test_rows_need_not_be_kept(run: Run, scenes: Path) -> None:
    whole, bare = run(scenes), run(scenes, keep_rows=False)
    assert bare.images == ()
    assert bare.rows_truncated
    assert (bare.summary, bare.data) == (whole.summary, whole.data)


def test_bad_56_the_file_that_everything_waits_for_is_named(
    run: Run, scenes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(scenes, tmp_path, 3)
    (tmp_path / "slow\n.png").write_bytes((tmp_path / "scene-00.png").read_bytes())
    whole, released, notes = run(tmp_path, workers=1), threading.Event(), list[Note]()

    def told(note: Note) -> None:
        notes.append(note)
        released.set()

    def reluctant(path: Path, mode: str) -> Any:
        assert "slow" not in path.name or released.wait(60)
        return path.open(mode)

    monkeypatch.setattr("augscore.images.batches.PATIENCE", 0.05)
    monkeypatch.setattr("augscore.images.decode.open", reluctant, raising=False)
    assert run(tmp_path, workers=1, note=told).images == whole.images
    assert [note.code for note in notes] == ["slow_file"]
    assert notes[0].text.endswith("waiting for slow\\x0a.png")


def test_progress_ends_at_the_total_whatever_was_skipped(
    run: Run, scenes: Path, tmp_path: Path
) -> None:
    copy(scenes, tmp_path, 4)
    (tmp_path / "a-broken-link.png").symlink_to("nothing")
    (tmp_path / "b-cut.png").write_bytes(b"no image")
    (tmp_path / "notes.txt").touch()
    for limit in (None, 2):
        events: list[Progress] = []
        run(tmp_path, progress=events.append, limit=limit, batch_size=1)
        measuring = [e for e in events if e.stage == "measuring"]
        assert measuring[-1].done == measuring[-1].total
        assert all(e.total is not None and e.done <= e.total for e in measuring)


def test_an_item_that_a_data_set_cannot_give_is_skipped(run: Run, scenes: Path) -> None:
    class Broken:
        def __len__(self) -> int:
            return 4

        def __getitem__(self, index: int, /) -> torch.Tensor:
            if index == 1:
                raise OSError("the disk is away")
            return tensors(scenes)[index]

    result = run(Broken())
    assert [row.path for row in result.images] == [0, 2, 3]
    assert [(s.name, s.reason, s.detail) for s in result.skipped] == [
        ("1", "item_failed", "OSError: the disk is away")
    ]
    assert without_names(result) == [
        row for i, row in enumerate(without_names(run(tensors(scenes)[:4]))) if i != 1
    ]


@pytest.mark.parametrize(
    ("names", "code", "words"),
    [
        ([], "empty_folder", "it is empty"),
        (["a.txt", "b.txt", "c"], "no_images", "1 of 3 skipped, first c: empty_file"),
        (["a.txt", "b.txt", "c.md"], "no_images", r"3 other_extension \(2 .txt, 1 .md\)"),
    ],
)
def test_bad_02_03_nothing_measured_is_explained(
    tiny_run: Path, tmp_path: Path, names: list[str], code: str, words: str
) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=words) as caught:
        measure(tmp_path, model=tiny_run, device="cpu")
    assert caught.value.code == code
    with pytest.raises(InputError, match="no images were given"):
        measure([], model=tiny_run, device="cpu")


def test_memory_that_runs_out_is_the_machines(
    run: Run, scenes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_memory(*arguments: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr("augscore.measuring.run.references_of", out_of_memory)
    with pytest.raises(HostError, match="not enough memory") as caught:
        run(scenes)
    assert caught.value.code == "out_of_memory"


def test_bad_files_change_no_yardstick(run: Run, scenes: Path, tmp_path: Path) -> None:
    copy(scenes, tmp_path, 12)
    clean = run(tmp_path)
    for i in range(60):
        (tmp_path / f"bad-{i}.png").write_bytes(b"no image")
    assert run(tmp_path).images == clean.images
