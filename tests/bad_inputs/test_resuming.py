"""Row 79: a run that is continued with other settings, other data, or a half-written checkpoint."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from augscore.errors import UsageError
from augscore.runs.continuing import usable_checkpoint
from augscore.runtime import Note
from augscore.score.fit import FitOptions
from augscore.score.network import Architecture
from augscore.training.score import plan, source
from augscore.training.score import run as score_run
from augscore.training.score.binding import binding_settings
from augscore.training.score.plan import ScoreRunOptions, plan_score_run
from augscore.training.score.run import ScoreRunResult
from augscore_cli.main import root

TrainTiny = Callable[..., ScoreRunResult]


def at_once() -> str:
    return "SIGTERM"


@pytest.fixture(scope="module")
def begun(train_tiny: TrainTiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One step of a run that the command line can continue."""
    out = tmp_path_factory.mktemp("begun") / "run"
    train_tiny(out, stopped=at_once, architecture=Architecture(), size=32, steps=6, batch_size=2)
    return out


def command(scenes: Path, out: Path, *changes: str) -> Result:
    settings = ["--size", "32", "--steps", "6", "--batch-size", "2", "--device", "cpu"]
    arguments = ["train", "score", str(scenes), "--out", str(out), *settings, *changes]
    return CliRunner().invoke(root, arguments, prog_name="augscore")


def test_bad_79_each_changed_setting_is_told_old_and_new(begun: Path, scenes: Path) -> None:
    before = sorted(p.read_bytes() for p in (begun / "checkpoints").iterdir())
    result = command(scenes, begun, "--steps", "7", "--batch-size", "3", "--seed", "4")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "steps: 6 → 7; batch-size: 2 → 3; seed: 0 → 4" in result.stderr
    assert "another --out" in result.stderr
    assert sorted(p.read_bytes() for p in (begun / "checkpoints").iterdir()) == before


def test_bad_79_other_sizes_are_told(begun: Path, scenes: Path) -> None:
    result = command(scenes, begun, "--size", "48")
    assert result.exit_code == 2
    assert "working-size: 32 → 48; crop: 32 → 48; scales: " in result.stderr


def test_bad_79_settings_are_refused_before_an_image_is_read(
    begun: Path, train_tiny: TrainTiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "read", lambda *a, **k: pytest.fail("read"))
    with pytest.raises(UsageError) as caught:
        train_tiny(begun, architecture=Architecture(), size=32, steps=8, batch_size=2)
    assert (caught.value.code, caught.value.exit_code) == ("resume_mismatch", 2)


def test_bad_79_another_learning_rate(
    begun: Path, train_tiny: TrainTiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faster(**settings: int | bool) -> FitOptions:
        return FitOptions(learning_rate=0.1, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(plan, "FitOptions", faster)
    with pytest.raises(UsageError, match=r"learning-rate: 0\.002 → 0\.1\)"):
        train_tiny(begun, architecture=Architecture(), size=32, steps=6, batch_size=2)


@pytest.mark.parametrize(
    ("device", "told"), [("cuda:1", 'device: "cpu" → "cuda")'), ("cpu:0", None)]
)
def test_bad_79_another_kind_of_device(
    begun: Path, scenes: Path, tiny_options: ScoreRunOptions, device: str, told: str | None
) -> None:
    options = replace(tiny_options, architecture=Architecture(), size=32, steps=6, batch_size=2)
    settings = binding_settings(replace(plan_score_run([scenes], options), device=device))

    def resume() -> bool:
        folder = begun / "checkpoints"
        return usable_checkpoint(folder, settings, force=False, note=lambda n: None) is not None

    if told is None:
        assert resume()
    else:
        with pytest.raises(UsageError, match=re.escape(told)):
            resume()


def test_bad_79_other_images(
    begun: Path, train_tiny: TrainTiny, scenes: Path, tmp_path: Path
) -> None:
    for path in sorted(scenes.iterdir())[1:]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    result = command(tmp_path, begun)
    assert result.exit_code == 2
    assert "fingerprint: " in result.stderr


def test_bad_79_what_shapes_no_weight_may_differ(
    train_tiny: TrainTiny, tmp_path: Path, tiny_run: Path
) -> None:
    out = tmp_path / "run"
    train_tiny(out, stopped=at_once)
    notes: list[Note] = []
    train_tiny(out, note=notes.append, log_every=3, checkpoint_every=5, workers=2)
    assert [note.code for note in notes] == ["continued"]
    assert (out / "model.safetensors").read_bytes() == (tiny_run / "model.safetensors").read_bytes()


def test_bad_79_a_half_written_checkpoint_is_told_on_stderr(
    train_tiny: TrainTiny, scenes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_calibration(*parts: object) -> tuple[object, ...]:
        return ()

    out = tmp_path / "run"
    for _ in range(2):
        train_tiny(
            out, stopped=at_once, architecture=Architecture(), size=32, steps=6, batch_size=2
        )
    newest = max((out / "checkpoints").iterdir())
    newest.write_bytes(newest.read_bytes()[:-1000])
    monkeypatch.setattr(score_run, "_finish", no_calibration)
    result = command(scenes, out, "--checkpoint-every", "3")
    assert result.exit_code == 0, result.stderr
    told = [row for row in result.stderr.splitlines() if row.startswith("note: ")]
    assert len(told) == 2
    assert told[0].startswith("note: damaged: the checkpoint of step 2 (")
    assert told[0].endswith("; the one of step 1 is used")
    assert told[1] == "note: continuing after step 1 of 6"
    newest = max((out / "checkpoints").iterdir())
    newest.write_bytes(b"")
    quiet = command(scenes, out, "--quiet")
    assert quiet.exit_code == 0
    assert quiet.stderr == ""
