"""The options that say how a measurement is shown and written, whoever measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import click

from .options import Settings, decorated
from .results import STDOUT

FORMS = ("jsonl", "csv", "parquet")


@dataclass(frozen=True, kw_only=True)
class ResultSettings(Settings):
    """As `result_options` names them."""

    csv_safe: bool
    force: bool
    list: str | None
    top: int
    strict: bool
    max_bad: float | None


_RESULT = (
    click.option(
        "--csv-safe",
        is_flag=True,
        help="In CSV, an apostrophe before what a spreadsheet takes for a formula.",
    ),
    click.option("--force", is_flag=True, help="Replace the result that is there."),
    click.option(
        "--list",
        metavar="FILE",
        help="Write a CSV of all images, the least typical first; - is stdout.",
    ),
    click.option(
        "--top",
        type=click.IntRange(min=0),
        metavar="N",
        default=5,
        show_default=True,
        help="How many of the least typical, weakest and strongest to show.",
    ),
    click.option("--strict", is_flag=True, help="Exit 1 if anything was skipped."),
    click.option(
        "--max-bad",
        type=click.FloatRange(0, 1),
        metavar="SHARE",
        help="Exit 1 if more than this share was skipped.",
    ),
)


def result_options(function: Callable[..., None]) -> Callable[..., None]:
    return decorated(function, _RESULT)


def refuse_two_on_stdout(settings: ResultSettings) -> None:
    if settings.json == STDOUT and settings.list == STDOUT:
        raise click.UsageError("--json - and --list - both want stdout; give one of them a file")
