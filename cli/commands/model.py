"""`augscore model`: what a score model knows, and whether it keeps its word."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from ..lines import Line, line
from ..model_screen import model_lines
from ..names import shown_path
from ..options import Configured, Settings, shared_options, with_settings
from ..results import print_result
from ..version import BundledModel, bundled_model

if TYPE_CHECKING:
    from augscore.score.model import ScoreModel
    from augscore.strength.calibration import Calibration

BUNDLED = "default"


@dataclass(frozen=True, kw_only=True)
class InfoSettings(Settings):
    model: str | None


@click.group(short_help="What a score model knows; whether it keeps its word.")
def model() -> None:
    """What a score model knows; whether it keeps its word."""


@model.command("info", cls=Configured, short_help="Show the card of a model.")
@click.argument("model", required=False)
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
    from augscore.strength.scorer import model_path

    path = model_path(settings.model)
    found = load_model(path)
    calibration = calibration_from_json(found.calibration)
    origin = {"file": shown_path(path), **_licence(settings.model)}
    width = settings.streams.out.width
    lines = model_lines(found, calibration, origin, width)
    print_result(settings, lines, _document(found, calibration) | origin)


def _list(settings: InfoSettings) -> None:
    known = bundled_model()
    lines = [_entry(known)] if known else [line("no model comes with this augscore")]
    print_result(settings, lines, {"models": [asdict(known)] if known else []})
    settings.streams.note("Next: augscore model info default" if known else _train())


def _entry(known: BundledModel) -> Line:
    return line(
        f"{known.name} {known.version}   sha256 {known.sha256[:8]}   {known.about}".rstrip()
    )


def _train() -> str:
    return "Next: augscore train score FOLDER --out runs/score"


def _licence(name: str) -> dict[str, str]:
    known = bundled_model() if name == BUNDLED else None
    return {"licence": known.licence} if known and known.licence else {}


def _document(found: ScoreModel, calibration: Calibration) -> dict[str, object]:
    return {
        "schema": "augscore.model/1",
        "sha256": found.sha256,
        "card": asdict(found.card),
        "calibration": {
            "reading": found.calibration.get("reading"),
            "images": calibration.images,
            "ladders": [asdict(ladder) for ladder in calibration.ladders],
        },
    }
