"""Operations as pieces of work: what studies that turn them one by one share."""

from __future__ import annotations

from collections.abc import Sequence

from augscore.studies.figures.figure_study import Piece
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.sweep import Sweep
from augscore.studies.figures.sweeps import SWEEPS


def sweep_pieces(sweeps: Sequence[Sweep], lab: Lab, levels: int) -> tuple[Piece, ...]:
    """One a sweep, by its name."""
    images = len(lab.originals)
    return tuple(
        Piece(sweep.name, images * len(sweep.spread(lab.side, levels))) for sweep in sweeps
    )


def views_of_all(side: int, levels: int) -> int:
    """Of an image, turned by every operation: so many images are chosen whichever of them are
    asked for, and others can be added."""
    return sum(len(sweep.spread(side, levels)) for sweep in SWEEPS)
