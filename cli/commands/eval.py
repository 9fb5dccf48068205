"""`augscore eval`: how good the features of a trained encoder are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..completing import encoders
from ..eval_screen import encoder_line, evaluation_lines
from ..export_step import export_command
from ..measure_files import check_target
from ..names import shown
from ..options import (
    AutoInt,
    Callback,
    Configured,
    Settings,
    decorated,
    machine_options,
    shared_options,
    with_settings,
)
from ..progress import progress_sink
from ..results import print_result

if TYPE_CHECKING:
    import torch

    from augscore.evaluation.evaluate import EvalOptions, Evaluation
    from augscore.evaluation.features import Preprocessing
    from augscore.evaluation.seen import Extraction
    from augscore.runtime import ProgressSink
    from augscore.training.data.split import Split
    from augscore.training.encoder_file import Encoder


@dataclass(frozen=True, kw_only=True)
class EvalSettings(Settings):
    """Every option of `eval`, resolved."""

    run: Path
    data: str
    labels: Path | None
    transfer: str | None
    knn: bool
    k: int
    temperature: float
    linear: bool
    epochs: int
    per_class: bool
    seed: int | None
    device: str
    workers: int | None


@dataclass(frozen=True)
class _Part:
    """One data set: its name, how it was parted, and what was found on it."""

    name: str
    told: str
    found: Evaluation

    def to_json(self) -> dict[str, object]:
        return {"name": shown(self.name), "split": self.told, **self.found.to_json()}


_OPTIONS: tuple[Callable[[Callback], Callback], ...] = (
    click.option(
        "--data",
        required=True,
        metavar="DIR",
        help="Labelled images: a folder, or a set of torchvision's by name, such as cifar10.",
    ),
    click.option(
        "--labels",
        metavar="CSV",
        type=click.Path(path_type=Path),
        help="Classes of --data: a table with columns path and label.  [default: the folders]",
    ),
    click.option(
        "--transfer",
        metavar="DIR",
        help="Another labelled folder: classifiers of its own, on the same features.",
    ),
    click.option("--knn", is_flag=True, help="Nearest neighbours; the default."),
    click.option(
        "--k",
        type=click.IntRange(min=1),
        default=200,
        show_default=True,
        metavar="N",
        help="Neighbours with a weighted vote.",
    ),
    click.option(
        "--temperature",
        type=click.FloatRange(min=0, min_open=True),
        default=0.1,
        show_default=True,
        metavar="T",
        help="Of the weights exp(cosine / T).",
    ),
    click.option(
        "--linear",
        is_flag=True,
        help="Linear classifiers, by Adam and by L-BFGS, instead; with --knn both.",
    ),
    click.option(
        "--epochs",
        type=click.IntRange(min=1),
        default=100,
        show_default=True,
        metavar="N",
        help="Of the linear classifier by Adam.",
    ),
    click.option("--per-class", is_flag=True, help="Also a row for every class."),
    click.option(
        "--seed",
        type=AutoInt(0),
        default="auto",
        show_default="the run's",
        metavar="N",
        help="Seed of every random number, also of the split into training and test images.",
    ),
)


@click.command("eval", cls=Configured, short_help="How good the features of a trained encoder are.")
@click.argument("run", type=click.Path(path_type=Path), shell_complete=encoders)
@lambda function: decorated(function, _OPTIONS)
@machine_options
@shared_options
@with_settings(EvalSettings)
def evaluate(settings: EvalSettings) -> None:
    """How often simple classifiers of the features of RUN (a folder, or its encoder.safetensors)
    are right on test images: weighted neighbours, the 5 nearest, linear ones; beside them
    neighbours of raw pixels and the commonest class.

    A folder with train/ and test/ gives those; else a fifth of each class is for the test: that
    which RUN was not trained on, where it was trained on the same folder. A run with --limit is
    compared with the images that it was trained on.

    \b
    augscore eval runs/c1 --data photos --linear
    augscore eval runs/c1 --data photos --transfer other-photos --json eval.json
    """
    if "epochs" in settings.given and not settings.linear:
        raise click.UsageError("--epochs goes with --linear")
    _check_json(settings)
    with progress_sink(settings.streams) as progress:
        from augscore.training.encoder_file import load_encoder

        encoder = load_encoder(settings.run)
        parts = _evaluated(settings, encoder, progress)
    width = settings.streams.out.width
    lines = [encoder_line(encoder.card)]
    for part in parts:
        lines += evaluation_lines(
            part.name, part.told, part.found, width, per_class=settings.per_class
        )
    print_result(settings, lines, _document(settings, encoder, parts))
    settings.streams.note(f"Next: {export_command(settings.run, encoder.card.arch)}")


def _check_json(settings: EvalSettings) -> None:
    from augscore.training.encoder_path import encoder_path

    tables = [] if settings.labels is None else [settings.labels]
    check_target(settings.json, "--json", [encoder_path(settings.run), *tables])


def _evaluated(settings: EvalSettings, encoder: Encoder, progress: ProgressSink) -> list[_Part]:
    import torch

    from augscore.evaluation.evaluate import evaluate as evaluate_on
    from augscore.runtime import memory_errors, pick_device

    device = pick_device(settings.device)
    sources = [(settings.data, settings.labels)]
    sources += [(settings.transfer, None)] if settings.transfer is not None else []
    # Every folder first: a long evaluation does not end at a second one that cannot be used.
    splits = [(name, _split(settings, encoder, name, labels)) for name, labels in sources]
    options = _options(settings, encoder)
    encoder.backbone.to(device).to(memory_format=torch.channels_last)
    how = _extraction(settings, encoder, device, progress)
    parts = []
    with memory_errors("Use --device cpu, or fewer images"):
        for name, parted in splits:
            assert parted.test is not None
            found = evaluate_on(parted.train, parted.test, how, options)
            parts.append(_Part(name, parted.told, found))
    return parts


def _split(settings: EvalSettings, encoder: Encoder, name: str, labels: Path | None) -> Split:
    from augscore.training.data.limit import as_trained_on
    from augscore.training.data.split import split

    parts = split(name, labels=labels, seed=_seed(settings, encoder), accuracy=True)
    card = encoder.card
    return as_trained_on(parts, card.data.images, card.data.fingerprint, seed=card.seed)


def _extraction(
    settings: EvalSettings, encoder: Encoder, device: torch.device, progress: ProgressSink
) -> Extraction:
    from augscore.evaluation.seen import Extraction

    given = _preprocessing(encoder)
    return Extraction(encoder.backbone, given, device, settings.workers, progress)


def _preprocessing(encoder: Encoder) -> Preprocessing:
    from augscore.evaluation.features import Preprocessing

    return Preprocessing(encoder.card.size, encoder.card.normalize)


def _seed(settings: EvalSettings, encoder: Encoder) -> int:
    return encoder.card.seed if settings.seed is None else settings.seed


def _options(settings: EvalSettings, encoder: Encoder) -> EvalOptions:
    from augscore.evaluation.evaluate import EvalOptions

    return EvalOptions(
        knn=settings.knn or not settings.linear,
        linear=settings.linear,
        k=settings.k,
        temperature=settings.temperature,
        epochs=settings.epochs,
        seed=_seed(settings, encoder),
    )


def _document(settings: EvalSettings, encoder: Encoder, parts: list[_Part]) -> dict[str, object]:
    from augscore import __version__
    from augscore.evaluation.features import LAYER
    from augscore.runtime import host_facts, pick_device

    device = pick_device(settings.device)
    return {
        "schema": "augscore.eval/1",
        "tool": {"name": "augscore", "version": __version__, **host_facts(device)},
        "encoder": {"sha256": encoder.sha256, **asdict(encoder.card)},
        "config": {
            "k": settings.k,
            "temperature": settings.temperature,
            "epochs": settings.epochs,
            "seed": _seed(settings, encoder),
            "layer": LAYER,
            "transform": _preprocessing(encoder).to_json(),
        },
        "data": parts[0].to_json(),
        "transfer": parts[1].to_json() if len(parts) > 1 else None,
    }
