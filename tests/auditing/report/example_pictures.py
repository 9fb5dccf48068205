"""Examples of a made-up audit, and pictures of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from augscore.auditing.audit import (
    Example,
)
from augscore.auditing.finding import Finding
from augscore.auditing.report.picture import Picture, picture_of
from augscore.images.resize import bring_to_size
from tests.auditing.report.example_findings import FINDINGS
from tests.auditing.report.example_ops import HOSTILE_FILE

SAMPLES = Path(__file__).resolve().parents[3] / "assets" / "samples"


def example_of(kind: str, image: str, view: int, strength: float, op: str, **at: float) -> Example:
    steps = (
        {"op": "random_resized_crop", "applied": True, "magnitudes": {"area": 0.61, "ratio": 1.1}},
        {"op": op, "applied": True, "magnitudes": dict(at), "stage": "RandAugment 1"},
        {"op": "horizontal_flip", "applied": False, "magnitudes": {}},
    )
    command = f"augscore policy draw my-policy.yaml {image!r} --seed 0 --view {view}"
    return Example(kind, image, view, strength, steps, command)


EXAMPLES = (
    example_of("weakest", "lake.jpg", 2, 0.008, "sharpness", factor=1.02),
    example_of("weakest", HOSTILE_FILE, 0, 0.011, "posterize", bits=8),
    example_of("weakest", "meadow.jpg", 3, 0.014, "sharpness", factor=1.31),
    example_of("typical", "city.jpg", 1, 0.531, "rotate", angle=-21.4),
    example_of("typical", "fruit.png", 0, 0.532, "rotate", angle=17.2),
    example_of("typical", "pebbles.jpg", 3, 0.533, "rotate", angle=24.9),
    example_of("strongest", "hills.png", 1, 1.31, "solarize", threshold=0.02),
    example_of("strongest", "forest.jpg", 0, 1.27, "solarize", threshold=0.11),
    example_of("strongest", "page.jpg", 2, 1.24, "brightness", factor=1.9),
)


def pictures(side: int = 96) -> list[Picture]:
    """One for every example, and those of three findings."""
    shown = [_picture(example, side) for example in EXAMPLES]
    reversed_, dead, destructive = FINDINGS[2], FINDINGS[3], FINDINGS[4]
    evidence = (
        (example_of("evidence", "city.jpg", 1, 0.93, "solarize", threshold=0.1), reversed_),
        (example_of("evidence", HOSTILE_FILE, 1, 0.88, "solarize", threshold=0.2), reversed_),
        (example_of("evidence", "lake.jpg", 0, 0.009, "sharpness", factor=1.5), dead),
        (example_of("evidence", "forest.jpg", 0, 0.012, "sharpness", factor=1.5), dead),
        (example_of("evidence", "dunes.jpg", 2, 0.97, "brightness", factor=1.9), destructive),
    )
    return shown + [_picture(example, side, found) for example, found in evidence]


def _picture(example: Example, side: int, found: Finding | None = None) -> Picture:
    name = str(example.image)
    path = SAMPLES / ("fallen-leaves.jpg" if name == HOSTILE_FILE else name)
    with Image.open(path) as opened:
        levels = torch.from_numpy(np.array(opened.convert("RGB"))).permute(2, 0, 1)
    original = bring_to_size(levels, side)
    return picture_of(example, original, _view(original, example), found)


def _view(image: torch.Tensor, example: Example) -> torch.Tensor:
    step = example.steps[1]
    op = step["op"]
    if op == "solarize":
        return torch.where(image >= 0.2, 1 - image, image)
    if op == "brightness":
        return (image + 0.75).clamp(0, 1)
    if op == "rotate":
        return image.roll((9, -14), (1, 2)).flip(2)
    return (image + 0.01 * torch.sin(torch.arange(image.shape[-1]) / 2.0)).clamp(0, 1)
