"""The rows of a run as TensorBoard event files, where the `tensorboard` extra is installed."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from augscore.runtime import Note, NoteSink
from augscore.training.reporting.log_row import LogRow

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

TAGS = {
    "loss": "train/loss",
    "learning_rate": "train/learning_rate",
    "not_finite": "train/not_finite",
    "positive_cosine": "train/positive_cosine",
    "negative_cosine": "train/negative_cosine",
    "knn": "evaluation/knn",
    "embedding_std": "evaluation/embedding_std",
    "rankme": "evaluation/rankme",
    "rankme_centred": "evaluation/rankme_centred",
    "weight_mean": "weights/mean",
    "weight_min": "weights/min",
    "weight_max": "weights/max",
    "effective_sample_size": "weights/effective_sample_size",
    "fallbacks": "weights/fallbacks",
    "images_per_second": "speed/images_per_second",
    "data_share": "time/data",
    "augmentation_share": "time/augmentation",
    "scoring_share": "time/scoring",
    "network_share": "time/network",
}
"""Field of a row → name of its curve."""


class TensorBoardSink:
    """Takes the rows of a run; does nothing where the extra is missing or once a write failed,
    which is told once: the curves are in metrics.jsonl anyway."""

    def __init__(self, folder: Path, step: int, note: NoteSink) -> None:
        """`step`: where the run goes on; TensorBoard hides what the folder holds of later ones."""
        self._note = note
        self._writer = _writer(folder, step, note)

    def row(self, row: LogRow) -> None:
        """Written through at once, so that a killed run loses nothing."""
        if self._writer is None:
            return
        values = row.to_json()
        try:
            for field, tag in TAGS.items():
                value = values[field]
                if isinstance(value, int | float):
                    self._writer.add_scalar(tag, value, row.step)
            self._writer.flush()
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        if self._writer is None:
            return
        try:
            self._writer.close()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self._writer = None
        self._note(_unwritten(error))


def _writer(folder: Path, step: int, note: NoteSink) -> SummaryWriter | None:
    if find_spec("tensorboard") is None:
        note(Note("tensorboard_missing", "no TensorBoard files: pip install augscore[tensorboard]"))
        return None
    from torch.utils.tensorboard import SummaryWriter

    try:
        return SummaryWriter(str(folder), purge_step=step + 1 if step else None)
    except OSError as error:
        note(_unwritten(error))
        return None


def _unwritten(error: OSError) -> Note:
    return Note("tensorboard_unwritten", f"no TensorBoard files any more: {error}")
