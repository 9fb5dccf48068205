"""Exports load strictly in other programs and give the same features there."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from augscore.engine.normalize import NORMALIZATIONS
from augscore.errors import HostError, UsageError
from augscore.training.encoder_file import (
    Encoder,
    EncoderCard,
    EncoderData,
)
from augscore.training.exporting import onnx as onnx_module
from augscore.training.exporting.export import Exported, Format, export_encoder, own_format
from augscore.training.networks.backbones import make_backbone


def encoder(arch: str, size: int = 32) -> Encoder:
    """With running statistics that are not the initial ones."""
    backbone = make_backbone(arch, size=size, seed=3)
    generator = torch.Generator().manual_seed(0)
    backbone.train()(torch.rand((4, 3, size, size), generator=generator))
    card = EncoderCard(
        arch=arch,
        stem=backbone.stem,
        size=size,
        feature_dim=backbone.feature_dim,
        normalize=NORMALIZATIONS["cifar10"],
        method="simclr",
        weighting={"kind": "none"},
        data=EncoderData(8000, 10, "ab" * 32),
        epochs=1,
        steps=1,
        seed=0,
        augscore="0.1.0",
    )
    return Encoder(backbone.eval().requires_grad_(False), card, "0" * 64)


ELSEWHERE = """
import json, sys, traceback
import torch

told = []
for lines, size in json.load(sys.stdin):
    names = {}
    x = torch.linspace(-1, 1, 3 * size * size).reshape(1, 3, size, size)
    try:
        exec("\\n".join(lines), names)
        if "net" in names:
            with torch.no_grad():
                features = names["net"](x).numpy()
        else:
            features = names["session"].run(None, {"images": x.numpy()})[0]
            assert names["features"].shape == features.shape
        told.append(features.tolist())
    except Exception:
        told.append(traceback.format_exc())
assert not [name for name in sys.modules if name.startswith("augscore")]
print(json.dumps(told))
"""
"""A program without augscore: features of a known image, by the lines of each case."""

CASES: list[tuple[str, int, Format]] = [
    ("resnet18", 32, "torchvision"),
    ("resnet18", 64, "torchvision"),
    ("resnet18", 32, "timm"),
    ("timm/resnet18", 32, "timm"),
    ("timm/resnet10t", 64, "timm"),
    ("timm/vit_tiny_patch16_224", 32, "timm"),
    ("mobilenet_v3_small", 64, "torchvision"),
    ("small", 32, "onnx"),
    ("resnet18", 32, "onnx"),
]


@dataclass(frozen=True)
class Loaded:
    """`elsewhere`: the features that the program found, or what went wrong there."""

    given: Encoder
    exported: Exported
    elsewhere: list[list[float]] | str


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> list[Loaded]:
    """Of each case; one program loads them all, since it is slow to start."""
    given = [encoder(arch, size) for arch, size, _ in CASES]
    exported = []
    for one, (_, _, format) in zip(given, CASES, strict=True):
        name = "it's.onnx" if format == "onnx" else "it's.safetensors"
        exported.append(export_encoder(one, format, tmp_path_factory.mktemp("case") / name))
    asked = [(each.example, size) for each, (_, size, _) in zip(exported, CASES, strict=True)]
    child = subprocess.run(
        [sys.executable, "-P", "-c", ELSEWHERE],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert child.returncode == 0, child.stderr
    return list(map(Loaded, given, exported, json.loads(child.stdout)))


@pytest.mark.parametrize("case", range(len(CASES)), ids=["-".join(map(str, c)) for c in CASES])
def test_the_lines_told_load_it_elsewhere_with_the_same_features(
    case: int, loaded: list[Loaded]
) -> None:
    found, size = loaded[case], CASES[case][1]
    assert found.exported.checked
    assert len(found.exported.example) <= 4
    longest = max(map(len, found.exported.example))
    assert longest - len(str(found.exported.path)) <= 100
    assert not isinstance(found.elsewhere, str), found.elsewhere
    image = torch.linspace(-1, 1, 3 * size * size).reshape(1, 3, size, size)
    elsewhere = torch.tensor(found.elsewhere)
    assert torch.allclose(elsewhere, found.given.backbone(image), atol=1e-4, rtol=1e-4)


def test_the_preprocessing_beside_it(tmp_path: Path) -> None:
    exported = export_encoder(encoder("resnet18"), "torchvision", tmp_path / "c1.safetensors")
    assert exported.preprocessing == tmp_path / "c1.json"
    document = json.loads(exported.preprocessing.read_text())
    data = exported.path.read_bytes()
    assert document["sha256"] == exported.sha256 == hashlib.sha256(data).hexdigest()
    assert exported.bytes == len(data)
    assert document["mean"] == [0.4914, 0.4822, 0.4465]
    assert (document["size"], document["arch"], document["stem"]) == (32, "resnet18", "small")


@pytest.mark.parametrize("format", ["torchvision", "onnx"])
def test_the_same_encoder_gives_the_same_bytes_and_no_path(format: str, tmp_path: Path) -> None:
    def export(name: str) -> Exported:
        path = tmp_path / f"{name}.{'onnx' if format == 'onnx' else 'safetensors'}"
        return export_encoder(encoder("resnet18"), format, path)  # type: ignore[arg-type]

    one, other = export("a"), export("b")
    assert one.sha256 == other.sha256
    root = str(Path(__file__).resolve().parents[2]).encode()
    data = one.path.read_bytes()
    assert root not in data
    assert b"site-packages" not in data
    assert str(tmp_path) not in one.preprocessing.read_text()


@pytest.mark.parametrize(
    ("arch", "size", "format", "words"),
    [
        ("small", 32, "torchvision", "'small' is augscore's own network: torchvision has none"),
        ("small", 32, "timm", "Use --format onnx"),
        ("timm/resnet10t", 64, "torchvision", "a network of timm's and is not there"),
        ("shufflenet_v2_x0_5", 64, "timm", "Use --format torchvision or --format onnx"),
        ("resnet18-gn", 32, "torchvision", "has other parameters there"),
    ],
)
def test_a_library_without_the_network_is_told(
    arch: str, size: int, format: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        export_encoder(encoder(arch, size), format, tmp_path / "x.safetensors")  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert caught.value.code == "export_format"
    assert not list(tmp_path.iterdir())


def test_the_default_is_the_networks_own_library() -> None:
    formats = [own_format(encoder(a, 64)) for a in ("small", "resnet18", "timm/resnet10t")]
    assert formats == ["onnx", "torchvision", "timm"]


def test_the_batch_of_onnx_is_free_and_its_names_are_told(tmp_path: Path) -> None:
    import onnxruntime

    given = encoder("small")
    path = export_encoder(given, "onnx", tmp_path / "s.onnx").path
    session = onnxruntime.InferenceSession(path)
    images = torch.rand(7, 3, 32, 32)
    (found,) = session.run(["features"], {"images": images.numpy()})
    assert np.allclose(found, given.backbone(images).numpy(), atol=1e-4)
    assert session.get_inputs()[0].shape == ["batch", 3, 32, 32]


def test_without_its_libraries_onnx_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_module, "find_spec", lambda name: None)
    with pytest.raises(HostError, match="onnx and onnxscript") as caught:
        export_encoder(encoder("small"), "onnx", tmp_path / "s.onnx")
    assert "pip install 'augscore[onnx]'" in str(caught.value)
    assert caught.value.exit_code == 4


def test_without_onnxruntime_it_is_written_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        onnx_module, "find_spec", lambda name: None if name == "onnxruntime" else find_spec(name)
    )
    exported = export_encoder(encoder("small"), "onnx", tmp_path / "s.onnx")
    assert not exported.checked
    assert exported.path.exists()


def test_an_onnx_file_that_differs_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = encoder("small")
    other.backbone.net.load_state_dict(make_backbone("small", size=32, seed=9).net.state_dict())
    monkeypatch.setattr(
        "augscore.training.exporting.export.onnx_bytes",
        lambda encoder: onnx_module.onnx_bytes(other),
    )
    with pytest.raises(HostError, match="other features"):
        export_encoder(encoder("small"), "onnx", tmp_path / "s.onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arch", "format", "name", "hint"),
    [
        ("small", "onnx", "x.safetensors", "Use x.onnx"),
        ("small", "onnx", "x", "Use x.onnx"),
        ("resnet18", "onnx", "x.safetensors", "Use x.onnx, or --format torchvision"),
        ("resnet18", "torchvision", "x.onnx", "Use x.safetensors, or --format onnx"),
        ("resnet18", "timm", "x.v2", "Use x.safetensors"),
        ("resnet18", "torchvision", "x.json", "Use x.safetensors"),
    ],
)
def test_a_name_that_tells_of_another_format_is_refused(
    arch: str, format: str, name: str, hint: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        export_encoder(encoder(arch), format, tmp_path / name)  # type: ignore[arg-type]
    assert caught.value.code == "export_suffix"
    assert caught.value.hint == hint
    assert not list(tmp_path.iterdir())


def test_a_suffix_may_be_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "X.SAFETENSORS"
    assert export_encoder(encoder("resnet18"), "torchvision", path).path.exists()
