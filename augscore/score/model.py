"""A score model as one file: weights, a card, and a calibration block.

The calibration block belongs to the readings; it is stored here and not interpreted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch

from augscore.runs.model_file import (
    FileKind,
    ModelFile,
    check_digest,
    check_tensors,
    read_model_file,
    write_model_file,
)
from augscore.score.denoiser import Denoiser
from augscore.score.network import Architecture, Network
from augscore.score.wiener import ErrorRow

SCHEMA = 1
KIND = FileKind(
    noun="model",
    kind=None,
    schema=SCHEMA,
    train="Train one with: augscore train score FOLDER --out RUN",
    convert="augscore reads safetensors files, as `augscore train score` writes them. To convert "
    "a denoiser that you trust, rebuild it in Python and write it with "
    "augscore.score.model.save_model",
)


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
    `evidence` holds the tables of a check on other images, `agreement` that with judges, each if it
    was made.
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
    agreement: Mapping[str, object] = field(default_factory=dict)


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
    tensors = {k: p.to(torch.float32) for k, p in denoiser.network.state_dict().items()}
    document = {"schema": SCHEMA, "card": _card_json(card), "calibration": calibration}
    write_model_file(path, document, tensors)


def load_model(path: Path) -> ScoreModel:
    """Read a model file. Raises ModelError: missing, pickle, corrupt, mismatch, other version.

    There is one schema so far, so there is nothing older to bring up to date.
    """
    file = read_model_file(path, KIND)
    try:
        card = _card(file.document["card"])
        calibration = file.document["calibration"]
    except (KeyError, TypeError, ValueError) as error:
        raise file.bad(f"has an incomplete card ({error})") from error
    if not isinstance(calibration, dict):
        raise file.bad("has no calibration")
    check_tensors(file, _wanted_shapes(card.architecture, file))
    check_digest(file)
    denoiser = Denoiser(Network(card.architecture), card.mean, card.sigma_data)
    denoiser.network.load_state_dict(file.tensors)
    denoiser.eval().requires_grad_(False)
    return ScoreModel(denoiser, card, calibration, file.sha256)


def _wanted_shapes(architecture: Architecture, file: ModelFile) -> dict[str, tuple[int, ...]]:
    """Without memory for the weights, since a wrong card may ask for any amount."""
    if not 0 <= architecture.blocks <= len(file.tensors):
        raise file.bad(f"does not fit its card: {architecture.blocks} blocks")
    try:
        with torch.device("meta"):
            network = Network(architecture)
    except (RuntimeError, ValueError, IndexError, ZeroDivisionError, OverflowError) as error:
        raise file.bad("has an impossible architecture") from error
    return {k: tuple(v.shape) for k, v in network.state_dict().items()}


def _card_json(card: ModelCard) -> dict[str, object]:
    document = asdict(card)
    document["held_out"] = [asdict(row) for row in card.held_out]
    if not card.agreement:
        del document["agreement"]
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
        agreement=dict(value.get("agreement", {})),
    )
