"""`augscore study agreement`: does the reading agree with judges that have never seen it?"""

from __future__ import annotations

import shlex
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..exits import stop_code
from ..lines import Line, line, table
from ..listed import words
from ..measure_files import check_target
from ..measuring_options import model
from ..names import shown, shown_path
from ..options import Configured, Settings, machine_options, shared_options, with_settings
from ..progress import progress_sink
from ..results import print_result

if TYPE_CHECKING:
    from augscore.studies.agreement.study import Agreement, AgreementStudy
    from augscore.studies.agreement.within.following import Following

WIDTH = 80
_LEAST = 3


@dataclass(frozen=True, kw_only=True)
class AgreementSettings(Settings):
    """Every option of `study agreement`, resolved."""

    folder: Path
    out: Path
    pictures: int
    metrics: str
    against: str
    write: bool
    model: str
    device: str
    workers: int | None


@click.command("agreement", cls=Configured, short_help="Do outside judges confirm the reading?")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of the study; the same command again continues it.",
)
@click.option(
    "--pictures",
    type=click.IntRange(min=2),
    default=16,
    show_default=True,
    metavar="N",
    help="Pictures of each judge, at most; within images, eight times as many of CIFAR-10.",
)
@click.option(
    "--metrics",
    default="",
    metavar="A,B,...",
    help="Also read these, by the package piq: haarpsi, mdsi, fsim, vsi, gmsd, lpips, dists. The "
    "last two download their weights once.",
)
@click.option(
    "--against",
    default="",
    metavar="A,B,...",
    help="Also read these score models (run folders or files), and tell whether they put "
    "operations and magnitudes in the same order as --model does.",
)
@click.option(
    "--write",
    is_flag=True,
    help="Keep what strength reaches in the card of the model's file. It is another file then: "
    "folders made with it before do not continue.",
)
@model
@machine_options
@shared_options
@with_settings(AgreementSettings)
def agreement(settings: AgreementSettings) -> None:
    """Make the pictures again that people judged in DIR (RAID, KADID-10k, TID2013), and compare
    the order of strengths with the order of the people's answers; and with the accuracy that
    classifiers of CIFAR-10 lose, under corruptions and the engine's operations; and, within each
    image, with how far every operation is turned.

    Beside the reading stand the same design with untrained weights, pixel RMS, 1 - SSIM, and the
    number of the level, which looks at no picture. DIR holds raid_responses.csv, kodak16.zip and
    reference_crops.csv; kadid10k_conditions.csv and photos.zip; tid2013_items.csv;
    cifar10_10k.npz: a judge whose files are missing is left out. Metrics and models may be added
    to a folder: what the others have read is kept. Writes table.md and agreement.json, which also
    say operation by operation what strength follows.

    \b
    augscore study agreement judges --out agreement
    augscore study agreement judges --out own --model runs/score --write
    augscore study agreement judges --out all --metrics haarpsi,mdsi
    augscore study agreement judges --out all --against runs/seed1
    """
    check_target(settings.json, "--json", (settings.folder,))
    with progress_sink(settings.streams) as progress:
        from augscore.runs.mark import refuse_inputs
        from augscore.runtime import Interruptions
        from augscore.studies.agreement.folder import check_folder
        from augscore.studies.agreement.study import AgreementHooks, run_agreement

        check_folder(settings.folder)
        card = _file_to_write(settings)
        refuse_inputs(settings.out, (settings.folder,), purpose="study")
        study = _study(settings, card)
        with Interruptions() as stop:
            result = run_agreement(study, AgreementHooks(progress, stop))
    if result.found is None or result.document is None:
        by = str(result.stopped_by)
        settings.streams.note(f"stopped by {by}; the same command continues this study")
        raise click.exceptions.Exit(stop_code(by))
    for why in result.left_out:
        settings.streams.note(f"note: left out {why}")
    print_result(settings, _lines(result.found), result.document)
    settings.streams.note(f"wrote {shown_path(settings.out)}: table.md, agreement.json")
    if card is not None:
        settings.streams.note(f"wrote {shown_path(card)}: its card")


def _study(settings: AgreementSettings, card: Path | None) -> AgreementStudy:
    from augscore.strength.scorer import load_scorer
    from augscore.studies.agreement.other_models import load_other_models
    from augscore.studies.agreement.public_metrics import load_metrics
    from augscore.studies.agreement.study import AgreementStudy

    scorer = load_scorer(settings.model, settings.device)
    metrics = load_metrics(words(settings.metrics), scorer.device)
    models = load_other_models(words(settings.against), settings.device)
    return AgreementStudy(
        settings.folder,
        settings.out,
        settings.pictures,
        scorer,
        shown(shlex.join(["augscore", *sys.argv[1:]])),
        others=(*metrics, *models),
        save=card,
    )


def _file_to_write(settings: AgreementSettings) -> Path | None:
    """Refused before anything is measured."""
    if not settings.write:
        return None
    from augscore.outputs import check_writable
    from augscore.strength.model_path import own_path

    path = own_path(settings.model)
    check_writable(path)
    return path


def _lines(found: Agreement) -> list[Line]:
    from augscore.studies.agreement.table import SPREAD, screen_rows

    told = [
        f"Spearman's rank correlation, but where it says Kendall's. {SPREAD}.",
        *map(_least, found.followed),
    ]
    wrapped = [line(part) for text in told for part in textwrap.wrap(text, WIDTH)]
    return [*map(line, table(screen_rows(found.figures), gap=2)), *wrapped]


def _least(one: Following) -> str:
    least = [case for case in one.operations if case.mean is not None][:_LEAST]
    named = ", ".join(f"{case.name} {case.mean:.2f}" for case in least)
    return f"Followed least {one.judge}: {named}."
