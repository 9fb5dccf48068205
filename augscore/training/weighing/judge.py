"""The score model by which a run weighs its pairs: one that was named, or one trained first."""

from __future__ import annotations

import hashlib
from pathlib import Path

from augscore.strength.model_path import model_path
from augscore.strength.scorer import Scorer, load_scorer
from augscore.training.config import WeightingConfig
from augscore.training.weighing.gaps import needs_network


def judge_digest(config: WeightingConfig, model: str | Path | None) -> str | None:
    """SHA-256 of the model's file, where weights need one and it was named."""
    if model is None or not needs_network(config):
        return None
    return hashlib.sha256(model_path(model).read_bytes()).hexdigest()


def named_judge(model: str | Path, device: str) -> Scorer:
    """As `load_scorer`, frozen."""
    scorer = load_scorer(model, device)
    scorer.model.denoiser.eval().requires_grad_(False)
    return scorer
