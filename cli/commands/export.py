"""`augscore export`: a trained encoder for another library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..completing import encoders
from ..figures import size
from ..lines import Line, line
from ..measure_files import check_target
from ..names import shown, shown_path
from ..options import Configured, Settings, shared_options, with_settings
from ..results import print_result

if TYPE_CHECKING:
    from augscore.training.exporting.export import Exported


@dataclass(frozen=True, kw_only=True)
class ExportSettings(Settings):
    run: Path
    format: str
    out: Path
    force: bool


@click.command("export", cls=Configured, short_help="Write an encoder for another library.")
@click.argument("run", type=click.Path(path_type=Path), shell_complete=encoders)
@click.option(
    "--format",
    type=click.Choice(["auto", "torchvision", "timm", "onnx"]),
    default="auto",
    show_default=True,
    help="auto: the library that its network comes from; onnx for augscore's own.",
)
@click.option(
    "-o",
    "--out",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The network; what its input must be goes beside it, as .json.",
)
@click.option("--force", is_flag=True, help="Replace both files.")
@shared_options
@with_settings(ExportSettings)
def export(settings: ExportSettings) -> None:
    """Write the backbone of RUN (a folder, or its encoder.safetensors) so that another library
    loads it strictly: safetensors under torchvision's or timm's own names, or ONNX. It is loaded
    there and compared first. The lines of Python that do the same are printed.

    \b
    augscore export runs/c1 --format timm -o c1.safetensors
    augscore export runs/c1 --format onnx -o c1.onnx
    """
    _check_outputs(settings)
    from augscore.training.encoder_file import load_encoder
    from augscore.training.exporting.export import FORMATS, export_encoder, own_format

    encoder = load_encoder(settings.run)
    chosen = next((name for name in FORMATS if name == settings.format), own_format(encoder))
    written = export_encoder(encoder, chosen, settings.out)
    print_result(settings, _lines(written), _document(written))
    if not written.checked:
        settings.streams.note("note: not run elsewhere; for a check: pip install onnxruntime")


def _check_outputs(settings: ExportSettings) -> None:
    from augscore.training.encoder_path import encoder_path
    from augscore.training.exporting.export import preprocessing_path

    source = encoder_path(settings.run)
    check_target(settings.json, "--json", [source])
    for path in (settings.out, preprocessing_path(settings.out)):
        check_target(str(path), "--out", [source])
        if path.exists() and not settings.force:
            raise click.UsageError(f"{shown_path(path)} is there already; --force replaces it")


def _lines(written: Exported) -> list[Line]:
    path, beside = shown_path(written.path), shown_path(written.preprocessing)
    about = f"{size(written.bytes)}, sha256 {written.sha256[:8]}"
    return [
        line(f"wrote {path} ({about}) and {beside}"),
        *(line(shown(row)) for row in written.example),
    ]


def _document(written: Exported) -> dict[str, object]:
    return {
        "schema": "augscore.export/1",
        "format": written.format,
        "file": shown_path(written.path),
        "preprocessing": shown_path(written.preprocessing),
        "bytes": written.bytes,
        "sha256": written.sha256,
        "checked": written.checked,
        "example": list(written.example),
    }
