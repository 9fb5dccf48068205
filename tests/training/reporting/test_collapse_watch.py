"""A collapse is told once, and not while the rate warms up."""

from __future__ import annotations

from augscore.training.reporting.collapse_watch import CollapseWatch
from augscore.training.reporting.log_row import LogRow


def told(*rows: tuple[float, float | None]) -> list[str]:
    notes: list[str] = []
    watch = CollapseWatch(2.0, lambda note: notes.append(note.text))
    for step, (epoch, spread) in enumerate(rows):
        watch(LogRow(step=step, steps=100, epoch=epoch, embedding_std=spread))
    return notes


def test_once_behind_the_warm_up() -> None:
    notes = told((1.0, 0.0), (2.0, 0.0), (2.1, 0.15), (3.0, 0.01))
    assert len(notes) == 1
    assert "step 2 fill 15.0%" in notes[0]


def test_never_while_embeddings_spread() -> None:
    assert told((3.0, 0.2), (4.0, 1.0), (5.0, None)) == []
