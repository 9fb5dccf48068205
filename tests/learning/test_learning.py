"""Each method learns: from views of pictures alone, their nearest neighbours become of one shape.

In pixels they are no better than chance, so what is gained was learned. Two methods run in
`.ci/run`, all of them by `make learn`; each takes less than two minutes on two cores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch

from augscore.evaluation.features import Preprocessing, features_of
from augscore.evaluation.knn import Bank, weighted_knn
from augscore.training.encoder_file import Encoder, load_encoder
from augscore.training.planning.request import Value
from augscore.training.train import train
from tests.learning.shapes import SHAPES, SIDE, Pictures, shape_pictures

GAIN = 20.0
CHANCE = 100 / len(SHAPES)
NEIGHBOURS = 20

POLICY = {
    "augscore_policy": 1,
    "name": "shapes",
    "size": SIDE,
    "views": [
        {
            "count": 2,
            "transforms": [
                {"RandomResizedCrop": {"scale": [0.4, 1.0], "ratio": [0.9, 1.1]}},
                {"RandomHorizontalFlip": {"p": 0.5}},
                {
                    "ColorJitter": {
                        "brightness": [0.6, 1.4],
                        "contrast": [0.6, 1.4],
                        "saturation": [0.6, 1.4],
                        "hue": [-0.5, 0.5],
                    }
                },
                {"RandomGrayscale": {"p": 0.3}},
            ],
        }
    ],
}
"""Colour, place and brightness are no help in telling whose view it is; the pattern is."""

SETTINGS: dict[str, Value] = {
    "optim.name": "adam",
    "optim.lr": 0.004,
    "optim.scale_lr": False,
    "optim.weight_decay": 1e-5,
    "optim.schedule": "cosine",
    "optim.warmup_epochs": 2.0,
    "optim.warmup_steps": 0,
    "projector.hidden": 256,
    "projector.out": 128,
    "projector.layers": 2,
    "projector.norm_hidden": True,
}
"""What learns fast on so few pictures; published numbers are for hundreds of epochs."""

TARGET: dict[str, Value] = {"momentum": 0.9, "momentum_end": 0.9, "queue_size": 512}


@dataclass(frozen=True)
class Lesson:
    epochs: int = 40
    batch_size: int = 128
    settings: Mapping[str, Value] = field(default_factory=dict)


LESSONS = {
    "simclr": Lesson(epochs=15, settings={"temperature": 0.2}),
    "vicreg": Lesson(epochs=15, settings={"projector.out": 256}),
    "simsiam": Lesson(
        epochs=80,
        settings={
            "optim.lr": 0.002,
            "projector.layers": 3,
            "predictor.hidden": 64,
            "predictor.out": 128,
            "optim.fixed_predictor_lr": False,
        },
    ),
    "wmse": Lesson(epochs=150, settings={"projector.out": 64, "optim.lr": 0.001}),
    "moco": Lesson(settings=TARGET),
    "ressl": Lesson(epochs=60, settings=TARGET),
    "sce": Lesson(epochs=60, settings=TARGET),
}
QUICK = ("simclr", "vicreg")


@pytest.mark.slow
@pytest.mark.parametrize("method", QUICK)
def test_two_methods_learn(method: str, tmp_path: Path) -> None:
    _learns(method, tmp_path)


@pytest.mark.learning
@pytest.mark.parametrize("method", LESSONS)
def test_every_method_learns(method: str, tmp_path: Path) -> None:
    _learns(method, tmp_path)


def _learns(method: str, folder: Path) -> None:
    known, asked = shape_pictures(1024, seed=0), shape_pictures(512, seed=1)
    pixels = _accuracy(_flat(known), _flat(asked), known, asked)
    lesson = LESSONS[method]
    result = train(
        method,
        known.pixels,
        out=folder / "run",
        policy=POLICY,
        arch="small",
        epochs=lesson.epochs,
        batch_size=lesson.batch_size,
        amp="off",
        settings={**SETTINGS, **lesson.settings},
        device="cpu",
        eval_every=0,
    )
    encoder = load_encoder(result.encoder_path)
    learned = _accuracy(_features(encoder, known), _features(encoder, asked), known, asked)
    told = f"{learned:.1f} % by features, {pixels:.1f} % by pixels, {CHANCE:.1f} % by chance"
    print(f"\n{method}: {told}")
    assert learned >= pixels + GAIN


def _features(encoder: Encoder, pictures: Pictures) -> torch.Tensor:
    seen = Preprocessing(encoder.card.size, encoder.card.normalize)
    return features_of(encoder.backbone, pictures.pixels, seen, torch.device("cpu"))


def _accuracy(bank: torch.Tensor, queries: torch.Tensor, known: Pictures, asked: Pictures) -> float:
    found = weighted_knn(Bank(bank, known.labels), queries, k=NEIGHBOURS)
    return 100 * float((found == asked.labels).float().mean())


def _flat(pictures: Pictures) -> torch.Tensor:
    return pictures.pixels.float().flatten(1) / 255
