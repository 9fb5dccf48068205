"""`train_score`: rows, files, a run that ends, one that is interrupted, one that is killed."""

from __future__ import annotations

import errno
import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from augscore import outputs
from augscore.errors import HostError, InputError, UsageError
from augscore.runs import checkpoint, metrics, model_file
from augscore.runs.checkpoint import find_checkpoint
from augscore.runtime import Note, Progress, Stopped
from augscore.score.model import load_model
from augscore.score.network import Architecture
from augscore.strength.calibration import calibration_from_json
from augscore.training.score import run as score_run
from augscore.training.score import source
from augscore.training.score.plan import ScoreRunOptions
from augscore.training.score.run import LogRow, ScoreRunResult

TrainTiny = Callable[..., ScoreRunResult]


def stop_after(checks: int) -> Callable[[], str | None]:
    """A flag that comes up at the n-th question, and stays up."""
    asked = itertools.count(1)
    return lambda: "SIGINT" if next(asked) >= checks else None


def rows(run: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def test_every_row_of_the_metrics_holds_its_step_and_losses(tiny_run: Path) -> None:
    found = rows(tiny_run)
    assert [row["step"] for row in found] == [2, 4, 6, 8, 10]
    for row in found:
        assert isinstance(row["loss"], float)
        by_sigma = row["held_out_loss_by_sigma"]
        assert isinstance(by_sigma, dict)
        assert list(by_sigma) == ["0.02", "0.05", "0.1", "0.3"]
        assert row["held_out_loss"] == pytest.approx(sum(by_sigma.values()) / 4)


def test_the_model_explains_itself(tiny_run: Path, tiny_options: ScoreRunOptions) -> None:
    found = load_model(tiny_run / "model.safetensors")
    card = found.card
    assert card.architecture == tiny_options.architecture
    assert card.working_size == 48
    assert (card.data.images, card.data.held_out) == (11, 1)
    assert card.data.crop == 48
    assert card.sigma_range == (0.005, 2.0)
    assert 0.1 < card.mean < 0.9
    assert 0.05 < card.sigma_data < 0.5
    assert dict(card.training)["steps"] == 10
    assert [row.sigma for row in card.held_out] == [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5]
    assert all(row.network > 0 and row.wiener > 0 for row in card.held_out)
    assert calibration_from_json(found.calibration).lens.working_size == 48


def test_the_file_says_nothing_of_this_machine(tiny_run: Path, scenes: Path) -> None:
    data = (tiny_run / "model.safetensors").read_bytes()
    for word in (str(tiny_run.parent), str(scenes), "Linux", torch.__version__):
        assert word.encode() not in data
    run = json.loads((tiny_run / "run.json").read_text())
    assert (run["schema"], run["command"]) == ("augscore.run/1", "train score")
    assert run["settings"]["steps"] == run["options"]["steps"] == 10
    assert run["host"]["device"] == "cpu"


def test_the_network_has_learnt_from_the_averaged_weights(tiny_run: Path) -> None:
    last = find_checkpoint(tiny_run / "checkpoints").checkpoint
    assert last is not None
    assert last.step == 10
    weights = list(load_model(tiny_run / "model.safetensors").denoiser.parameters())
    for i, weight in enumerate(weights):
        assert torch.equal(weight, last.tensors[f"average.{i:03d}"])


def test_a_finished_run_says_so_and_changes_nothing(tiny_run: Path, train_tiny: TrainTiny) -> None:
    before = (tiny_run / "model.safetensors").read_bytes()
    with pytest.raises(UsageError, match=r"this run is finished\. ") as caught:
        train_tiny(tiny_run)
    assert caught.value.code == "output_exists"
    with pytest.raises(
        UsageError, match=r"finished, of other settings \(steps: 10 → 11; seed: 0 →"
    ):
        train_tiny(tiny_run, steps=11, seed=3)
    assert (tiny_run / "model.safetensors").read_bytes() == before
    assert len(rows(tiny_run)) == 5


def test_an_interrupted_run_continues_to_the_same_bytes(
    tiny_run: Path, train_tiny: TrainTiny, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    result = train_tiny(out, stopped=stop_after(7), log_every=1)
    assert (result.complete, result.stopped_by) == (False, "SIGINT")
    assert result.errors == ()
    assert not (out / "model.safetensors").exists()
    stopped_at = find_checkpoint(out / "checkpoints").checkpoint
    assert stopped_at is not None
    assert stopped_at.step == 7
    with (out / "metrics.jsonl").open("a") as file:
        file.write('{"step": 9, "loss": 3}\n{"step": 10, "lo')
    reports: list[LogRow] = []
    assert train_tiny(out, report=reports.append, log_every=1).complete
    assert [row.step for row in reports] == [8, 9, 10]
    assert [row["step"] for row in rows(out)] == list(range(1, 11))
    assert (out / "model.safetensors").read_bytes() == (tiny_run / "model.safetensors").read_bytes()


@pytest.mark.parametrize("at", [0, 100, -1])
def test_a_damaged_last_checkpoint_costs_one_interval(
    tiny_run: Path, train_tiny: TrainTiny, tmp_path: Path, at: int
) -> None:
    out = tmp_path / "run"
    train_tiny(out, stopped=stop_after(9))
    newest = max((out / "checkpoints").iterdir())
    assert newest.name == "step-00000009.safetensors"
    data = bytearray(newest.read_bytes())
    data[at] ^= 1
    newest.write_bytes(data)
    reports: list[LogRow] = []
    notes: list[Note] = []
    train_tiny(out, report=reports.append, note=notes.append)
    assert [row.step for row in reports] == [10]
    assert [row["step"] for row in rows(out)] == [2, 4, 6, 8, 10]
    assert [note.code for note in notes] == ["checkpoint_damaged", "continued"]
    assert "step 9" in notes[0].text
    assert "step 8 is used" in notes[0].text
    assert notes[1].text == "continuing after step 8 of 10"
    assert (out / "model.safetensors").read_bytes() == (tiny_run / "model.safetensors").read_bytes()


def test_without_a_sound_checkpoint_the_run_starts_anew(
    tiny_run: Path, train_tiny: TrainTiny, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    train_tiny(out, stopped=stop_after(9))
    for path in (out / "checkpoints").iterdir():
        path.write_bytes(b"")
    notes: list[Note] = []
    reports: list[LogRow] = []
    train_tiny(out, note=notes.append, report=reports.append)
    assert [note.code for note in notes] == ["checkpoint_damaged"]
    assert "step 9" in notes[0].text
    assert "step 8" in notes[0].text
    assert "starts anew" in notes[0].text
    assert [row.step for row in reports] == [row["step"] for row in rows(out)] == [2, 4, 6, 8, 10]
    assert (out / "model.safetensors").read_bytes() == (tiny_run / "model.safetensors").read_bytes()
    assert sorted(p.name for p in (out / "checkpoints").iterdir()) == [
        "step-00000008.safetensors",
        "step-00000010.safetensors",
    ]


def _full(*parts: str, times: int = 10**6) -> Callable[[Path, bytes], None]:
    """A disk without room for files of such names, the first `times` times."""
    left = itertools.count(times, -1)

    def write(path: Path, data: bytes) -> None:
        if any(part in path.name for part in parts) and next(left) > 0:
            raise outputs.refusal(path, OSError(errno.ENOSPC, "no space"))
        _written(path, data)

    return write


_written = outputs.write_bytes


def _patch_writers(patch: pytest.MonkeyPatch, write: Callable[[Path, bytes], None]) -> None:
    for module in (outputs, checkpoint, model_file):
        patch.setattr(module, "write_bytes", write)


def test_a_checkpoint_without_room_costs_its_interval_alone(
    tiny_run: Path, train_tiny: TrainTiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    train_tiny(out, stopped=stop_after(2))
    notes: list[Note] = []
    with monkeypatch.context() as patch:
        _patch_writers(patch, _full("step-", times=2))
        train_tiny(out, note=notes.append, checkpoint_every=1, stopped=stop_after(3))
    assert [note.code for note in notes] == ["continued", "checkpoint_unwritten"]
    assert "no space left" in notes[1].text
    assert sorted(p.name for p in (out / "checkpoints").iterdir()) == [
        "step-00000002.safetensors",
        "step-00000005.safetensors",
    ]
    train_tiny(out)
    assert (out / "model.safetensors").read_bytes() == (tiny_run / "model.safetensors").read_bytes()


def test_a_disk_that_stays_full_for_checkpoints_and_metrics_does_not_end_training(
    tiny_run: Path, train_tiny: TrainTiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(path: Path, line: str) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    out = tmp_path / "run"
    notes: list[Note] = []
    _patch_writers(monkeypatch, _full("step-", "metrics"))
    monkeypatch.setattr(metrics, "_append", no_room)
    result = train_tiny(out, note=notes.append, checkpoint_every=1, log_every=1)
    assert result.complete
    assert sorted(note.code for note in notes) == ["checkpoint_unwritten", "metrics_unwritten"]
    assert (out / "model.safetensors").read_bytes() == (tiny_run / "model.safetensors").read_bytes()


def test_a_model_without_room_is_written_later_without_training_again(
    tiny_run: Path, train_tiny: TrainTiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, full = tmp_path / "run", r"model.safetensors.*no space left \(.* GB free\)"
    with monkeypatch.context() as patch:
        _patch_writers(patch, _full("model.safetensors"))
        with pytest.raises(HostError, match=full) as caught:
            train_tiny(out)
    assert (caught.value.code, caught.value.exit_code) == ("disk_full", 4)
    assert "\n" not in str(caught.value)
    assert len(list((out / "checkpoints").iterdir())) == 2
    assert not (out / "model.safetensors").exists()
    reports: list[LogRow] = []
    assert train_tiny(out, report=reports.append).complete
    assert reports == []
    assert (out / "model.safetensors").read_bytes() == (tiny_run / "model.safetensors").read_bytes()
    assert [row["step"] for row in rows(out)] == [2, 4, 6, 8, 10]


def test_a_folder_that_cannot_be_marked_is_told_before_an_image_is_read(
    train_tiny: TrainTiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "read", lambda *a, **k: pytest.fail("read"))
    _patch_writers(monkeypatch, _full("run.json"))
    with pytest.raises(HostError, match=r"run\.json.*no space left"):
        train_tiny(tmp_path / "run")


def test_what_killed_processes_left_is_cleared_away(train_tiny: TrainTiny, tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / ".run.json.tmp-9999999999").write_text("half")
    (out / ".lock").write_text("9999999999")
    train_tiny(out, stopped=stop_after(1))
    (out / "checkpoints" / ".step-2.tmp-9999999999").write_text("half")
    train_tiny(out, stopped=stop_after(1))
    names = ["checkpoints", "metrics.jsonl", "run.json"]
    assert sorted(p.name for p in out.iterdir()) == names
    assert len(list((out / "checkpoints").iterdir())) == 2


def test_the_folder_is_claimed_before_images_are_read(
    begun: Path, train_tiny: TrainTiny, tmp_path: Path
) -> None:
    told: list[object] = []

    def announce(done: int) -> None:
        told.append((done, (out / "run.json").exists()))
        raise Stopped("SIGINT")

    for out in (tmp_path / "run", begun):
        assert train_tiny(out, announce=announce, progress=told.append).stopped_by == "SIGINT"
    assert told == [(0, True), (3, True)]


def test_images_below_the_working_size_are_refused_before_training(
    train_tiny: TrainTiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the plan looked at some files alone."""
    monkeypatch.setattr(source, "PROBED", 6)
    reports: list[LogRow] = []
    with pytest.raises(InputError, match="no image reaches the working size of 96 px"):
        train_tiny(tmp_path / "run", size=96, report=reports.append)
    assert reports == []


def test_memory_that_runs_out_is_the_machine(
    train_tiny: TrainTiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*parts: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 B")

    monkeypatch.setattr(score_run, "calibrate", exhausted)
    with pytest.raises(HostError, match="smaller --size or --batch-size") as caught:
        train_tiny(tmp_path / "run")
    assert caught.value.code == "out_of_memory"


def test_a_run_that_another_one_works_on_is_refused(train_tiny: TrainTiny, tmp_path: Path) -> None:
    out = tmp_path / "run"
    refusals: list[UsageError] = []

    def meanwhile(row: LogRow) -> None:
        with pytest.raises(UsageError) as caught:
            train_tiny(out)
        refusals.append(caught.value)

    result = train_tiny(out, report=meanwhile, stopped=stop_after(2))
    assert result.stopped_by == "SIGINT"
    assert [(r.code, r.exit_code) for r in refusals] == [("run_in_use", 2)]
    assert not (out / ".lock").exists()


def test_a_stop_while_reading_or_calibrating_is_continued(
    tiny_run: Path, train_tiny: TrainTiny, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    for stage in ("reading", "calibrating"):

        def stop(event: Progress, stage: str = stage) -> None:
            if event.stage == stage and event.done >= 3:
                raise Stopped("SIGTERM")

        result = train_tiny(out, progress=stop)
        assert (result.complete, result.stopped_by) == (False, "SIGTERM")
        assert not (out / "model.safetensors").exists()
    assert len(rows(out)) == 5
    reports: list[LogRow] = []
    assert train_tiny(out, report=reports.append).complete
    assert reports == []
    assert (out / "model.safetensors").read_bytes() == (tiny_run / "model.safetensors").read_bytes()


def test_a_stop_at_the_last_step_comes_before_calibrating(
    train_tiny: TrainTiny, tmp_path: Path
) -> None:
    result = train_tiny(tmp_path / "run", stopped=stop_after(10))
    assert (result.complete, result.stopped_by) == (False, "SIGINT")
    assert train_tiny(tmp_path / "run").complete


@pytest.fixture(scope="module")
def begun(train_tiny: TrainTiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("begun") / "run"
    train_tiny(out, stopped=stop_after(3))
    return out


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("steps", 20),
        ("batch_size", 5),
        ("seed", 1),
        ("size", 40),
        ("limit", 6),
        ("architecture", Architecture(widths=(8, 8, 12), blocks=1, conditioning=8)),
        ("architecture", Architecture(widths=(8, 8, 8), blocks=2, conditioning=8)),
    ],
)
def test_other_settings_are_refused(
    begun: Path, train_tiny: TrainTiny, setting: str, value: object
) -> None:
    before = sorted(p.read_bytes() for p in (begun / "checkpoints").iterdir())
    with pytest.raises(UsageError) as caught:
        train_tiny(begun, **{setting: value})
    assert caught.value.code == "resume_mismatch"
    assert caught.value.exit_code == 2
    assert sorted(p.read_bytes() for p in (begun / "checkpoints").iterdir()) == before


def test_other_images_are_refused(
    begun: Path, train_tiny: TrainTiny, scenes: Path, tmp_path: Path
) -> None:
    for i, path in enumerate(sorted(scenes.iterdir())):
        source = path if i else max(scenes.iterdir())
        (tmp_path / path.name).write_bytes(source.read_bytes())
    with pytest.raises(UsageError, match="fingerprint"):
        train_tiny(begun, paths=[tmp_path])


def test_force_begins_anew_where_settings_differ(train_tiny: TrainTiny, tmp_path: Path) -> None:
    out = tmp_path / "run"
    train_tiny(out, stopped=stop_after(3))
    reports: list[LogRow] = []
    train_tiny(out, stopped=stop_after(2), report=reports.append, force=True, seed=5, log_every=1)
    assert [row.step for row in reports] == [1, 2]
    assert [p.name for p in (out / "checkpoints").iterdir()] == ["step-00000002.safetensors"]
    assert [row["step"] for row in rows(out)] == [1, 2]


def test_force_trains_a_finished_run_anew_and_is_continued_too(
    tiny_run: Path, train_tiny: TrainTiny, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(tiny_run, tmp_path / "run"))
    for stop, steps in ((3, [2]), (4, [4, 6]), (99, [8, 10])):
        reports: list[LogRow] = []
        train_tiny(out, stopped=stop_after(stop), report=reports.append, force=True)
        assert [row.step for row in reports] == steps
    assert (out / "model.safetensors").read_bytes() == (tiny_run / "model.safetensors").read_bytes()


def test_global_state_is_as_before(train_tiny: TrainTiny, tmp_path: Path) -> None:
    state, strict = torch.random.get_rng_state(), torch.are_deterministic_algorithms_enabled()
    train_tiny(tmp_path / "run", stopped=stop_after(2))
    assert torch.equal(torch.random.get_rng_state(), state)
    assert torch.are_deterministic_algorithms_enabled() == strict


def test_bad_files_are_reported_and_the_rest_is_used(
    train_tiny: TrainTiny, scenes: Path, tmp_path: Path
) -> None:
    for path in scenes.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n nonsense")
    result = train_tiny(tmp_path / "run", paths=[tmp_path])
    assert [s.name for s in result.skipped] == ["bad.png"]
