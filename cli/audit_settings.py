"""The options of `audit`, and which of them contradict each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from augscore.runs.shard import Shard

from .completing import policies
from .measuring_options import batch_size, labels, max_pixels, model, size
from .options import Settings, decorated, machine_options, policy_seed
from .policy_source import allow_code, policy_files
from .shard_option import shard_option

FORMATS = ("table", "github")


@dataclass(frozen=True, kw_only=True)
class AuditSettings(Settings):
    """Every option of `audit`, resolved."""

    policy: str | None
    data: Path | None
    model: str
    n: int
    op_images: int
    draws: int
    levels: int
    quick: bool
    size: int | None
    seed: int | None
    labels: Path | None
    max_pixels: int
    out: Path | None
    html: bool
    thumbnails: bool
    anonymous: bool
    gates: Path | None
    baseline: Path | None
    compare: str | None
    summary: Path | None
    format: str
    budget_s: float | None
    explain: str | None
    allow_code: bool
    force: bool
    batch_size: int | None
    device: str
    workers: int | None
    shard: Shard | None

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Everything that is read, and so is never written."""
        named = (self.data, self.labels, self.gates, self.baseline)
        model = () if self.model == "default" else (Path(self.model),)
        policies = (name for name in (self.policy, self.compare) if name is not None)
        files = [file for name in policies for file in policy_files(name)]
        return (*(path for path in named if path is not None), *model, *files)


def _holds(folder: Path | None, file: Path) -> bool:
    return folder is not None and folder.resolve() == file.parent.resolve()


def check_words(settings: AuditSettings) -> None:
    """Raise UsageError for options that are missing or exclude each other."""
    if settings.explain is not None:
        return
    if settings.policy is None:
        raise click.UsageError("Missing argument 'POLICY'. See augscore policy list")
    if settings.data is None:
        raise click.UsageError("Missing option '--data': a folder of images")
    if settings.compare is not None and settings.baseline is not None:
        raise click.UsageError("--compare and --baseline exclude each other")
    if settings.baseline is not None and _holds(settings.out, settings.baseline):
        raise click.UsageError("--out is the folder of the baseline; choose another one")
    if settings.force and settings.out is None:
        raise click.UsageError("--force needs --out")
    if settings.shard is not None:
        _check_part(settings)


def _check_part(settings: AuditSettings) -> None:
    """A part is not judged, so that nothing tells a verdict."""
    if settings.out is None:
        raise click.UsageError("--shard means nothing without --out")
    if settings.compare is not None:
        raise click.UsageError(
            "--compare means nothing with --shard; merge the parts of either policy, "
            "and give the report of one to the other as --baseline"
        )
    verdicts = {
        "--json": settings.json is not None,
        "--summary": settings.summary is not None,
        "--format": settings.format != FORMATS[0],
    }
    for option, is_given in verdicts.items():
        if is_given:
            raise click.UsageError(
                f"{option} means nothing with --shard; give it to augscore merge"
            )


_WHAT = (
    click.argument("policy", required=False, metavar="POLICY", shell_complete=policies),
    click.option(
        "--data",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Folder of images to try the policy on.",
    ),
    labels,
    allow_code,
    click.option(
        "--compare",
        metavar="POLICY",
        shell_complete=policies,
        help="A second policy on the same images and draws: what differs.",
    ),
    click.option(
        "--baseline",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="An earlier report.json: what changed since.",
    ),
    click.option(
        "--gates",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="What must hold, as YAML; exit 1 if it does not.  [default: no finding of level fail]",
    ),
    click.option(
        "--explain",
        metavar="CODE",
        help="What a finding means, and stop; all lists them, gates explains --gates.",
    ),
)
_HOW = (
    click.option(
        "--n",
        "--images",
        "n",
        type=click.IntRange(min=1),
        metavar="N",
        default=1000,
        show_default=True,
        help="Images, drawn by the seed; --images under torchrun, which has an --n of its own.",
    ),
    click.option(
        "--draws",
        type=click.IntRange(min=2),
        metavar="N",
        default=4,
        show_default=True,
        help="Views of each image.",
    ),
    click.option(
        "--op-images",
        type=click.IntRange(min=0),
        metavar="N",
        default=200,
        show_default=True,
        help="Of the images, how many to try each operation on by itself.",
    ),
    click.option(
        "--levels",
        type=click.IntRange(min=2),
        metavar="N",
        default=7,
        show_default=True,
        help="Magnitudes of each operation.",
    ),
    click.option("--quick", is_flag=True, help="Fewer of everything: under a minute."),
    click.option(
        "--budget-s",
        type=click.FloatRange(min=0, min_open=True),
        metavar="S",
        help="Stop measuring after so many seconds.",
    ),
    size,
    policy_seed,
    model,
    max_pixels,
    batch_size,
)
_TELLING = (
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="github: annotations for a workflow, beside the table.",
    ),
    click.option(
        "--summary",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Append the report as Markdown to FILE, such as $GITHUB_STEP_SUMMARY.",
    ),
)
_RESULT = (
    click.option(
        "-o",
        "--out",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Write the report into DIR; the same command again continues an interrupted audit.",
    ),
    click.option("--html/--no-html", default=True, help="The page report.html.  [default: html]"),
    click.option(
        "--thumbnails/--no-thumbnails",
        default=True,
        help="Small pictures of the images in the report.  [default: thumbnails]",
    ),
    click.option(
        "--anonymous", is_flag=True, help="No file names in the report; no thumbnails either."
    ),
    *_TELLING,
    click.option("--force", is_flag=True, help="Begin anew in DIR whatever audit it holds."),
    shard_option,
)


def telling_options(function: Callable[..., None]) -> Callable[..., None]:
    """How a verdict is told beside the folder, whoever measured."""
    return decorated(function, _TELLING)


def audit_options(function: Callable[..., None]) -> Callable[..., None]:
    """All but what every command has."""
    return decorated(function, (*_WHAT, *_HOW, *_RESULT, machine_options))
