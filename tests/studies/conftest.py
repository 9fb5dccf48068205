"""Pictures of one size, and what the studies of figures share of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from augscore.strength.scorer import Scorer
from augscore.studies.figures.choosing import Chosen
from augscore.studies.figures.lab import Lab, lab_of
from tests.conftest import draw_scene


@pytest.fixture(scope="session")
def pictures() -> torch.Tensor:
    """(6, 3, 32, 32) uint8."""
    scenes = [torch.from_numpy(np.array(draw_scene(32, seed))) for seed in range(6)]
    return torch.stack(scenes).permute(0, 3, 1, 2).contiguous()


@pytest.fixture(scope="session")
def lab(tiny_scorer: Scorer, pictures: torch.Tensor) -> Lab:
    """Of the pictures, with seed 5; no files stand behind them."""
    return lab_of("photos", tiny_scorer, Chosen(pictures, tuple("abcdef"), (), ()), seed=5)
