"""Tells once, while a run goes on, that its embeddings have collapsed."""

from __future__ import annotations

from augscore.evaluation.collapse import LEAST_SHARE
from augscore.runtime import Note, NoteSink
from augscore.training.reporting.log_row import LogRow


class CollapseWatch:
    """Behind the warm-up of the learning rate, where a network that is going to learn has spread
    its embeddings (Chen & He 2021, arXiv 2011.10566, figure 2)."""

    def __init__(self, warmup_epochs: float, note: NoteSink) -> None:
        self._warmup = warmup_epochs
        self._note = note
        self._told = False

    def __call__(self, row: LogRow) -> None:
        spread = row.embedding_std
        if self._told or spread is None or row.epoch <= self._warmup or spread >= LEAST_SHARE:
            return
        self._told = True
        self._note(
            Note(
                "collapsed",
                f"the embeddings of step {row.step} fill {spread:.1%} of their sphere: they have "
                "collapsed; try a smaller optim.lr, a larger batch, or other views",
            )
        )
