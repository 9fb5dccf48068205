"""What a score run is to its folder."""

from __future__ import annotations

from pathlib import Path

from augscore.runs.run_folder import RunKind
from augscore.strength.model_path import IN_A_RUN

SCORE_RUN = RunKind("train score", IN_A_RUN)


def model_of(out: Path) -> Path:
    return out / SCORE_RUN.product
