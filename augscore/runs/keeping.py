"""What a run keeps while it goes on: checkpoints and metrics, at no risk to the run itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from augscore.errors import AugscoreError, UsageError
from augscore.runs.checkpoint import Checkpoint, save_checkpoint
from augscore.runs.metrics import MetricsLog
from augscore.runs.run_folder import checkpoints_of, metrics_of
from augscore.runtime import Note, NoteSink


class Keeper:
    """What cannot be written, on a full disk say, is told once of each kind, never raised, and
    tried again the next time."""

    def __init__(self, out: Path, step: int, note: NoteSink) -> None:
        self._out = out
        self._note = note
        self._told: set[str] = set()
        self._log = MetricsLog(metrics_of(out), step)

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        with self._lenient("checkpoint_unwritten"):
            save_checkpoint(checkpoints_of(self._out), checkpoint)

    def row(self, row: Mapping[str, object]) -> None:
        with self._lenient("metrics_unwritten"):
            self._log.append(row)

    def catch_up(self) -> None:
        """Bring metrics.jsonl to the rows that it should hold."""
        with self._lenient("metrics_unwritten"):
            self._log.flush()

    @contextmanager
    def _lenient(self, code: str) -> Iterator[None]:
        try:
            yield
        except (OSError, UsageError) as error:
            if code not in self._told:
                self._told.add(code)
                why = error.message if isinstance(error, AugscoreError) else str(error)
                self._note(Note(code, f"{why}; training goes on and will try again"))
