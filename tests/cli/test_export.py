"""`augscore export`."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from augscore.engine.normalize import NORMALIZATIONS
from augscore.training.encoder_file import EncoderCard, EncoderData, save_encoder
from augscore.training.networks.backbones import make_backbone

Invoke = Callable[..., Result]
Child = Callable[..., subprocess.CompletedProcess[str]]


def save_run(folder: Path, arch: str) -> Path:
    folder.mkdir()
    backbone = make_backbone(arch, size=32, seed=0)
    card = EncoderCard(
        arch=arch,
        stem=backbone.stem,
        size=32,
        feature_dim=backbone.feature_dim,
        normalize=NORMALIZATIONS["cifar10"],
        method="simclr",
        weighting={"kind": "none"},
        data=EncoderData(50, 3, "ab" * 16),
        epochs=2,
        steps=10,
        seed=0,
        augscore="0.1.0",
    )
    save_encoder(folder / "encoder.safetensors", backbone, card)
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    save_run(folder / "small", "small")
    save_run(folder / "resnet", "resnet18")
    return folder


def test_the_printed_lines_run_as_they_are(runs: Path, invoke: Invoke) -> None:
    programs = []
    for run, arguments, out in (
        ("resnet", [], "c1.safetensors"),
        ("resnet", ["--format", "timm"], "c2.safetensors"),
        ("small", ["--format", "onnx"], "c3.onnx"),
    ):
        result = invoke("export", str(runs / run), *arguments, "-o", out)
        assert result.exit_code == 0, result.output
        first, *example = result.stdout.splitlines()
        sha256 = hashlib.sha256(Path(out).read_bytes()).hexdigest()
        assert first.startswith(f"wrote {out} (")
        assert first.endswith(f"sha256 {sha256[:8]}) and {Path(out).stem}.json")
        assert 3 <= len(example) <= 4
        programs.append("\n".join(example))
    # Each by itself, in one process, which is slow to start.
    child = subprocess.run(
        [sys.executable, "-P", "-c", f"for one in {programs!r}: exec(one, {{}})"],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert child.returncode == 0, child.stderr


def test_as_json(runs: Path, invoke: Invoke) -> None:
    result = invoke("export", str(runs / "resnet"), "-o", "c1.safetensors", "--json", "-")
    document = json.loads(result.stdout)
    assert document["schema"] == "augscore.export/1"
    assert document["sha256"] == hashlib.sha256(Path("c1.safetensors").read_bytes()).hexdigest()
    assert document["bytes"] == Path("c1.safetensors").stat().st_size
    assert (document["format"], document["checked"]) == ("torchvision", True)
    assert document["example"][-1].startswith("net.load_state_dict(load_file('c1.safetensors'))")
    assert "wrote c1.safetensors" in result.stderr


def test_a_library_that_lacks_the_network(runs: Path, invoke: Invoke) -> None:
    result = invoke("export", str(runs / "small"), "--format", "timm", "-o", "s.safetensors")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: 'small' is augscore's own network")
    assert not [*Path().iterdir()]


def test_onnx_is_not_written_under_the_name_of_safetensors(runs: Path, invoke: Invoke) -> None:
    result = invoke("export", str(runs / "small"), "-o", "s.safetensors")
    assert result.exit_code == 2
    assert "for onnx is a file that ends in .onnx, not 's.safetensors'" in result.stderr
    assert "Use s.onnx" in result.stderr
    assert not [*Path().iterdir()]


def test_nothing_is_replaced_unless_it_is_forced(runs: Path, invoke: Invoke) -> None:
    command = ("export", str(runs / "resnet"), "-o", "c1.safetensors")
    for name in ("c1.safetensors", "c1.json"):
        Path(name).write_text("mine")
        result = invoke(*command)
        assert result.exit_code == 2
        assert f"{name} is there already; --force replaces it" in result.stderr
        assert Path(name).read_text() == "mine"
        assert invoke(*command, "--force").exit_code == 0
        for written in ("c1.safetensors", "c1.json"):
            Path(written).unlink()


def test_the_encoder_itself_is_never_replaced(runs: Path, invoke: Invoke) -> None:
    path = runs / "resnet" / "encoder.safetensors"
    before = path.read_bytes()
    result = invoke("export", str(runs / "resnet"), "-o", str(path), "--force")
    assert result.exit_code == 2
    assert "would replace what is read from" in result.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nope", "-o", "x"], 3, "error: cannot read encoder 'nope'"),
        (["."], 2, "Missing option"),
        ([".", "-o", "x"], 3, "the folder holds no encoder.safetensors"),
        ([".", "-o", "x", "--format", "keras"], 2, "'keras'"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_what_it_refuses(arguments: list[str], code: int, words: str, invoke: Invoke) -> None:
    result = invoke("export", *arguments)
    assert result.exit_code == code
    assert words in result.stderr


def test_a_folder_that_does_not_exist_is_told_before_anything_is_loaded(
    runs: Path, invoke: Invoke
) -> None:
    result = invoke("export", str(runs / "resnet"), "-o", "nowhere/c1.safetensors")
    assert result.exit_code == 2
    assert "Make the folder first" in result.stderr


def test_runs_are_completed(runs: Path, child: Child) -> None:
    words = f"augscore export {runs}/"
    env = {"_AUGSCORE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "2"}
    offered = [row.removeprefix("plain,") for row in child(env=env).stdout.splitlines()]
    assert offered == [f"{runs}/resnet", f"{runs}/small"]
