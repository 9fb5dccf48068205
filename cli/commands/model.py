"""`augscore model`: what a score model knows, and whether it keeps its word."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from augscore.strength.model_path import BUNDLED

from ..completing import models
from ..evidence_screen import evidence_lines
from ..lines import Line, line, pack
from ..model_screen import ladder_lines, model_lines
from ..names import shown_path
from ..options import Configured, Settings, device_option, shared_options, with_settings
from ..progress import progress_sink
from ..results import print_result
from ..skips import skipped_lines
from ..version import BundledModel, bundled_model

if TYPE_CHECKING:
    from augscore.score.model import ScoreModel
    from augscore.strength.calibration import Calibration


@dataclass(frozen=True, kw_only=True)
class InfoSettings(Settings):
    model: str | None


@click.group(short_help="What a score model knows; whether it keeps its word.")
def model() -> None:
    """What a score model knows; whether it keeps its word."""


@model.command("info", cls=Configured, short_help="Show the card of a model.")
@click.argument("model", required=False, shell_complete=models)
@shared_options
@with_settings(InfoSettings)
def info(settings: InfoSettings) -> None:
    """Show the card of MODEL (a name, a run folder or a file): what it was trained on, what it can
    see, how well it denoises images that it never saw, and its noise ladder. Without MODEL: the
    models that come with augscore."""
    if settings.model is None:
        _list(settings)
        return
    from augscore.score.model import load_model
    from augscore.strength.calibration import calibration_from_json
    from augscore.strength.model_path import model_path

    path = model_path(settings.model)
    found = load_model(path)
    calibration = calibration_from_json(found.calibration, settings.model)
    origin = {"file": shown_path(path), **_licence(settings.model)}
    width = settings.streams.out.width
    lines = model_lines(_title(found), found, calibration, origin, width)
    print_result(settings, lines, _document(found, calibration) | origin)


@dataclass(frozen=True, kw_only=True)
class CheckSettings(Settings):
    model: str
    data: Path
    device: str
    limit: int | None
    write: bool


@model.command("check", cls=Configured, short_help="Test a model on photographs it never saw.")
@click.argument("model", shell_complete=models)
@click.option(
    "--data",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Photographs that the model was not trained on.",
)
@click.option(
    "--limit", type=click.IntRange(min=4), metavar="N", help="Use at most so many images."
)
@click.option("--write", is_flag=True, help="Keep the tables in the card of the model's file.")
@device_option
@shared_options
@with_settings(CheckSettings)
def check(settings: CheckSettings) -> None:
    """Test MODEL (a name, a run folder or a file) on photographs it never saw: its denoising error
    against the best linear denoiser by noise level; at how many steps of six ladders (blur, noise,
    hue, shift, brightness) its strength rises, and its score norm; and which of sixteen everyday
    changes each reading notices."""
    with progress_sink(settings.streams) as progress:
        from augscore.strength.model_path import own_path
        from augscore.strength.scorer import load_scorer
        from augscore.training.score.model_check import check_model, save_evidence

        path = own_path(settings.model) if settings.write else None
        scorer = load_scorer(settings.model, settings.device)
        evidence = check_model(scorer, [settings.data], limit=settings.limit, progress=progress)
    if path is not None:
        save_evidence(path, scorer.model, evidence)
        settings.streams.note(f"wrote {shown_path(path)}")
    document = {"schema": "augscore.model-check/1", "sha256": scorer.model.sha256}
    print_result(settings, evidence_lines(evidence), document | evidence.to_json())


@dataclass(frozen=True, kw_only=True)
class CalibrateSettings(Settings):
    model: str
    data: Path
    device: str


@model.command("calibrate", cls=Configured, short_help="Calibrate a model for this version.")
@click.argument("model", shell_complete=models)
@click.option(
    "--data",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Clean images of the kind it was trained on, best those themselves.",
)
@device_option
@shared_options
@with_settings(CalibrateSettings)
def calibrate(settings: CalibrateSettings) -> None:
    """Measure the noise ladders of MODEL (a run folder or a file) anew, and write them into its
    file: for a model that an earlier version of the reading calibrated. Its weights stay as they
    are; minutes instead of a training."""
    with progress_sink(settings.streams) as progress:
        from augscore.strength.model_path import own_path
        from augscore.training.score.recalibration import calibrate_anew

        path = own_path(settings.model)
        found = calibrate_anew(path, [settings.data], device=settings.device, progress=progress)
    lines = [*skipped_lines(found.skipped, settings.streams.out.width)]
    lines += ladder_lines(found.calibration)
    document = {
        "schema": "augscore.model-calibrate/1",
        "name": found.model.card.name,
        "sha256": found.model.sha256,
        "calibration": found.calibration.to_json(),
        "skipped": [asdict(skipped) for skipped in found.skipped],
    }
    print_result(settings, lines, document)
    settings.streams.note(f"wrote {shown_path(path)}")
    if found.lost:
        settings.streams.note(
            "note: tables of a check and of judges are gone from its card, since they were found "
            "with the calibration before; make them again with augscore model check --write"
        )


def _list(settings: InfoSettings) -> None:
    known = bundled_model()
    width = settings.streams.out.width
    lines = _entry(known, width) if known else [line("no model comes with this augscore")]
    print_result(settings, lines, {"models": [asdict(known)] if known else []})
    settings.streams.note("Next: augscore model info default" if known else _train())


def _entry(known: BundledModel, width: int) -> list[Line]:
    label = f"{known.name} {known.version}   sha256 {known.sha256[:8]}   "
    return pack(label, known.about.split(), width, gap=" ")


def _title(found: ScoreModel) -> str:
    """Only a released model has a version; one's own is called like the folder of its run."""
    known = bundled_model()
    released = known is not None and known.sha256 == found.sha256
    return f"{found.card.name} {found.card.version}" if released else found.card.name


def _train() -> str:
    return "Next: augscore train score FOLDER --out runs/score"


def _licence(name: str) -> dict[str, str]:
    known = bundled_model() if name == BUNDLED else None
    return {"licence": known.licence} if known and known.licence else {}


def _document(found: ScoreModel, calibration: Calibration) -> dict[str, object]:
    from augscore.score.verdict import doubts_of, levels_lost

    return {
        "schema": "augscore.model/1",
        "sha256": found.sha256,
        "card": asdict(found.card),
        "levels_lost": levels_lost(found.card.held_out),
        "doubts": doubts_of(found.card),
        "calibration": {
            "reading": found.calibration.get("reading"),
            "crops": calibration.crops,
            "images": calibration.images,
            "ladders": [asdict(ladder) for ladder in calibration.ladders],
        },
    }
