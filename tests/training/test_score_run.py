"""`train_score`: rows, files, a run that ends, one that is interrupted, one that is killed."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from augscore.errors import UsageError
from augscore.runs.checkpoint import find_checkpoint
from augscore.score.model import load_model
from augscore.score.network import Architecture
from augscore.strength.calibration import calibration_from_json
from augscore.training.plan import ScoreRunOptions
from augscore.training.score_run import LogRow, ScoreRunResult

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
    model = load_model(tiny_run / "model.safetensors")
    card = model.card
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
    assert calibration_from_json(model.calibration).lens.working_size == 48


def test_the_file_says_nothing_of_this_machine(tiny_run: Path, scenes: Path) -> None:
    data = (tiny_run / "model.safetensors").read_bytes()
    for word in (str(tiny_run.parent), str(scenes), "Linux", torch.__version__):
        assert word.encode() not in data
    assert "host" in json.loads((tiny_run / "run.json").read_text())


def test_the_network_has_learnt_from_the_averaged_weights(tiny_run: Path) -> None:
    checkpoint = find_checkpoint(tiny_run / "checkpoints").checkpoint
    assert checkpoint is not None
    assert checkpoint.step == 10
    weights = list(load_model(tiny_run / "model.safetensors").denoiser.parameters())
    for i, weight in enumerate(weights):
        assert torch.equal(weight, checkpoint.tensors[f"average.{i:03d}"])


def test_a_finished_run_says_so_and_changes_nothing(tiny_run: Path, train_tiny: TrainTiny) -> None:
    before = (tiny_run / "model.safetensors").read_bytes()
    with pytest.raises(UsageError, match="finished") as caught:
        train_tiny(tiny_run)
    assert caught.value.code == "output_exists"
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


def test_a_damaged_last_checkpoint_costs_one_interval(
    tiny_run: Path, train_tiny: TrainTiny, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    train_tiny(out, stopped=stop_after(9))
    newest = max((out / "checkpoints").iterdir())
    assert newest.name == "step-00000009.safetensors"
    newest.write_bytes(newest.read_bytes()[:-100])
    reports: list[LogRow] = []
    train_tiny(out, report=reports.append)
    assert [row.step for row in reports] == [10]
    assert [row["step"] for row in rows(out)] == [2, 4, 6, 8, 10]
    assert (out / "model.safetensors").read_bytes() == (tiny_run / "model.safetensors").read_bytes()


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


def test_force_begins_anew(train_tiny: TrainTiny, tmp_path: Path) -> None:
    out = tmp_path / "run"
    train_tiny(out, stopped=stop_after(3))
    reports: list[LogRow] = []
    train_tiny(out, stopped=stop_after(2), report=reports.append, force=True, seed=5, log_every=1)
    assert [row.step for row in reports] == [1, 2]
    assert [p.name for p in (out / "checkpoints").iterdir()] == ["step-00000002.safetensors"]
    assert [row["step"] for row in rows(out)] == [1, 2]


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


CHILD = """
import sys
from pathlib import Path
from augscore.runtime import Interruptions
from augscore.score.network import Architecture
from augscore.training import score_run
from augscore.training.plan import ScoreRunOptions, plan_score_run

score_run.CALIBRATION_CROPS = 24
options = ScoreRunOptions(
    out=Path(sys.argv[2]), steps=60, batch_size=4, size=48, checkpoint_every=7, log_every=5,
    device="cpu", workers=0, architecture=Architecture((8, 8, 8), 1, 8),
)
with Interruptions() as flag:
    result = score_run.train_score(
        plan_score_run([Path(sys.argv[1])], options),
        report=lambda row: None, progress=lambda event: None, stopped=lambda: flag.stopped_by,
    )
print(result.complete, result.stopped_by)
"""


def child(scenes: Path, out: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(scenes), str(out)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def wait_for(path: Path, pattern: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not list(path.glob(pattern)) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.slow
def test_a_killed_run_continues_to_the_same_bytes(scenes: Path, tmp_path: Path) -> None:
    straight, killed = tmp_path / "a" / "run", tmp_path / "b" / "run"
    whole = child(scenes, straight)
    assert whole.communicate(timeout=300)[0] == "True None\n"
    for pattern in ("step-0000000[7-9]*", "step-0000002*"):
        process = child(scenes, killed)
        wait_for(killed / "checkpoints", pattern, process)
        time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
    last = child(scenes, killed)
    assert last.communicate(timeout=300)[0] == "True None\n"
    assert (killed / "model.safetensors").read_bytes() == (
        straight / "model.safetensors"
    ).read_bytes()
    assert [row["step"] for row in rows(killed)] == list(range(5, 61, 5))


@pytest.mark.slow
def test_ctrl_c_ends_with_a_checkpoint_and_the_run_goes_on(scenes: Path, tmp_path: Path) -> None:
    process = child(scenes, tmp_path / "run")
    wait_for(tmp_path / "run" / "checkpoints", "step-*", process)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=120)[0] == "False SIGINT\n"
    checkpoint = find_checkpoint(tmp_path / "run" / "checkpoints").checkpoint
    assert checkpoint is not None
    assert 7 <= checkpoint.step < 60
    again = child(scenes, tmp_path / "run")
    assert again.communicate(timeout=300)[0] == "True None\n"
