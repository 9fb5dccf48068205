"""The options of `merge`, and which of them are for the parts of one command alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from .audit_settings import telling_options
from .names import shown_path
from .options import decorated
from .policy_source import allow_code
from .result_options import FORMS, ResultSettings, refuse_two_on_stdout, result_options

_ONLY_FOR_MEASURE = ("rows", "csv_safe", "list", "top", "strict", "max_bad")
_ONLY_FOR_AUDIT = ("format", "summary")


@dataclass(frozen=True, kw_only=True)
class MergeSettings(ResultSettings):
    """Every option of `merge`, resolved; `rows` None: the form of the parts."""

    out: Path
    parts: tuple[Path, ...]
    policy: str | None
    allow_code: bool
    rows: str | None
    format: str
    summary: Path | None


_WHAT = (
    click.argument("out", metavar="OUT", type=click.Path(path_type=Path)),
    click.argument(
        "parts", nargs=-1, required=True, metavar="PART...", type=click.Path(path_type=Path)
    ),
    click.option(
        "--policy",
        metavar="NAME",
        help="The policy of the parts, where it is a pipeline that runs as code, or moved.",
    ),
    allow_code,
    click.option(
        "--rows", type=click.Choice(FORMS), help="Form of the rows.  [default: the parts']"
    ),
)


def merge_options(function: Callable[..., None]) -> Callable[..., None]:
    """All but what every command has."""
    return decorated(function, (*_WHAT, result_options, telling_options))


def check_words(settings: MergeSettings, command: str) -> None:
    """Raise UsageError for options that parts of this command do not take."""
    refuse_two_on_stdout(settings)
    for name in _ONLY_FOR_MEASURE if command == "audit" else _ONLY_FOR_AUDIT:
        if name in settings.given:
            option = "--" + name.replace("_", "-")
            raise click.UsageError(f"{option} means nothing for parts of {command}")


def refuse_parts(settings: MergeSettings) -> None:
    """Raise UsageError where OUT holds a part."""
    out = settings.out.resolve()
    for part in settings.parts:
        if part.resolve().is_relative_to(out):
            raise click.UsageError(
                f"{shown_path(settings.out)} holds the part {shown_path(part)}; choose another OUT"
            )
