"""One safetensors file that explains itself: weights, a card, and a calibration block.

The card is sorted JSON under one metadata key, so the same training gives the same bytes. The
calibration block belongs to the readings; it is stored here and not interpreted. A digest of card,
calibration and weights tells a damaged file; files written before there was one are read, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from augscore.errors import ModelError
from augscore.outputs import write_bytes
from augscore.runs.digest import digest, not_finite
from augscore.score.denoiser import Denoiser
from augscore.score.network import Architecture, Network
from augscore.score.wiener import ErrorRow

SCHEMA = 1
METADATA_KEY = "augscore"
SHOWN = 3
_PICKLE_HEADS = (b"PK", b"\x80")
_PICKLE_NAMES = frozenset([".pt", ".pth", ".ckpt", ".pkl", ".pickle"])


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

    `name` is that of the run's folder. `version` tells releases of a model apart; a run writes 1.0.
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
    document: dict[str, object] = {
        "schema": SCHEMA,
        "card": _card_json(card),
        "calibration": calibration,
    }
    document["digest"] = digest(_text(document), tensors)
    write_bytes(path, save_tensors(tensors, metadata={METADATA_KEY: _text(document)}))


def load_model(path: Path) -> ScoreModel:
    """Read a model file. Raises ModelError: missing, pickle, corrupt, mismatch, other version.

    There is one schema so far, so there is nothing older to bring up to date.
    """
    data = _read(path)
    document = _document(data, path)
    tensors = _tensors(data, path)
    try:
        card = _card(document["card"])
        calibration = document["calibration"]
    except (KeyError, TypeError, ValueError) as error:
        raise _bad(path, f"has an incomplete card ({error})", "model_mismatch") from error
    if not isinstance(calibration, dict):
        raise _bad(path, "has no calibration", "model_mismatch")
    _check_tensors(card.architecture, tensors, path)
    _check_digest(document, tensors, path)
    denoiser = Denoiser(Network(card.architecture), card.mean, card.sigma_data)
    denoiser.network.load_state_dict(tensors)
    denoiser.eval().requires_grad_(False)
    return ScoreModel(denoiser, card, calibration, hashlib.sha256(data).hexdigest())


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise _bad(path, "is no file", "model_missing")
        with path.open("rb") as file:
            head = file.read(9)
            _refuse_pickle(path, head, path.stat().st_size)
            return head + file.read()
    except FileNotFoundError as error:
        raise ModelError(
            f"cannot read model '{path}': no such file",
            code="model_missing",
            hint="Train one with: augscore train score FOLDER --out RUN",
        ) from error
    except OSError as error:
        raise _bad(path, f"cannot be read ({error.strerror})", "model_missing") from error


def _refuse_pickle(path: Path, head: bytes, size: int) -> None:
    """By its first bytes or its name, unopened; the length of a sound header may look like one."""
    if len(head) == 9 and head.endswith(b"{") and _header_length(head) <= size - 8:
        return
    if head.startswith(_PICKLE_HEADS) or path.suffix.lower() in _PICKLE_NAMES:
        raise ModelError(
            f"'{path}' is a pickle, which could run code, and is not opened",
            code="model_pickle",
            hint="augscore reads safetensors files, as `augscore train score` writes them. To "
            "convert a denoiser that you trust, rebuild it in Python and write it with "
            "augscore.score.model.save_model",
        )


def _header_length(data: bytes) -> int:
    return int.from_bytes(data[:8], "little")


def _document(data: bytes, path: Path) -> dict[str, object]:
    if not data:
        raise _bad(path, "is empty", "model_corrupt")
    length = _header_length(data)
    if len(data) < 8 or length > len(data) - 8:
        raise _bad(path, "is truncated or no safetensors file", "model_corrupt")
    try:
        header = json.loads(data[8 : 8 + length])
        document = json.loads(header["__metadata__"][METADATA_KEY], parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _bad(path, "has a damaged header", "model_corrupt") from error
    except (KeyError, TypeError) as error:
        raise _bad(path, "holds no augscore card", "model_mismatch") from error
    if not isinstance(document, dict):
        raise _bad(path, "holds no augscore card", "model_mismatch")
    _check_schema(document.get("schema"), path)
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} in a card")


def _check_schema(found: object, path: Path) -> None:
    if found == SCHEMA:
        return
    newer = isinstance(found, int | float) and found > SCHEMA
    raise ModelError(
        f"model '{path}' has schema {found}, this augscore reads schema {SCHEMA}",
        code="model_version",
        hint="Install a newer augscore" if newer else "Train the model again",
    )


def _tensors(data: bytes, path: Path) -> dict[str, torch.Tensor]:
    try:
        return load_tensors(data)
    except (SafetensorError, KeyError) as error:
        raise _bad(path, f"is damaged ({error})", "model_corrupt") from error


def _check_tensors(
    architecture: Architecture, tensors: Mapping[str, torch.Tensor], path: Path
) -> None:
    wanted = _wanted_shapes(architecture, len(tensors), path)
    got = {k: tuple(v.shape) for k, v in tensors.items()}
    different = sorted(k for k in wanted.keys() | got.keys() if wanted.get(k) != got.get(k))
    if different:
        told = "; ".join(_difference(k, wanted.get(k), got.get(k)) for k in different[:SHOWN])
        raise _bad(path, f"does not fit its card: {told}", "model_mismatch")
    broken = not_finite(tensors)
    if broken:
        told = ", ".join(broken[:SHOWN])
        raise _bad(path, f"holds weights that are not finite: {told}", "model_mismatch")


def _wanted_shapes(
    architecture: Architecture, tensors: int, path: Path
) -> dict[str, tuple[int, ...]]:
    """Without memory for the weights, since a wrong card may ask for any amount."""
    if not 0 <= architecture.blocks <= tensors:
        raise _bad(path, f"does not fit its card: {architecture.blocks} blocks", "model_mismatch")
    try:
        with torch.device("meta"):
            network = Network(architecture)
    except (RuntimeError, ValueError, IndexError, ZeroDivisionError, OverflowError) as error:
        raise _bad(path, "has an impossible architecture", "model_mismatch") from error
    return {k: tuple(v.shape) for k, v in network.state_dict().items()}


def _difference(name: str, wanted: tuple[int, ...] | None, got: tuple[int, ...] | None) -> str:
    if wanted is None:
        return f"{name} has no place"
    if got is None:
        return f"{name} is missing"
    return f"{name} has shape {got} instead of {wanted}"


def _check_digest(
    document: Mapping[str, object], tensors: Mapping[str, torch.Tensor], path: Path
) -> None:
    if "digest" not in document:
        return
    rest = {key: value for key, value in document.items() if key != "digest"}
    if digest(_text(rest), tensors) != document["digest"]:
        raise _bad(path, "was changed since it was written (its digest differs)", "model_mismatch")


def _text(document: Mapping[str, object]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


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
