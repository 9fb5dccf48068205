"""The encoder's file: round trip, bytes, the library it loads into, and every way to be wrong."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import load_file
from safetensors.torch import save as save_tensors

from augscore.engine.normalize import NORMALIZATIONS
from augscore.errors import ModelError
from augscore.runs.digest import digest
from augscore.score.model import load_model
from augscore.training.encoder_file import (
    EncoderCard,
    EncoderData,
    load_encoder,
    save_encoder,
)
from augscore.training.encoder_path import encoder_path
from augscore.training.networks.backbones import Backbone, make_backbone

Spoil = Callable[[bytes], bytes]


def card_of(backbone: Backbone, size: int = 32) -> EncoderCard:
    return EncoderCard(
        arch=backbone.arch,
        stem=backbone.stem,
        size=size,
        feature_dim=backbone.feature_dim,
        normalize=NORMALIZATIONS["cifar10"],
        method="simclr",
        weighting={"kind": "score", "amplitude": 1 / 3},
        data=EncoderData(8000, 10, "ab" * 32),
        epochs=20,
        steps=620,
        seed=0,
        augscore="0.1.0",
    )


def trained(arch: str = "small", size: int = 32) -> Backbone:
    """With running statistics that are not the initial ones."""
    backbone = make_backbone(arch, size=size, seed=3)
    backbone.train()(torch.rand((4, 3, size, size), generator=torch.Generator().manual_seed(0)))
    return backbone.eval()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    save_encoder(tmp_path / "run/encoder.safetensors", trained(), card_of(trained()))
    return tmp_path / "run"


def test_a_round_trip_is_bit_equal(run: Path) -> None:
    encoder, wanted = load_encoder(run), trained()
    assert encoder.card == card_of(wanted)
    found = encoder.backbone.state_dict()
    assert found.keys() == wanted.state_dict().keys()
    assert all(torch.equal(found[k], v) for k, v in wanted.state_dict().items())
    images = torch.rand(2, 3, 32, 32)
    assert torch.equal(encoder.backbone(images), wanted(images))
    assert not encoder.backbone.training
    assert not any(p.requires_grad for p in encoder.backbone.parameters())


def test_the_file_and_its_folder_name_the_same_encoder(run: Path) -> None:
    path = run / "encoder.safetensors"
    assert encoder_path(run) == encoder_path(path) == path
    assert load_encoder(str(path)).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_training_gives_the_same_bytes(run: Path, tmp_path: Path) -> None:
    backbone = trained().to(memory_format=torch.channels_last)
    card = replace(card_of(backbone), weighting={"amplitude": 1 / 3, "kind": "score"})
    save_encoder(tmp_path / "again", backbone, card)
    assert (tmp_path / "again").read_bytes() == (run / "encoder.safetensors").read_bytes()


def test_weights_are_kept_in_float32_and_counts_as_they_are(tmp_path: Path) -> None:
    save_encoder(tmp_path / "half", trained().to(torch.bfloat16), card_of(trained()))
    kinds = {t.dtype for t in load_file(tmp_path / "half").values()}
    assert kinds == {torch.float32, torch.int64}
    load_encoder(tmp_path / "half")


def test_it_loads_into_the_library_as_it_is(tmp_path: Path) -> None:
    import torchvision

    backbone = trained("resnet18", 64)
    save_encoder(tmp_path / "e.safetensors", backbone, card_of(backbone, 64))
    net = torchvision.models.resnet18(weights=None)
    net.fc = torch.nn.Identity()
    net.load_state_dict(load_file(tmp_path / "e.safetensors"))
    images = torch.rand(2, 3, 64, 64)
    assert torch.equal(net.eval()(images), backbone(images))


def _document(data: bytes) -> dict[str, Any]:
    length = int.from_bytes(data[:8], "little")
    text = json.loads(data[8 : 8 + length])["__metadata__"]["augscore"]
    document: dict[str, Any] = json.loads(text)
    return document


def _rewritten(
    *,
    card: Callable[[dict[str, Any]], object] = lambda document: None,
    weights: Callable[[dict[str, torch.Tensor]], object] = lambda tensors: None,
    sealed: bool = True,
) -> Spoil:
    """Changed, with a digest that fits where `sealed`."""

    def spoil(data: bytes) -> bytes:
        document, tensors = _document(data), load_tensors(data)
        card(document)
        weights(tensors)
        if sealed:
            document.pop("digest")
            text = json.dumps(document, sort_keys=True, separators=(",", ":"))
            document["digest"] = digest(text, tensors)
        return save_tensors(tensors, metadata={"augscore": json.dumps(document)})

    return spoil


def _card_with(**changes: object) -> Spoil:
    return _rewritten(card=lambda d: d["card"].update(changes))


SPOILED: dict[str, tuple[str, str, Spoil]] = {
    "empty": ("model_corrupt", "is empty", lambda data: b""),
    "cut": ("model_corrupt", "is damaged", lambda data: data[:-5]),
    "cut in the header": ("model_corrupt", "is truncated", lambda data: data[:90]),
    "text": ("model_corrupt", "no safetensors file", lambda data: b"this is no model at all"),
    "pickle": ("model_pickle", "save_encoder", lambda data: pickle.dumps({"a": 1}, protocol=4)),
    "no card": (
        "model_mismatch",
        "holds no augscore card",
        lambda data: save_tensors(load_tensors(data)),
    ),
    "a score model": (
        "model_mismatch",
        "is of another kind: score model",
        _rewritten(card=lambda d: d.pop("kind")),
    ),
    "another kind": (
        "model_mismatch",
        "is of another kind: soup",
        _rewritten(card=lambda d: d.update(kind="soup")),
    ),
    "newer": (
        "model_version",
        "Install a newer augscore",
        _rewritten(card=lambda d: d.update(schema=2)),
    ),
    "incomplete": (
        "model_mismatch",
        "incomplete card ('method')",
        _rewritten(card=lambda d: d["card"].pop("method")),
    ),
    "no size": ("model_mismatch", "0 is not positive", _card_with(size=0)),
    "half a size": ("model_mismatch", "incomplete card", _card_with(size=31.5)),
    "two channels": (
        "model_mismatch",
        "incomplete card",
        _card_with(normalize={"mean": [0, 0], "std": [1, 1]}),
    ),
    "unknown network": (
        "model_mismatch",
        "there is no network named 'smal'",
        _card_with(arch="smal"),
    ),
    "another network": ("model_mismatch", "does not fit its card", _card_with(arch="resnet18")),
    "another stem": ("model_mismatch", "does not fit its card", _card_with(stem="large")),
    "tensor dropped": (
        "model_mismatch",
        "is missing",
        _rewritten(weights=lambda t: t.pop("stages.0.conv.weight")),
    ),
    "not finite": (
        "model_mismatch",
        "not finite: stages.0.conv.weight",
        _rewritten(weights=lambda t: t["stages.0.conv.weight"].fill_(torch.nan)),
    ),
    "edited": (
        "model_mismatch",
        "was changed since it was written",
        _rewritten(card=lambda d: d["card"].update(steps=9), sealed=False),
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_file_is_refused_with_its_own_code(run: Path, name: str) -> None:
    code, words, spoil = SPOILED[name]
    path = run / "encoder.safetensors"
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(ModelError) as caught:
        load_encoder(run)
    assert (caught.value.code, caught.value.exit_code) == (code, 3)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_rewritten_file_is_sound_by_itself(run: Path) -> None:
    path = run / "encoder.safetensors"
    path.write_bytes(_rewritten()(path.read_bytes()))
    load_encoder(run)


def test_what_is_missing_is_named(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"encoder '.*nope': no such file"):
        load_encoder(tmp_path / "nope")
    with pytest.raises(ModelError, match=r"holds no encoder\.safetensors"):
        load_encoder(tmp_path)
    (tmp_path / "begun" / "checkpoints").mkdir(parents=True)
    with pytest.raises(ModelError, match="this run is not finished") as caught:
        load_encoder(tmp_path / "begun")
    assert caught.value.code == "model_missing"


def test_an_encoder_is_no_score_model(run: Path) -> None:
    with pytest.raises(ModelError, match="is of another kind: encoder"):
        load_model(run / "encoder.safetensors")
