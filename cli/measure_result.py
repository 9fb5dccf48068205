"""What becomes of a measurement that was made: the screen, the files, the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import Exit, stop_code
from .extremes import Extremes
from .figures import count
from .lines import line
from .measure_files import list_text
from .measure_screen import Facts, Layout, measure_screen
from .names import shown, shown_path
from .result_options import ResultSettings
from .results import STDOUT
from .streams import Stream

if TYPE_CHECKING:
    from augscore.measuring.measurement import Measurement
    from augscore.measuring.out_folder import OutFolder


@dataclass(frozen=True)
class Made:
    """`folder`: where it is kept, with its rows in the form `rows`."""

    result: Measurement
    extremes: Extremes
    folder: OutFolder | None
    rows: str


def publish(settings: ResultSettings, made: Made, facts: Facts, notes: Sequence[str]) -> None:
    """`notes` come last, on stderr."""
    streams, result = settings.streams, made.result
    written = _written(settings, made)
    taken = STDOUT in (settings.json, settings.list)
    screen = streams.err if taken else streams.out
    if result.data.measured or not result.complete:
        screen.write(measure_screen(result, made.extremes, facts, _layout(screen)))
    if settings.json == STDOUT:
        from augscore.outputs import to_json

        streams.out.write_text(to_json(result.to_json(), indent=2) + "\n")
    if settings.list == STDOUT:
        streams.out.write_text(_list(settings, made.extremes))
    for note in [*written, *notes]:
        streams.note(note)


def exit_code(settings: ResultSettings, result: Measurement) -> Exit:
    """Raises InputError where nothing was measured; of a part other parts may hold it all."""
    data = result.data
    if result.stopped_by is not None:
        return stop_code(result.stopped_by)
    if data.measured == 0 and result.config.shard is None:
        from augscore.measuring.nothing import nothing_measured

        raise nothing_measured(result)
    share = data.skipped / max(1, data.measured + data.skipped)
    reasons = []
    if settings.max_bad is not None and share > settings.max_bad:
        reasons.append(f"more than {100 * settings.max_bad:.4g} %")
    if settings.strict and data.skipped:
        reasons.append("and --strict allows none")
    if not reasons:
        return Exit.DONE
    told = f"gate: {count(data.skipped)} of {count(data.measured + data.skipped)} skipped"
    settings.streams.err.write([line(f"{told}, {reasons[0]}")])
    return Exit.GATE


def _written(settings: ResultSettings, made: Made) -> list[str]:
    """Write every file that was asked for; → a note for each."""
    from augscore.outputs import write_json, write_text

    notes = []
    if made.folder is not None:
        names = made.folder.publish(made.result, made.rows, safe_cells=settings.csv_safe)
        notes.append(f"wrote {shown_path(made.folder.folder)}: {', '.join(names)}")
    if settings.json is not None and settings.json != STDOUT:
        write_json(Path(settings.json), made.result.to_json())
        notes.append(f"wrote {shown(settings.json)}")
    if settings.list is not None and settings.list != STDOUT:
        write_text(Path(settings.list), _list(settings, made.extremes))
        notes.append(f"wrote {shown(settings.list)}")
    return notes


def _list(settings: ResultSettings, extremes: Extremes) -> str:
    return list_text(extremes.least_typical(), safe_cells=settings.csv_safe)


def _layout(stream: Stream) -> Layout:
    return Layout(stream.width, cut=stream.tty, ellipsis=stream.ellipsis)
