"""The command line in this process and in a child, and a made-up measurement."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from augscore.images.records import Skipped
from augscore.measuring.measurement import (
    ClassSummary,
    DataCounts,
    MeasureConfig,
    Measurement,
    ModelIdentity,
    NoiseSpread,
    Spread,
    Summary,
)
from augscore.measuring.rows import ImageRow, PairRow, ViewReading

Invoke = Callable[..., Result]
Child = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings and no colours from the machine that runs the tests."""
    for name in [*os.environ]:
        if name.startswith("AUGSCORE_") or name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def invoke() -> Invoke:
    """`augscore ARGUMENTS…` in this process."""
    from augscore_cli.main import root

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> Result:
        return CliRunner().invoke(root, list(arguments), prog_name="augscore", env=env)

    return run


@pytest.fixture
def child() -> Child:
    """`augscore ARGUMENTS…` in a process of its own."""

    def run(
        *arguments: str | bytes | Path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "augscore_cli", *arguments],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            env={**os.environ, **(env or {})},
        )

    return run


_STEP = {"op": "X", "applied": True, "magnitudes": {"turns": 0.1}}


def view(strength: float, noise_sd: float | None = None, bound: str | None = None) -> ViewReading:
    return ViewReading(strength, noise_sd, bound, strength / 2, 0.01, 0.1, 0.2, (_STEP,))


def image(name: str, typicality: float, *views: ViewReading) -> ImageRow:
    return ImageRow(name, (1.0, 2.0), typicality, (), views or (view(0.3, 0.05),))


def spread(median: float, low: float, high: float) -> Spread:
    return Spread(10, median, low, high, (median - 0.01, median + 0.01))


def summary(
    noise: NoiseSpread | None = None, *, atypical: float = 0.0, outside: bool = False
) -> Summary:
    noise = noise or NoiseSpread(0.118, 0.051, 0.243, (0.115, 0.121), 0.004, 0.5, 0, 0)
    return Summary(
        spread(0.3, 0.1, 0.5),
        noise,
        spread(0.2, 0.1, 0.3),
        spread(51.3, 4.8, 96.0),
        spread(0.0, -0.1, 0.1),
        spread(0.1, 0.05, 0.2),
        spread(0.4, 0.2, 0.6),
        1.5,
        atypical,
        outside,
    )


def measurement(
    images: Sequence[ImageRow] = (),
    pairs: Sequence[PairRow] = (),
    skipped: Sequence[Skipped] = (),
    *,
    of: Summary | None = None,
    stopped_by: str | None = None,
    ignored: Mapping[str, int] | None = None,
    classes: Sequence[ClassSummary] = (),
) -> Measurement:
    measured = len(images) + len(pairs)
    ignored = ignored or {}
    counts = (measured, len(skipped), sum(ignored.values()))
    return Measurement(
        complete=stopped_by is None,
        stopped_by=stopped_by,
        tool={"name": "augscore"},
        config=MeasureConfig(
            None if pairs else "simclr",
            None if pairs else "0" * 64,
            1,
            0,
            224,
            None,
            None,
            10**8,
            "cpu",
        ),
        model=ModelIdentity("default", "1.0", "3f" * 32, "strength/2", 224, (0.1, 0.2)),
        data=DataCounts(
            "photos",
            sum(counts),
            *counts,
            0,
            measured,
            0,
            dict(Counter(s.reason for s in skipped)),
            ignored,
            {},
        ),
        summary=(of or summary()) if measured else None,
        classes=tuple(classes),
        images=tuple(images),
        pairs=tuple(pairs),
        rows_truncated=False,
        skipped=tuple(skipped),
    )


class Builders:
    """The functions above, for test modules that cannot import this file."""

    view = staticmethod(view)
    image = staticmethod(image)
    spread = staticmethod(spread)
    summary = staticmethod(summary)
    measurement = staticmethod(measurement)


@pytest.fixture(scope="session")
def make() -> type[Builders]:
    return Builders


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained network of real form, calibrated on noise: enough to run every command."""
    import torch

    from augscore.score.crops import DrawnCrops
    from augscore.score.model import ModelCard, TrainingData, new_denoiser, save_model
    from augscore.score.network import Architecture
    from augscore.score.wiener import ErrorRow
    from augscore.strength.calibrate import calibrate

    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand((12, 3, 8, 8), generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (64, 64), mode="bicubic").clamp(0, 1)
    drawn = DrawnCrops((smooth * 255).to(torch.uint8), tuple(range(12)))
    architecture = Architecture(widths=(8, 16, 16), blocks=1, conditioning=16)
    denoiser = new_denoiser(architecture, 0.5, 0.25, 0).eval().requires_grad_(False)
    card = ModelCard(
        name="tiny",
        version="1.0",
        architecture=architecture,
        mean=0.5,
        sigma_data=0.25,
        sigma_range=(0.005, 1.0),
        working_size=64,
        data=TrainingData(10, 2, "f" * 32, 32, (64, 96)),
        training={"steps": 1},
        held_out=(ErrorRow(0.1, 0.003, 0.004),),
    )
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    save_model(path, denoiser, card, calibrate(denoiser, drawn, 64, lambda event: None).to_json())
    return path


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six small pictures, one of them broken, in two folders."""
    import numpy as np
    from PIL import Image

    folder = tmp_path_factory.mktemp("pictures") / "photos"
    (folder / "b").mkdir(parents=True)
    random = np.random.default_rng(0)
    for i in range(5):
        coarse = random.integers(0, 256, (9, 12, 3), dtype=np.uint8)
        name = f"{'b/' if i > 2 else ''}{i}.{'png' if i % 2 else 'jpg'}"
        Image.fromarray(coarse).resize((160, 120), Image.Resampling.BICUBIC).save(folder / name)
    (folder / "b/broken.jpg").write_bytes((folder / "0.jpg").read_bytes()[:300])
    (folder / "notes.txt").write_text("no image")
    return folder
