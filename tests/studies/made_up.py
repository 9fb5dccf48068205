"""Rows of runs that never ran."""

from __future__ import annotations

from augscore.studies.cells import Cell
from augscore.studies.rows import StudyRow


def row(cell: Cell, knn: float, seconds: float = 60.0) -> StudyRow:
    return StudyRow(
        method=cell.method,
        weighting=cell.weighting,
        seed=cell.seed,
        knn=knn,
        knn_low=knn - 1,
        knn_high=knn + 1,
        loss=2.5,
        rankme=None,
        effective_sample_size=0.9,
        scoring_share=0.1,
        epochs=10,
        steps=100,
        batch_size=64,
        images=640,
        test_images=100,
        seconds=seconds,
        device="cpu",
        version="0.1.0",
    )


def rows(accuracies: dict[tuple[str, str], list[float]]) -> list[StudyRow]:
    """(method, weighting) → accuracies of seeds 0, 1, …"""
    return [
        row(Cell(method, weighting, seed), knn)
        for (method, weighting), values in accuracies.items()
        for seed, knn in enumerate(values)
    ]
