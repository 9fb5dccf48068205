from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from augscore.errors import InputError, UsageError
from augscore.images.collect import collect
from augscore.runtime import Note, StopFlag, Stopped, StopSignal
from augscore.score.network import Architecture
from augscore.training.score import run as score_run
from augscore.training.score import verdict
from augscore.training.score.plan import ScoreRunPlan
from augscore.training.score.run import LogRow, ScoreHooks
from augscore.training.weighing import score_first
from augscore.training.weighing.score_first import plan_score_first, score_model_for

TINY = Architecture(widths=(8, 8, 8), blocks=1, conditioning=8)


@pytest.fixture(autouse=True)
def _few_crops(small_chunks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_run, "CALIBRATION_CROPS", 16)
    monkeypatch.setattr(verdict, "WIENER_CROPS", 128)
    monkeypatch.setattr(verdict, "JUDGED_CROPS", 16)


class Stopping(StopFlag):
    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def ask(self) -> StopSignal | None:
        self._left -= 1
        if self._left < 0:
            self.stopped_by = "SIGTERM"
        return self.stopped_by


class Told:
    def __init__(self, stop_after: int = 1000) -> None:
        self.rows: list[LogRow] = []
        self.notes: list[Note] = []
        self.hooks = ScoreHooks(
            announce=lambda done: None,
            report=self.rows.append,
            progress=lambda event: None,
            note=self.notes.append,
            stop=Stopping(stop_after),
        )


def plan(images: torch.Tensor, out: Path, *, steps: int = 6, size: int = 48) -> ScoreRunPlan:
    collected = collect(images)
    made = plan_score_first(collected, out, size=size, seed=0, device="cpu", steps=steps, workers=0)
    options = replace(made.options, architecture=TINY, batch_size=4, log_every=2)
    return replace(made, options=options)


def test_it_is_trained_on_images_in_memory_and_used_again(
    originals: torch.Tensor, tmp_path: Path
) -> None:
    told, again = Told(), Told()
    out = tmp_path / "run" / "score"
    first = score_model_for(plan(originals, out), told.hooks)
    assert first.calibration.lens.working_size == 48
    assert (first.model.card.data.images, first.model.card.data.held_out) == (11, 1)
    assert first.model.card.name == "score"
    assert [row.step for row in told.rows] == [2, 4, 6]
    written = (out / "model.safetensors").read_bytes()
    second = score_model_for(plan(originals, out), again.hooks)
    assert second.model.sha256 == first.model.sha256
    assert (out / "model.safetensors").read_bytes() == written
    assert again.rows == []
    assert [note.code for note in again.notes] == ["score_model_reused"]


def test_other_images_or_settings_are_refused(originals: torch.Tensor, tmp_path: Path) -> None:
    told = Told()
    score_model_for(plan(originals, tmp_path / "score"), told.hooks)
    for other in (
        plan(originals.flip(-1), tmp_path / "score"),
        plan(originals, tmp_path / "score", steps=7),
    ):
        with pytest.raises(UsageError, match=r"images: |steps: 6 → 7") as caught:
            score_model_for(other, told.hooks)
        assert caught.value.code == "resume_mismatch"


def test_a_signal_stops_it_and_the_same_call_ends_with_the_same_bytes(
    originals: torch.Tensor, tmp_path: Path
) -> None:
    whole, halved = tmp_path / "a" / "score", tmp_path / "b" / "score"
    score_model_for(plan(originals, whole), Told().hooks)
    stopped = Told(stop_after=3)
    with stopped.hooks.stop.at_once(), pytest.raises(Stopped) as caught:
        score_model_for(plan(originals, halved), stopped.hooks)
    assert caught.value.by == "SIGTERM"
    assert not (halved / "model.safetensors").exists()
    resumed = Told()
    score_model_for(plan(originals, halved), resumed.hooks)
    assert "continued" in [note.code for note in resumed.notes]
    assert [row.step for row in resumed.rows] == [6]
    assert (halved / "model.safetensors").read_bytes() == (whole / "model.safetensors").read_bytes()


def test_it_works_at_the_size_that_weighing_looks_at(
    originals: torch.Tensor, scenes: Path, tmp_path: Path
) -> None:
    assert plan(originals, tmp_path, size=224).working_size == 56  # that of the images
    assert plan(originals, tmp_path, size=32).working_size == 32
    large = torch.nn.functional.interpolate(originals.float(), (96, 96)).byte()
    assert plan(large, tmp_path, size=224).working_size == 64
    folder = plan_score_first(collect(scenes), tmp_path, size=224, seed=0, device="cpu", workers=0)
    assert (folder.working_size, folder.files) == (56, 12)


def test_some_of_many_images_are_chosen_by_key(
    originals: torch.Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_first, "MOST_IMAGES", 5)
    few = plan(originals, tmp_path)
    assert few.files == 5
    assert list(few.source.names) != list(range(5))
    assert set(few.source.names) <= set(plan(originals[:11], tmp_path).source.names) | {11}


def test_images_that_are_too_few_or_too_small(originals: torch.Tensor, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        plan(originals[:1], tmp_path)
    assert caught.value.code == "too_few_images"
    with pytest.raises(InputError) as caught:
        plan(originals[..., :28, :28].contiguous(), tmp_path)
    assert caught.value.code == "too_small"
