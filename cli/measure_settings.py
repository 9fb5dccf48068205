"""The options of `measure`, and which of them contradict each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from augscore.runs.shard import Shard

from .completing import policies
from .measuring_options import batch_size, labels, max_pixels, model, size
from .options import decorated, machine_options, policy_seed
from .policy_source import allow_code, policy_files
from .result_options import FORMS, ResultSettings, refuse_two_on_stdout, result_options
from .shard_option import shard_option

_ONLY_FOR_POLICIES = ("policy", "allow_code", "views")
_NEEDS = {"rows": ("out",), "csv_safe": ("out", "list"), "force": ("out",), "shard": ("out",)}
_ONLY_FOR_FOLDERS = ("hidden", "follow_links")


@dataclass(frozen=True, kw_only=True)
class MeasureSettings(ResultSettings):
    """Every option of `measure`, resolved."""

    paths: tuple[Path, ...]
    policy: str
    allow_code: bool
    views: int
    reference: Path | None
    pairs: Path | None
    labels: Path | None
    model: str
    size: int | None
    limit: int | None
    sample: int | None
    max_pixels: int
    batch_size: int | None
    seed: int | None
    device: str
    workers: int | None
    out: Path | None
    rows: str
    shard: Shard | None
    hidden: bool
    follow_links: bool

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Everything that is read, and so is never written."""
        named = (self.reference, self.pairs, self.labels)
        model = () if self.model == "default" else (Path(self.model),)
        policy = policy_files(self.policy)
        return (*self.paths, *(path for path in named if path is not None), *model, *policy)

    @property
    def is_paired(self) -> bool:
        return self.pairs is not None or self.reference is not None


_WHAT = (
    click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path)),
    click.option(
        "--policy",
        default="simclr",
        show_default=True,
        metavar="NAME|FILE",
        shell_complete=policies,
        help="The policy to measure: a preset, or a .yaml or .json file, also of albumentations "
        "or solo-learn.",
    ),
    allow_code,
    click.option(
        "--views",
        type=click.IntRange(min=1),
        metavar="N",
        default=1,
        show_default=True,
        help="How often to draw the policy for each image.",
    ),
    click.option(
        "--reference",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Originals of the images in PATH, under the same relative names.",
    ),
    click.option(
        "--pairs",
        metavar="CSV",
        type=click.Path(path_type=Path),
        help="Pairs to compare: a table with columns reference and distorted.",
    ),
    labels,
)
_HOW = (
    model,
    size,
    click.option(
        "--limit",
        type=click.IntRange(min=1),
        metavar="N",
        help="Measure at most so many images.",
    ),
    click.option(
        "--sample",
        type=click.IntRange(min=1),
        metavar="N",
        help="Measure so many, drawn by the seed.",
    ),
    max_pixels,
    click.option("--hidden", is_flag=True, help="Take files whose names begin with a dot."),
    click.option("--follow-links", is_flag=True, help="Walk into linked folders."),
    batch_size,
)
_OUT = (
    click.option(
        "-o",
        "--out",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Write rows, a contact sheet and summary.json into DIR; "
        "the same command again continues an interrupted one.",
    ),
    click.option(
        "--rows",
        type=click.Choice(FORMS),
        default="jsonl",
        show_default=True,
        help="Form of the rows in DIR.",
    ),
    shard_option,
)


def measure_options(function: Callable[..., None]) -> Callable[..., None]:
    """Everything that only `measure` has, and what every computing command has."""
    return decorated(function, (*_WHAT, *_HOW, policy_seed, machine_options, *_OUT, result_options))


def check_words(settings: MeasureSettings) -> None:
    """Refuse what contradicts itself, before anything heavy is loaded."""
    refuse_two_on_stdout(settings)
    for name, needs in _NEEDS.items():
        if name in settings.given and not any(getattr(settings, need) for need in needs):
            options = " or ".join(f"--{need}" for need in needs)
            raise click.UsageError(f"--{name.replace('_', '-')} means nothing without {options}")
    _check_source(settings)


def _check_source(settings: MeasureSettings) -> None:
    if settings.pairs is not None and (settings.reference is not None or settings.paths):
        raise click.UsageError("--pairs names the images itself; give no PATH and no --reference")
    if settings.reference is not None and len(settings.paths) != 1:
        raise click.UsageError("--reference needs exactly one PATH, the augmented images")
    if settings.pairs is None and not settings.paths:
        raise click.UsageError("name a folder of images, or give --pairs CSV")
    needless = (*_ONLY_FOR_POLICIES, *_ONLY_FOR_FOLDERS) if settings.is_paired else ()
    for name in needless:
        if name in settings.given:
            option = "--" + name.replace("_", "-")
            raise click.UsageError(f"{option} means nothing with --reference or --pairs")
