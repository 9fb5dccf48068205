"""One safetensors file that explains itself: weights, a card, and a calibration block.

The card is sorted JSON under one metadata key, so the same training gives the same bytes. The
calibration block belongs to the readings; it is stored here and not interpreted.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from augscore.errors import ModelError
from augscore.outputs import write_bytes
from augscore.score.denoiser import Denoiser
from augscore.score.network import Architecture, Network
from augscore.score.wiener import ErrorRow

SCHEMA = 1
METADATA_KEY = "augscore"
_PICKLE_HEADS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


@dataclass(frozen=True)
class TrainingData:
    """What the network saw: images used and held out, a digest of their pixels, scales in px."""

    images: int
    held_out: int
    fingerprint: str
    crop: int
    scales: tuple[int, ...]


@dataclass(frozen=True)
class ModelCard:
    """σ and pixel statistics are in units of pixels in [0, 1]; sizes in px.

    `evidence` holds the tables of a check on other images, if one was made.
    """

    name: str
    version: str
    architecture: Architecture
    mean: float
    sigma_data: float
    sigma_range: tuple[float, float]
    working_size: int
    data: TrainingData
    training: Mapping[str, object]
    held_out: tuple[ErrorRow, ...]
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class ScoreModel:
    """A frozen denoiser, its card, its calibration, and the SHA-256 of the file it came from."""

    denoiser: Denoiser
    card: ModelCard
    calibration: Mapping[str, object]
    sha256: str


def new_denoiser(architecture: Architecture, mean: float, sigma_data: float, seed: int) -> Denoiser:
    """Fresh weights from a seed, without touching the global random state."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Denoiser(Network(architecture), mean, sigma_data)


def save_model(
    path: Path, denoiser: Denoiser, card: ModelCard, calibration: Mapping[str, object]
) -> None:
    """Write the file atomically, float32 whatever the training precision."""
    tensors = {
        name: p.detach().to("cpu", torch.float32).contiguous()
        for name, p in denoiser.network.state_dict().items()
    }
    document = {"schema": SCHEMA, "card": _card_json(card), "calibration": calibration}
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    write_bytes(path, save_tensors(tensors, metadata={METADATA_KEY: text}))


def load_model(path: Path) -> ScoreModel:
    """Read a model file. Raises ModelError: missing, pickle, corrupt, mismatch, newer version."""
    data = _read(path)
    document = _document(data, path)
    try:
        card = _card(document["card"])
        calibration = document["calibration"]
    except (KeyError, TypeError, ValueError) as error:
        raise _bad(path, f"has an incomplete card ({error})", "model_mismatch") from error
    if not isinstance(calibration, dict):
        raise _bad(path, "has no calibration", "model_mismatch")
    denoiser = Denoiser(Network(card.architecture), card.mean, card.sigma_data)
    _fill(denoiser.network, data, path)
    denoiser.eval().requires_grad_(False)
    return ScoreModel(denoiser, card, calibration, hashlib.sha256(data).hexdigest())


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(
            f"cannot read model '{path}': no such file",
            code="model_missing",
            hint="Train one with: augscore train score FOLDER --out RUN",
        ) from error
    except OSError as error:
        raise _bad(path, f"cannot be read ({error.strerror})", "model_missing") from error
    if data.startswith(_PICKLE_HEADS):
        raise ModelError(
            f"'{path}' is a pickle and is not opened",
            code="model_pickle",
            hint="augscore reads safetensors files, as `augscore train score` writes them",
        )
    return data


def _document(data: bytes, path: Path) -> dict[str, object]:
    if len(data) < 8 or struct.unpack("<Q", data[:8])[0] > len(data) - 8:
        raise _bad(path, "is truncated or no safetensors file", "model_corrupt")
    length = struct.unpack("<Q", data[:8])[0]
    try:
        header = json.loads(data[8 : 8 + length])
        document = json.loads(header["__metadata__"][METADATA_KEY])
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _bad(path, "has a damaged header", "model_corrupt") from error
    except (KeyError, TypeError) as error:
        raise _bad(path, "holds no augscore card", "model_mismatch") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else None
        message = f"has schema {found}, this augscore reads schema {SCHEMA}"
        raise _bad(path, message, "model_version")
    return document


def _fill(network: Network, data: bytes, path: Path) -> None:
    try:
        tensors = load_tensors(data)
    except SafetensorError as error:
        raise _bad(path, f"is damaged ({error})", "model_corrupt") from error
    wanted = {k: tuple(v.shape) for k, v in network.state_dict().items()}
    got = {k: tuple(v.shape) for k, v in tensors.items()}
    if wanted != got:
        keys = sorted(k for k in wanted.keys() | got.keys() if wanted.get(k) != got.get(k))
        raise _bad(path, f"does not fit its card: {', '.join(keys[:3])}", "model_mismatch")
    broken = [k for k, v in tensors.items() if not bool(torch.isfinite(v).all())]
    if broken:
        raise _bad(path, f"holds weights that are not finite: {broken[0]}", "model_mismatch")
    network.load_state_dict(tensors)


def _bad(path: Path, what: str, code: str) -> ModelError:
    return ModelError(f"model '{path}' {what}", code=code, hint="Train or copy it again")


def _card_json(card: ModelCard) -> dict[str, object]:
    document = asdict(card)
    document["held_out"] = [asdict(row) for row in card.held_out]
    return document


def _card(value: object) -> ModelCard:
    if not isinstance(value, dict):
        raise TypeError("no card")
    architecture = value["architecture"]
    data = value["data"]
    low, high = value["sigma_range"]
    return ModelCard(
        name=str(value["name"]),
        version=str(value["version"]),
        architecture=Architecture(
            widths=tuple(int(w) for w in architecture["widths"]),
            blocks=int(architecture["blocks"]),
            conditioning=int(architecture["conditioning"]),
        ),
        mean=float(value["mean"]),
        sigma_data=float(value["sigma_data"]),
        sigma_range=(float(low), float(high)),
        working_size=int(value["working_size"]),
        data=TrainingData(
            images=int(data["images"]),
            held_out=int(data["held_out"]),
            fingerprint=str(data["fingerprint"]),
            crop=int(data["crop"]),
            scales=tuple(int(s) for s in data["scales"]),
        ),
        training=dict(value["training"]),
        held_out=tuple(ErrorRow(**row) for row in value["held_out"]),
        evidence=dict(value["evidence"]),
    )
