"""`augscore eval`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch
from click.testing import Result
from PIL import Image

from augscore.engine.normalize import NORMALIZATIONS
from augscore.evaluation.evaluate import EvalOptions, evaluate
from augscore.evaluation.features import Preprocessing
from augscore.evaluation.seen import Extraction
from augscore.training.data.split import split
from augscore.training.encoder_file import EncoderCard, EncoderData, load_encoder, save_encoder
from augscore.training.networks.backbones import make_backbone

Invoke = Callable[..., Result]
SCHEMA = json.loads((files("augscore") / "schemas/eval-1.json").read_text())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder with an encoder that was never trained: enough for every row."""
    folder = tmp_path_factory.mktemp("runs") / "c1"
    folder.mkdir()
    backbone = make_backbone("small", size=32, seed=0)
    card = EncoderCard(
        arch="small",
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


def write_classes(folder: Path, count: int, seed: int) -> Path:
    """`count` noisy pictures of each of three colours."""
    random = np.random.default_rng(seed)
    for channel, name in enumerate(("blue", "green", "red")):
        (folder / name).mkdir(parents=True)
        for i in range(count):
            pixels = random.integers(0, 150, (36, 40, 3))
            pixels[..., 2 - channel] += 60
            Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{i}.png")
    return folder


@pytest.fixture(scope="module")
def parted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parted")
    write_classes(folder / "train", 8, 0)
    write_classes(folder / "test", 4, 1)
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("whole") / "colours", 10, 2)


def test_the_screen(run: Path, parted: Path, invoke: Invoke) -> None:
    result = invoke("eval", str(run), "--data", str(parted))
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    for part in (
        "small by simclr 2 epochs, 32 px, 256 features",
        "24 images for training, 12 for accuracy",
        "top-1 [%] accuracy 95 % interval",
        "k-NN, k 24, T 0.1 ",
        "k-NN, k 5, Euclidean, unweighted ",
        "raw pixels at 32 px, k-NN, k 24, T 0.1 ",
        "always the commonest class 33.3",
    ):
        assert part in text
    assert "linear" not in text
    assert "blue" not in text
    assert f"Next: augscore export {run} -o encoder.onnx" in result.stderr


def test_numbers_are_those_of_the_library(run: Path, whole: Path, invoke: Invoke) -> None:
    arguments = (
        "--seed",
        "3",
        "--k",
        "7",
        "--temperature",
        "0.5",
        "--device",
        "cpu",
        "--json",
        "-",
    )
    result = invoke("eval", str(run), "--data", str(whole), *arguments)
    document = json.loads(result.stdout)
    encoder = load_encoder(run)
    parted = split(str(whole), seed=3)
    assert parted.test is not None
    backbone = encoder.backbone.to(memory_format=torch.channels_last)
    preprocessing = Preprocessing(32, NORMALIZATIONS["cifar10"])
    extraction = Extraction(backbone, preprocessing, torch.device("cpu"))
    options = EvalOptions(k=7, temperature=0.5, seed=3)
    found = evaluate(parted.train, parted.test, extraction, options)
    assert document["data"]["rows"] == found.to_json()["rows"]
    assert document["data"]["split"] == parted.told
    assert document["encoder"]["sha256"] == encoder.sha256
    assert "always the commonest class" in result.stderr


def test_the_split_is_that_of_the_run_unless_a_seed_is_given(
    run: Path, whole: Path, tmp_path: Path, invoke: Invoke
) -> None:
    encoder = load_encoder(run)
    save_encoder(tmp_path / "e.safetensors", encoder.backbone, replace(encoder.card, seed=5))

    def told(*arguments: str) -> tuple[int, str]:
        result = invoke("eval", *arguments, "--data", str(whole), "--json", "-")
        document = json.loads(result.stdout)
        return document["config"]["seed"], document["data"]["test"]["fingerprint"]

    assert told(str(tmp_path / "e.safetensors")) == told(str(run), "--seed", "5")
    assert told(str(run)) != told(str(run), "--seed", "5")


def test_every_row_for_every_class(run: Path, parted: Path, invoke: Invoke) -> None:
    arguments = ("--knn", "--linear", "--epochs", "7", "--per-class")
    result = invoke("eval", str(run), "--data", str(parted), *arguments)
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    assert "linear, Adam, 7 epochs" in text
    assert "linear, L-BFGS" in text
    assert "class [%] images k-NN k-NN, 5 Adam L-BFGS pixels blue 4 " in text
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_linear_alone_leaves_neighbours_out(run: Path, parted: Path, invoke: Invoke) -> None:
    arguments = ("--linear", "--epochs", "2", "--json", "e.json", "-q")
    assert invoke("eval", str(run), "--data", str(parted), *arguments).exit_code == 0
    rows = json.loads(Path("e.json").read_text())["data"]["rows"]
    names = [row["classifier"] for row in rows]
    assert names == ["linear_adam", "linear_lbfgs", "pixels_knn", "commonest_class"]


def test_another_folder_gets_classifiers_of_its_own(
    run: Path, parted: Path, whole: Path, invoke: Invoke
) -> None:
    arguments = ("--data", str(parted), "--transfer", str(whole), "--json", "-")
    document = json.loads(invoke("eval", str(run), *arguments).stdout)
    alone = json.loads(invoke("eval", str(run), "--data", str(whole), "--json", "-").stdout)
    assert document["transfer"] == alone["data"]
    assert document["data"]["test"]["images"] == 12
    assert document["transfer"]["train"]["fingerprint"] != document["data"]["train"]["fingerprint"]


def test_classes_from_a_table(run: Path, tmp_path: Path, invoke: Invoke) -> None:
    folder = write_classes(tmp_path / "flat", 6, 3)
    rows = [f"{p.relative_to(folder).as_posix()},{p.stem}" for p in sorted(folder.rglob("*.png"))]
    Path("labels.csv").write_text("\n".join(["path,label", *rows]))
    result = invoke(
        "eval", str(run), "--data", str(folder), "--labels", "labels.csv", "--json", "-"
    )
    assert json.loads(result.stdout)["data"]["classes"] == 6


def test_what_is_left_out_is_told(run: Path, tmp_path: Path, invoke: Invoke) -> None:
    folder = write_classes(tmp_path / "colours", 6, 3)
    good = (folder / "red" / "0.png").read_bytes()
    (folder / "red" / "x.png").write_bytes(good[:100])
    (folder / "loose.png").write_bytes(good)
    result = invoke("eval", str(run), "--data", str(folder), "--json", "e.json")
    assert "1 without a class" in result.stdout
    assert "1 skipped: 1 " in result.stdout
    document = json.loads(Path("e.json").read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    data = document["data"]
    skipped = [s["path"] for side in ("train", "test") for s in data[side]["skipped"]]
    assert skipped == ["red/x.png"]


def test_the_document_is_as_its_schema_says(run: Path, whole: Path, invoke: Invoke) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    arguments = ("--data", str(whole), "--transfer", str(whole), "--knn", "--linear")
    result = invoke("eval", str(run), *arguments, "--epochs", "2", "--json", "-")
    document = json.loads(result.stdout)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    validator.validate(document)
    for place, name in (
        (document, None),
        (document["encoder"], "encoder"),
        (document["config"], "config"),
        (document["config"]["transform"], None),
        (document["data"], "evaluation"),
        (document["data"]["train"], "side"),
        (document["data"]["rows"][0], "row"),
    ):
        if name is not None:
            assert set(place) == set(SCHEMA["$defs"][name]["properties"])
    told = {row["classifier"] for row in document["data"]["rows"]}
    assert told == set(SCHEMA["$defs"]["row"]["properties"]["classifier"]["enum"])
    document["data"]["rows"][0]["accuracy"] = 84.1
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(document)


def test_the_same_numbers_whatever_the_workers(run: Path, whole: Path, invoke: Invoke) -> None:
    def document(workers: str) -> object:
        result = invoke("eval", str(run), "--data", str(whole), "--workers", workers, "--json", "-")
        return json.loads(result.stdout)

    assert document("0") == document("3")


def test_unlabelled_images_have_no_accuracy(run: Path, scenes: Path, invoke: Invoke) -> None:
    result = invoke("eval", str(run), "--data", str(scenes))
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr.startswith("error: no accuracy can be measured: they have no classes. ")
    assert len(result.stderr.splitlines()) == 1


def test_a_transfer_folder_is_looked_at_first(run: Path, whole: Path, invoke: Invoke) -> None:
    result = invoke("eval", str(run), "--data", str(whole), "--transfer", "nowhere")
    assert result.exit_code == 2
    assert "cannot find 'nowhere'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nope", "--data", "x"], 3, "error: cannot read encoder 'nope': no such file"),
        ([".", "--data", "x"], 3, "the folder holds no encoder.safetensors"),
        (["."], 2, "Missing option '--data'"),
        ([".", "--data", "x", "--epochs", "3"], 2, "--epochs goes with --linear"),
        ([".", "--data", "x", "--k", "0"], 2, "'--k'"),
        ([".", "--data", "x", "--temperature", "0"], 2, "'--temperature'"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_what_it_refuses(arguments: list[str], code: int, words: str, invoke: Invoke) -> None:
    result = invoke("eval", *arguments)
    assert result.exit_code == code
    assert words in result.stderr


def test_the_json_never_replaces_the_encoder(run: Path, whole: Path, invoke: Invoke) -> None:
    before = (run / "encoder.safetensors").read_bytes()
    target = str(run / "encoder.safetensors")
    result = invoke(
        "eval", str(run / "encoder.safetensors"), "--data", str(whole), "--json", target
    )
    assert result.exit_code == 2
    assert (run / "encoder.safetensors").read_bytes() == before
    assert invoke("eval", str(run), "--data", str(whole), "--json", target).exit_code == 2
    assert (run / "encoder.safetensors").read_bytes() == before


def test_its_settings_are_printed(run: Path, invoke: Invoke) -> None:
    result = invoke("eval", str(run), "--data", "x", "--set", "k=20", "--print-config")
    assert result.exit_code == 0
    assert "[eval]" in result.stdout
    assert "k = 20" in result.stdout
    assert "--set k" in result.stdout
