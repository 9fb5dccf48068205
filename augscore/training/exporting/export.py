"""Write a backbone for another program, what its input must be beside it, and how one loads it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import save as save_tensors

from augscore.errors import UsageError
from augscore.evaluation.features import Preprocessing
from augscore.outputs import write_bytes, write_json
from augscore.training.encoder_file import Encoder
from augscore.training.exporting.library import library_example
from augscore.training.exporting.onnx import onnx_bytes, onnx_checked, onnx_example

Format = Literal["torchvision", "timm", "onnx"]
FORMATS: tuple[Format, ...] = ("torchvision", "timm", "onnx")
SCHEMA = "augscore.preprocessing/1"
_SUFFIXES: dict[Format, str] = {
    "torchvision": ".safetensors",
    "timm": ".safetensors",
    "onnx": ".onnx",
}


@dataclass(frozen=True)
class Exported:
    """What was written.

    path, preprocessing     the network, and what its input must be, as JSON
    bytes, sha256           of the network's file
    example                 lines of Python that load it
    checked                 whether another program than torch gave the same features
    """

    format: Format
    path: Path
    preprocessing: Path
    bytes: int
    sha256: str
    example: tuple[str, ...]
    checked: bool


def own_format(encoder: Encoder) -> Format:
    """The library that the network comes from; ONNX for augscore's own networks."""
    library = encoder.backbone.library
    return "onnx" if library == "augscore" else library


def preprocessing_path(path: Path) -> Path:
    """Beside the network: `c1.safetensors` → `c1.json`."""
    return path.with_suffix(".json")


def export_encoder(encoder: Encoder, format: Format, path: Path) -> Exported:
    """Write `path` and its preprocessing; first the network is loaded elsewhere and compared.

    `torchvision`, `timm`: safetensors under the library's own names, for a network of the card's
    size. `onnx`: images (N, 3, S, S) to features (N, D), any N.

    Raises UsageError (`export_format`) for a library without such a network, (`export_suffix`) for
    a path that does not end in .safetensors, or .onnx, as its format does, HostError
    (`library_missing`, `export_differs`), else as `write_bytes`.
    """
    _check_suffix(encoder, format, path)
    beside = preprocessing_path(path)
    if format == "onnx":
        data = onnx_bytes(encoder)
        checked = onnx_checked(data, encoder)
        example = onnx_example(path, encoder.card.size)
    else:
        example = library_example(encoder, format, path)
        data, checked = _weights(encoder), True
    sha256 = hashlib.sha256(data).hexdigest()
    write_bytes(path, data)
    write_json(beside, _preprocessing(encoder, format, sha256))
    return Exported(format, path, beside, len(data), sha256, example, checked)


def _check_suffix(encoder: Encoder, format: Format, path: Path) -> None:
    wanted, given = _SUFFIXES[format], path.suffix.lower()
    if given == wanted:
        return
    fitting = [name for name in (own_format(encoder), "onnx") if _SUFFIXES[name] == given]
    other = f", or --format {fitting[0]}" if fitting else ""
    raise UsageError(
        f"{encoder.card.arch!r} for {format} is a file that ends in {wanted}, not {path.name!r}",
        code="export_suffix",
        hint=f"Use {path.with_suffix(wanted).name}{other}",
    )


def _weights(encoder: Encoder) -> bytes:
    state = encoder.backbone.net.state_dict()
    tensors: dict[str, torch.Tensor] = {k: v.cpu().contiguous() for k, v in state.items()}
    return save_tensors(tensors, metadata={"format": "pt"})


def _preprocessing(encoder: Encoder, format: Format, sha256: str) -> dict[str, object]:
    card = encoder.card
    return {
        "schema": SCHEMA,
        "sha256": sha256,
        "format": format,
        "arch": card.arch,
        "stem": card.stem,
        "feature_dim": card.feature_dim,
        **Preprocessing(card.size, card.normalize).to_json(),
    }
