"""One study of figures from its settings to its files, whichever it is."""

from __future__ import annotations

import shlex
import sys
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from .exits import stop_code
from .figure_settings import FigureSettings
from .figures import count, duration, plural
from .lines import Line, Span, line, table
from .measure_files import check_target
from .names import shown, shown_path
from .progress import progress_sink
from .results import print_result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from augscore.runtime import Note, ProgressSink, StopFlag
    from augscore.studies.figures.figure_study import FigureStudy, Published
    from augscore.studies.figures.lab import Lab
    from augscore.studies.figures.run import FigureResult

WIDTH = 80


def carry_out(settings: FigureSettings, study: FigureStudy) -> None:
    """Look at the images, draw, and tell; with --dry-run only what there is to do."""
    with progress_sink(settings.streams) as progress:
        from augscore.runtime import Interruptions, Stopped

        _check_files(settings, study)
        with Interruptions() as stop:
            try:
                with stop.at_once():
                    lab = _lab(settings, study, progress)
                    todo = _todo(settings, study, lab)
            except Stopped as end:
                settings.streams.note(f"stopped by {end.by} before anything was measured")
                raise click.exceptions.Exit(stop_code(end.by)) from None
            if settings.dry_run:
                print_result(settings, [todo.line], todo.to_json())
                return
            result = _run(settings, study, lab, todo, progress, stop)
    _tell(settings, study, lab, result)


def _check_files(settings: FigureSettings, study: FigureStudy) -> None:
    """Refuse before anything is read what could not be written in the end."""
    from augscore.runs.mark import refuse_inputs
    from augscore.studies.figures.run import command_of
    from augscore.studies.study_folder import check_study

    check_target(settings.json, "--json", settings.inputs)
    refuse_inputs(settings.out, settings.inputs, purpose="study")
    check_study(settings.out, command_of(study), {})


def _lab(settings: FigureSettings, study: FigureStudy, progress: ProgressSink) -> Lab:
    from augscore.measuring.sources import folder_source
    from augscore.runtime import memory_errors
    from augscore.strength.scorer import load_scorer
    from augscore.studies.figures.choosing import choose_images
    from augscore.studies.figures.lab import lab_of

    def tell(note: Note) -> None:
        settings.streams.note(f"note: {note.text}")

    source = folder_source([settings.data])
    scorer = load_scorer(settings.model, settings.device)
    with memory_errors("Give fewer --images or a smaller --size"):
        chosen = choose_images(source, settings.asked, study.views, progress=progress, note=tell)
        return lab_of(source.root, scorer, chosen, seed=settings.seed)


@dataclass(frozen=True)
class _Todo:
    """What of a study is there and what is missing; `seconds` for the missing views."""

    study: str
    images: int
    side: int
    pieces: int
    done: int
    views: int
    seconds: float
    device: str

    @property
    def line(self) -> Line:
        what = f"{self.study}: {plural(self.images, 'image')} of {self.side} px"
        if not self.views:
            return line(f"{what}, nothing left to measure")
        done = f", {count(self.done)} of {plural(self.pieces, 'part')} done" if self.done else ""
        views = f"{count(self.views)} views, about {duration(self.seconds)} on {self.device}"
        return line(f"{what}{done}; {views}")

    def to_json(self) -> dict[str, object]:
        return {
            "schema": "augscore.study-figures-plan/1",
            "study": self.study,
            "images": self.images,
            "size": self.side,
            "pieces": self.pieces,
            "done": self.done,
            "views": self.views,
            "seconds": self.seconds,
            "device": self.device,
        }


def _todo(settings: FigureSettings, study: FigureStudy, lab: Lab) -> _Todo:
    from augscore.studies.figures.run import command_of, missing_of, rows_in, settings_of
    from augscore.studies.study_folder import check_study

    check_study(settings.out, command_of(study), settings_of(study, lab))
    pieces = study.pieces(lab)
    missing = missing_of(pieces, rows_in(settings.out))
    views = sum(piece.views for piece in missing)
    return _Todo(
        study.name,
        len(lab.originals),
        lab.side,
        len(pieces),
        len(pieces) - len(missing),
        views,
        views * lab.seconds_of_a_view() if views else 0.0,
        lab.scorer.device.type,
    )


def _run(
    settings: FigureSettings,
    study: FigureStudy,
    lab: Lab,
    todo: _Todo,
    progress: ProgressSink,
    stop: StopFlag,
) -> FigureResult:
    from augscore.runtime import memory_errors
    from augscore.studies.figures.run import FigureHooks, run_figures

    if not settings.quiet:
        settings.streams.err.write([todo.line])
    command = shown(shlex.join(["augscore", *sys.argv[1:]]))
    with memory_errors("Give fewer --images or a smaller --size"):
        return run_figures(study, lab, settings.out, command, FigureHooks(progress, stop))


def _tell(settings: FigureSettings, study: FigureStudy, lab: Lab, result: FigureResult) -> None:
    if result.published is None or result.document is None:
        if settings.json is not None:
            print_result(settings, [], _unfinished(study, result))
        by = str(result.stopped_by)
        settings.streams.note(f"stopped by {by}; the same command continues this study")
        raise click.exceptions.Exit(stop_code(by))
    lines = [*_doubts(lab), *_result_lines(result.published)]
    print_result(settings, lines, result.document)
    settings.streams.note(f"wrote {shown_path(settings.out)}: {', '.join(result.files)}")


def _doubts(lab: Lab) -> list[Line]:
    from augscore.score.verdict import doubts_of

    told = (f"WARNING about the model: {d}" for d in doubts_of(lab.scorer.model.card))
    return [line(Span(part, "warn")) for text in told for part in textwrap.wrap(text, WIDTH)]


def _result_lines(published: Published) -> list[Line]:
    told = [published.caption, *published.says]
    wrapped = [line(part) for text in told for part in textwrap.wrap(text, WIDTH)]
    return [*map(line, table(published.lines, gap=2)), *wrapped]


def _unfinished(study: FigureStudy, result: FigureResult) -> Mapping[str, object]:
    return {
        "schema": f"augscore.study-{study.name}/1",
        "complete": False,
        "stopped_by": result.stopped_by,
        "missing": list(result.missing),
    }
