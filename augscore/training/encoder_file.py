"""A trained backbone as one file that explains itself: `RUN/encoder.safetensors`.

Weights under the names of the network's own library, so that the file loads there as it is, and a
card. No time, host or path: the same training gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from augscore.engine.normalize import Normalize
from augscore.errors import UsageError
from augscore.json_values import mapping, numbers, whole
from augscore.runs.model_file import (
    FileKind,
    ModelFile,
    check_digest,
    check_tensors,
    read_model_file,
    write_model_file,
)
from augscore.training.encoder_path import TRAIN, encoder_path
from augscore.training.networks.backbones import Backbone, make_backbone

KIND = FileKind(
    noun="encoder",
    kind="encoder",
    schema=1,
    train=TRAIN,
    convert="augscore reads the encoder.safetensors of its own runs. To convert a backbone that "
    "you trust, rebuild it in Python and write it with "
    "augscore.training.encoder_file.save_encoder",
)


@dataclass(frozen=True)
class EncoderData:
    """What the backbone was trained on: images, classes (0 without labels), and a digest."""

    images: int
    classes: int
    fingerprint: str


@dataclass(frozen=True)
class EncoderCard:
    """What made a backbone.

    arch, stem      as `make_backbone` takes and gives them
    size            side of its images [px]
    feature_dim     numbers an image
    normalize       of its input: mean and sd of pixels in [0, 1]
    method          "simclr", …
    weighting       the settings of the pairs' weights
    epochs, steps   of training
    seed            of every random number, also of the split into training and test images
    augscore        version that trained it
    """

    arch: str
    stem: str
    size: int
    feature_dim: int
    normalize: Normalize
    method: str
    weighting: Mapping[str, object]
    data: EncoderData
    epochs: int
    steps: int
    seed: int
    augscore: str


@dataclass(frozen=True)
class Encoder:
    """A frozen backbone in evaluation mode, its card, and the SHA-256 of the file it came from."""

    backbone: Backbone
    card: EncoderCard
    sha256: str


def save_encoder(path: Path, backbone: Backbone, card: EncoderCard) -> None:
    """Write the file atomically, float32 whatever the training precision. Raises as
    `write_bytes`."""
    state = backbone.net.state_dict()
    tensors = {k: v.to(torch.float32) if v.is_floating_point() else v for k, v in state.items()}
    document = {"kind": KIND.kind, "schema": KIND.schema, "card": asdict(card)}
    write_model_file(path, document, tensors)


def load_encoder(path_or_run: str | Path) -> Encoder:
    """The encoder in a file, or of a run's folder, on the CPU.

    Raises ModelError: `model_missing` (a run that is not finished, too), `model_pickle`,
    `model_corrupt`, `model_mismatch`, `model_version`.
    """
    file = read_model_file(encoder_path(path_or_run), KIND)
    try:
        card = _card(file.document["card"])
    except (KeyError, TypeError, ValueError) as error:
        raise file.bad(f"has an incomplete card ({error})") from error
    backbone = _fresh_backbone(card, file)
    check_tensors(file, {k: tuple(v.shape) for k, v in backbone.net.state_dict().items()})
    check_digest(file)
    backbone.net.load_state_dict(file.tensors)
    backbone.eval().requires_grad_(False)
    return Encoder(backbone, card, file.sha256)


def _fresh_backbone(card: EncoderCard, file: ModelFile) -> Backbone:
    try:
        backbone = make_backbone(card.arch, size=card.size, seed=0)
    except UsageError as error:
        raise file.bad(f"has an impossible card ({error.message})") from error
    made = backbone.stem, backbone.feature_dim
    if made != (card.stem, card.feature_dim):
        raise file.bad(f"does not fit its card: {card.arch} has stem and features {made} here")
    return backbone


def _card(value: object) -> EncoderCard:
    card = mapping(value)
    data, normalize = mapping(card["data"]), mapping(card["normalize"])
    return EncoderCard(
        arch=str(card["arch"]),
        stem=str(card["stem"]),
        size=_positive(card["size"]),
        feature_dim=_positive(card["feature_dim"]),
        normalize=Normalize(numbers(normalize["mean"]), numbers(normalize["std"])),
        method=str(card["method"]),
        weighting=dict(mapping(card["weighting"])),
        data=EncoderData(whole(data["images"]), whole(data["classes"]), str(data["fingerprint"])),
        epochs=whole(card["epochs"]),
        steps=whole(card["steps"]),
        seed=whole(card["seed"]),
        augscore=str(card["augscore"]),
    )


def _positive(value: object) -> int:
    number = whole(value)
    if number < 1:
        raise ValueError(f"{number} is not positive")
    return number
