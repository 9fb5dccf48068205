"""A small score network, trained once by the product itself, for all rooms that need a model."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from augscore.measuring import sheet
from augscore.runtime import NoteSink, ProgressSink, StopFlag, StopSignal
from augscore.score.network import Architecture
from augscore.strength import sight
from augscore.strength.scorer import Scorer, load_scorer
from augscore.training.score import run as score_run
from augscore.training.score import verdict
from augscore.training.score.plan import ScoreRunOptions, plan_score_run
from augscore.training.score.run import ScoreHooks, ScoreRunResult, train_score

TrainTiny = Callable[..., ScoreRunResult]
FEW_PIXELS = 8 * 48 * 48
"""Of a chunk: small images are padded to many of them otherwise, which takes time."""


def draw_scene(side: int, seed: int) -> Image.Image:
    """Discs over a slope, with a little noise: edges, flat parts and texture."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side] / side
    pixels = np.stack([random.random() * x + random.random() * y for _ in range(3)], axis=2) / 2
    for _ in range(8):
        cx, cy, radius = random.random(3)
        inside = (x - cx) ** 2 + (y - cy) ** 2 < (0.3 * radius) ** 2
        pixels[inside] = random.random(3)
    pixels += random.normal(0, 0.02, pixels.shape)
    return Image.fromarray((pixels.clip(0, 1) * 255).round().astype(np.uint8))


@pytest.fixture(scope="session", autouse=True)
def _heed_ctrl_c() -> None:
    """Shells start background jobs with SIGINT ignored, which every child would inherit."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of twelve PNG files, 56 px."""
    folder = tmp_path_factory.mktemp("scenes")
    for i in range(12):
        draw_scene(56, i).save(folder / f"scene-{i:02d}.png")
    return folder


@pytest.fixture(scope="session")
def tiny_options() -> ScoreRunOptions:
    """A run of ten steps of a network with some 6,000 weights, at 48 px."""
    return ScoreRunOptions(
        out=Path("run"),
        steps=10,
        batch_size=4,
        size=48,
        checkpoint_every=4,
        log_every=2,
        device="cpu",
        workers=0,
        architecture=Architecture(widths=(8, 8, 8), blocks=1, conditioning=8),
    )


class _Asking(StopFlag):
    """Asks a function of the test."""

    def __init__(self, stopped: Callable[[], str | None]) -> None:
        super().__init__()
        self._stopped = stopped

    def ask(self) -> StopSignal | None:
        self.stopped_by = cast("StopSignal | None", self._stopped())
        return self.stopped_by


@pytest.fixture(scope="session")
def train_tiny(scenes: Path, tiny_options: ScoreRunOptions) -> TrainTiny:
    """`train_tiny(out, stopped=…, report=…, OPTION=…)`: plan and train; few crops end it."""

    def train(
        out: Path,
        stopped: Callable[[], str | None] = lambda: None,
        report: Callable[[Any], None] = lambda row: None,
        note: NoteSink = lambda note: None,
        progress: ProgressSink = lambda event: None,
        announce: Callable[[int], None] = lambda done: None,
        paths: list[Path] | None = None,
        **changes: Any,
    ) -> ScoreRunResult:
        options = replace(tiny_options, out=out, **changes)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sight, "_CHUNK_PIXELS_CPU", FEW_PIXELS)
            patch.setattr(score_run, "CALIBRATION_CROPS", 32)
            patch.setattr(verdict, "WIENER_CROPS", 256)
            patch.setattr(verdict, "JUDGED_CROPS", 24)
            plan = plan_score_run(paths or [scenes], options)
            return train_score(plan, ScoreHooks(announce, report, progress, note, _Asking(stopped)))

    return train


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sight, "_CHUNK_PIXELS_CPU", FEW_PIXELS)


@pytest.fixture
def small_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contact sheets of small tiles: to compress the large ones takes longer than to measure."""
    monkeypatch.setattr(sheet, "TILE", 32)


@pytest.fixture(scope="session")
def tiny_run(train_tiny: TrainTiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run: metrics.jsonl, checkpoints, model.safetensors."""
    out = tmp_path_factory.mktemp("tiny") / "run"
    assert train_tiny(out).complete
    return out


@pytest.fixture(scope="session")
def tiny_scorer(tiny_run: Path) -> Scorer:
    return load_scorer(tiny_run, "cpu")
