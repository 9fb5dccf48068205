"""Rows 65 to 69: models that are missing, damaged, pickles, changed, or of another version."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from augscore.errors import ModelError
from augscore.runs.digest import digest
from augscore.score.model import load_model
from augscore.strength.scorer import load_scorer
from augscore_cli.main import root


@pytest.fixture
def model(tiny_run: Path, tmp_path: Path) -> Path:
    """A copy of a sound model file, free to be spoiled."""
    return Path(shutil.copy(tiny_run / "model.safetensors", tmp_path / "m.safetensors"))


def refused(path: str | Path, code: str) -> str:
    """What Python and the command line say of a model that both refuse with exit code 3."""
    with pytest.raises(ModelError) as caught:
        load_scorer(path)
    assert caught.value.code == code
    result = CliRunner().invoke(root, ["model", "info", str(path)], prog_name="augscore")
    assert result.exit_code == 3, result.output
    assert result.stdout == ""
    assert result.stderr == f"error: {caught.value}\n"
    return result.stderr


def test_bad_65_missing_model_names_the_nearest_and_what_to_train(
    tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_run, tmp_path / "runs" / "score-s1")
    shutil.copy(tiny_run / "model.safetensors", tmp_path / "portraits.safetensors")
    (tmp_path / "notes").mkdir()
    told = refused("nope", "model_missing")
    assert "cannot read model 'nope': no such model" in told
    assert "augscore train score" in told
    assert "Did you mean" not in told
    assert "Did you mean 'default'?" in refused("defualt", "model_missing")
    assert "'runs/score-s1'" in refused("runs/scor-s1", "model_missing")
    assert "'portraits.safetensors'" in refused("portrait", "model_missing")
    assert "Did you mean" not in refused("note", "model_missing")


def test_bad_65_a_measurement_ends_before_it_begins(scenes: Path) -> None:
    arguments = ["measure", str(scenes), "--model", "nope"]
    result = CliRunner().invoke(root, arguments, prog_name="augscore")
    assert result.exit_code == 3
    assert result.stderr.startswith("error: cannot read model 'nope'")


def test_bad_65_an_unfinished_run_says_so(tmp_path: Path) -> None:
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    assert "not finished" in refused(tmp_path / "run", "model_missing")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_bad_65_a_fifo_or_device_is_no_model(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "model_missing")
    refused(os.devnull, "model_missing")


CORRUPT: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "truncated in the length": lambda data: data[:5],
    "truncated in the header": lambda data: data[:100],
    "truncated in the weights": lambda data: data[:-1],
    "trailing bytes": lambda data: data + b"\0",
    "huge header length": lambda data: b"\xff" * 8 + data[8:],
    "only a huge header length": lambda data: b"\xff" * 8,
    "not a number in the card": lambda data: data.replace(b'"mean\\":0.', b'"mean\\":NaN', 1),
    "too deep": lambda data: (50_001).to_bytes(8, "little") + b"[" * 50_001,
}


@pytest.mark.parametrize("damage", CORRUPT)
def test_bad_66_corrupt_model(model: Path, damage: str) -> None:
    spoiled = CORRUPT[damage](model.read_bytes())
    assert spoiled != model.read_bytes()
    model.write_bytes(spoiled)
    began = time.process_time()
    assert str(model) in refused(model, "model_corrupt")
    assert time.process_time() - began < 1


class _Bomb:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


@pytest.mark.parametrize("protocol", [0, 2, 3, 4, 5])
def test_bad_67_pickle_is_never_opened(
    tmp_path: Path, protocol: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "load", lambda *a, **k: pytest.fail("opened"))
    bomb = pickle.dumps(_Bomb(tmp_path / "touched"), protocol=protocol)
    for name in ("a.pt", "a.pth", "a.CKPT", "a.pkl", *(["a.safetensors", "a"] if protocol else [])):
        (tmp_path / name).write_bytes(bomb)
        told = refused(tmp_path / name, "model_pickle")
        assert "To convert" in told
    assert not (tmp_path / "touched").exists()


def test_bad_67_what_torch_saves_is_a_pickle(tmp_path: Path) -> None:
    for zipped in (True, False):
        path = tmp_path / f"{zipped}.safetensors"
        torch.save({"w": torch.zeros(2)}, path, _use_new_zipfile_serialization=zipped)
        refused(path, "model_pickle")


@pytest.mark.parametrize("head", [b"\x80\x02", b"PK"])
def test_bad_67_a_sound_file_whose_header_length_looks_like_a_pickle_is_read(
    model: Path, head: bytes
) -> None:
    wanted = load_model(model)
    data = model.read_bytes()
    length = int.from_bytes(data[:8], "little")
    longer = int.from_bytes(head, "little")
    while longer < length:
        longer += 1 << 16
    padded = data[8 : 8 + length] + b" " * (longer - length)
    model.write_bytes(longer.to_bytes(8, "little") + padded + data[8 + length :])
    assert model.read_bytes().startswith(head)
    assert load_model(model).card == wanted.card


def _document(data: bytes) -> dict[str, Any]:
    length = int.from_bytes(data[:8], "little")
    text = json.loads(data[8 : 8 + length])["__metadata__"]["augscore"]
    document: dict[str, Any] = json.loads(text)
    return document


def _rewritten(
    path: Path,
    *,
    card: Callable[[dict[str, Any]], object] = lambda document: None,
    weights: Callable[[dict[str, torch.Tensor]], object] = lambda tensors: None,
) -> None:
    """Changed, with a digest that fits."""
    document, tensors = _document(path.read_bytes()), load_tensors(path.read_bytes())
    card(document)
    weights(tensors)
    document.pop("digest")
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    document["digest"] = digest(text, tensors)
    path.write_bytes(save_tensors(tensors, metadata={"augscore": json.dumps(document)}))


def test_bad_68_a_rewritten_file_is_sound_by_itself(model: Path) -> None:
    _rewritten(model)
    load_scorer(model)


def test_bad_68_card_missing(model: Path) -> None:
    model.write_bytes(save_tensors(load_tensors(model.read_bytes())))
    assert "holds no augscore card" in refused(model, "model_mismatch")


@pytest.mark.parametrize("place", [0.02, 0.5, 0.999])
def test_bad_68_one_byte_of_the_weights_differs(model: Path, place: float) -> None:
    data = bytearray(model.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    data[start + int(place * (len(data) - start)) // 4 * 4] ^= 1
    model.write_bytes(data)
    assert "digest differs" in refused(model, "model_mismatch")


@pytest.mark.parametrize("key", ["mean", "sigma_data", "name", "working_size"])
def test_bad_68_the_card_differs_from_what_was_written(model: Path, key: str) -> None:
    document = _document(model.read_bytes())
    document["card"][key] = 0.4 if key in ("mean", "sigma_data") else 64
    tensors = load_tensors(model.read_bytes())
    model.write_bytes(save_tensors(tensors, metadata={"augscore": json.dumps(document)}))
    assert "digest differs" in refused(model, "model_mismatch")


def test_bad_68_a_file_from_before_there_was_a_digest_is_read(model: Path) -> None:
    document = _document(model.read_bytes())
    del document["digest"]
    tensors = load_tensors(model.read_bytes())
    model.write_bytes(save_tensors(tensors, metadata={"augscore": json.dumps(document)}))
    load_scorer(model)


def test_bad_68_the_first_three_differences_are_told(model: Path) -> None:
    def change(tensors: dict[str, torch.Tensor]) -> None:
        tensors["aaa"] = torch.zeros(1)
        del tensors["decoder.0.first.bias"]
        tensors["head.bias"] = torch.zeros(5)
        del tensors["stem.weight"]

    _rewritten(model, weights=change)
    told = refused(model, "model_mismatch")
    assert "aaa has no place; decoder.0.first.bias is missing; head.bias has shape (5,)" in told
    assert "stem" not in told


def test_bad_68_weights_that_are_not_finite(model: Path) -> None:
    def spoil(tensors: dict[str, torch.Tensor]) -> None:
        for name in sorted(tensors)[:4]:
            tensors[name].view(-1)[0] = torch.nan

    _rewritten(model, weights=spoil)
    names = sorted(load_tensors(model.read_bytes()))[:4]
    told = refused(model, "model_mismatch")
    assert [name in told for name in names] == [True, True, True, False]


@pytest.mark.parametrize(
    "change",
    [
        {"blocks": 10**9},
        {"blocks": -1},
        {"widths": [10**6, 10**6, 10**6]},
        {"widths": [6000, 8, 8]},
        {"widths": []},
        {"widths": [-8, 8, 8]},
        {"conditioning": 10**12},
    ],
)
def test_bad_68_an_impossible_architecture_costs_nothing(
    model: Path, change: dict[str, Any]
) -> None:
    _rewritten(model, card=lambda document: document["card"]["architecture"].update(change))
    began = time.process_time()
    refused(model, "model_mismatch")
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("schema", "advice"),
    [(2, "newer augscore"), (99, "newer augscore"), (0, "Train"), (None, "Train"), ("1", "Train")],
)
def test_bad_69_another_schema_names_both_versions(model: Path, schema: Any, advice: str) -> None:
    _rewritten(model, card=lambda document: document.update(schema=schema))
    told = refused(model, "model_version")
    assert f"has schema {schema}, this augscore reads schema 1" in told
    assert advice in told


def test_bad_69_another_reading_names_both_versions(model: Path) -> None:
    _rewritten(model, card=lambda d: d["calibration"].update(reading="strength/99"))
    told = refused(model, "model_version")
    assert "strength/99" in told
    assert "strength/2" in told
