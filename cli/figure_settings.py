"""The options of the studies that draw figures, and which of them contradict each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .measuring_options import model
from .options import AutoInt, Settings, decorated, run_options
from .policy_source import policy_files

if TYPE_CHECKING:
    from augscore.studies.figures.choosing import Asked

Callback = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class FigureSettings(Settings):
    """What all of them take, resolved."""

    data: Path
    out: Path
    images: int | None
    size: int | None
    model: str
    seed: int
    device: str
    workers: int | None
    dry_run: bool

    @property
    def asked(self) -> Asked:
        from augscore.studies.figures.choosing import Asked

        return Asked(self.images, self.size, self.seed, self.workers)

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Everything that is read, and so is never written."""
        return (self.data, *(() if self.model == "default" else (Path(self.model),)))


@dataclass(frozen=True, kw_only=True)
class SweepSettings(FigureSettings):
    """Of the studies that turn operations; `ops` as they are named, with commas."""

    ops: str
    levels: int


@dataclass(frozen=True, kw_only=True)
class HistogramSettings(FigureSettings):
    """Of the study that draws a policy."""

    policy: str
    allow_code: bool
    thumbnails: bool

    @property
    def inputs(self) -> tuple[Path, ...]:
        return (*super().inputs, *policy_files(self.policy))


_WHERE = (
    click.argument("data", metavar="DIR", type=click.Path(path_type=Path)),
    click.option(
        "-o",
        "--out",
        required=True,
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Folder of the study; the same command again continues it.",
    ),
)

_IMAGES = (
    click.option(
        "--images",
        "--limit",
        "images",
        type=AutoInt(2),
        metavar="N",
        default="auto",
        show_default="as many as take a few minutes",
        help="How many images to look at, drawn by the seed.",
    ),
    click.option(
        "--size",
        type=AutoInt(32),
        metavar="N",
        default="auto",
        show_default="the images' own up to 64",
        help="Side of the images in pixels.",
    ),
    model,
)

_DRY = click.option(
    "--dry-run", is_flag=True, help="Show what is to do and the expected time, and stop."
)


def figure_options(*own: Callable[[Callback], Callback]) -> Callable[[Callback], Callback]:
    """The options of one study: its `own` between the folders and what all of them take."""

    def decorate(function: Callback) -> Callback:
        return decorated(function, (*_WHERE, *own, *_IMAGES, run_options, _DRY))

    return decorate


def ops_option(default: str, *, help: str, shown: str | bool = True) -> Callable[..., Callback]:
    return click.option("--ops", metavar="A,B,...", default=default, show_default=shown, help=help)


def levels_option(default: int, help: str) -> Callable[..., Callback]:
    return click.option(
        "--levels",
        type=click.IntRange(min=3),
        metavar="N",
        default=default,
        show_default=True,
        help=help,
    )
