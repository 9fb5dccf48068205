"""The model file: round trip, bytes, size, and every way in which it can be wrong."""

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
from safetensors.torch import save as save_tensors

from augscore.errors import InputError, ModelError
from augscore.score.denoiser import Denoiser
from augscore.score.model import (
    ModelCard,
    TrainingData,
    load_model,
    new_denoiser,
    save_model,
)
from augscore.score.network import Architecture
from augscore.score.wiener import ErrorRow
from augscore.strength.calibration import Calibration
from augscore.strength.ladder import geometric
from augscore.strength.readings import Standards
from augscore.strength.sight import Lens
from augscore.strength.typicality import CleanNorms
from tests.ladders import exact_ladder

Spoil = Callable[[bytes], bytes]


def card(architecture: Architecture) -> ModelCard:
    return ModelCard(
        name="trial",
        version="1.0",
        architecture=architecture,
        mean=0.4371234567891234,
        sigma_data=1 / 3,
        sigma_range=(0.005, 2.0),
        working_size=224,
        data=TrainingData(900, 100, "ab" * 32, 64, (112, 158, 224)),
        training={"steps": 10, "seed": 0},
        held_out=(ErrorRow(0.1, 0.001, 0.002),),
    )


def saved(path: Path, denoiser: Denoiser) -> Path:
    save_model(path, denoiser, card(denoiser.network.architecture), {"reading": "any", "x": [1.5]})
    return path


@pytest.fixture
def file(tmp_path: Path, denoiser: Denoiser) -> Path:
    return saved(tmp_path / "model.safetensors", denoiser)


def test_a_card_has_agreement_only_where_it_was_measured(file: Path, denoiser: Denoiser) -> None:
    assert b"agreement" not in file.read_bytes()
    table = {"pictures": 2, "figures": [{"judge": "RAID", "value": None}]}
    told = replace(card(denoiser.network.architecture), agreement=table)
    save_model(file, denoiser, told, {"reading": "any"})
    assert load_model(file).card == told


def test_a_round_trip_is_bit_equal(file: Path, denoiser: Denoiser) -> None:
    model = load_model(file)
    assert model.card == card(denoiser.network.architecture)
    assert model.calibration == {"reading": "any", "x": [1.5]}
    wanted, found = denoiser.network.state_dict(), model.denoiser.network.state_dict()
    assert wanted.keys() == found.keys()
    assert all(torch.equal(found[k], wanted[k]) for k in wanted)
    assert (model.denoiser.mean, model.denoiser.sigma_data) == (0.4371234567891234, 1 / 3)
    assert not any(p.requires_grad for p in model.denoiser.parameters())


def test_the_same_model_gives_the_same_bytes_and_the_file_its_digest(
    file: Path, denoiser: Denoiser, tmp_path: Path
) -> None:
    again = saved(
        tmp_path / "elsewhere.safetensors", denoiser.to(memory_format=torch.channels_last)
    )
    assert again.read_bytes() == file.read_bytes()
    shuffled = {"x": [1.5], "reading": "any"}
    save_model(tmp_path / "order", denoiser, card(denoiser.network.architecture), shuffled)
    assert (tmp_path / "order").read_bytes() == file.read_bytes()
    loaded = load_model(file)
    assert loaded.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    save_model(tmp_path / "third", loaded.denoiser, loaded.card, loaded.calibration)
    assert (tmp_path / "third").read_bytes() == file.read_bytes()


def test_the_default_network_with_a_calibration_stays_under_4_mb(tmp_path: Path) -> None:
    network = new_denoiser(Architecture(), 0.45, 0.25, 0)
    sds = geometric(0.005, 0.5, 13)
    ladder = exact_ladder(224, sds, tuple(s / 3 for s in sds), 0.0123456789)
    channels = torch.rand(64)
    calibration = Calibration(
        Lens(224, 0.04, (0.02, 0.05, 0.13, 0.3)),
        Standards(channels, channels, torch.rand(3), torch.rand(3), (0.6, 0.7, 0.8)),
        (ladder, ladder, ladder),
        CleanNorms((0.1,) * 4, ((0.1,) * 4,) * 4, tuple(torch.rand(1000).tolist())),
        240,
        120,
    )
    save_model(tmp_path / "m", network, card(Architecture()), calibration.to_json())
    assert (tmp_path / "m").stat().st_size < 4_000_000


def test_fresh_weights_are_kept_in_float32_whatever_they_were_trained_in(
    tmp_path: Path, fresh: Denoiser
) -> None:
    path = saved(tmp_path / "m", fresh.to(torch.bfloat16))
    assert all(t.dtype == torch.float32 for t in load_tensors(path.read_bytes()).values())
    load_model(path)


def _long_header(data: bytes) -> bytes:
    return b"\xff" * 8 + data[8:]


def _document(data: bytes) -> dict[str, Any]:
    length = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + length])["__metadata__"]
    document: dict[str, Any] = json.loads(metadata["augscore"])
    return document


def _with_document(change: Callable[[dict[str, Any]], Any]) -> Spoil:
    def spoil(data: bytes) -> bytes:
        document = _document(data)
        change(document)
        return save_tensors(load_tensors(data), metadata={"augscore": json.dumps(document)})

    return spoil


def _with_tensors(change: Callable[[dict[str, torch.Tensor]], Any]) -> Spoil:
    def spoil(data: bytes) -> bytes:
        tensors = load_tensors(data)
        change(tensors)
        return save_tensors(tensors, metadata={"augscore": json.dumps(_document(data))})

    return spoil


def _rename(tensors: dict[str, torch.Tensor]) -> None:
    tensors["stem.wait"] = tensors.pop("stem.weight")


def _transpose(tensors: dict[str, torch.Tensor]) -> None:
    tensors["head.weight"] = tensors["head.weight"].transpose(0, 1).contiguous()


SPOILED: dict[str, tuple[str, Spoil]] = {
    "empty": ("model_corrupt", lambda data: b""),
    "seven bytes": ("model_corrupt", lambda data: data[:7]),
    "cut in the header": ("model_corrupt", lambda data: data[:200]),
    "cut in the weights": ("model_corrupt", lambda data: data[:-5]),
    "trailing bytes": ("model_corrupt", lambda data: data + b"tail"),
    "huge header": ("model_corrupt", _long_header),
    "only 0xff": ("model_corrupt", lambda data: b"\xff" * 8),
    "text": ("model_corrupt", lambda data: b"this is no model at all, it is text"),
    "header is a list": ("model_mismatch", lambda data: (2).to_bytes(8, "little") + b"[]"),
    "header is no JSON": ("model_corrupt", lambda data: data[:8] + b"\xfe" + data[9:]),
    "zip pickle": ("model_pickle", lambda data: b"PK\x03\x04" + data),
    "plain pickle": ("model_pickle", lambda data: pickle.dumps({"a": 1}, protocol=4)),
    "no card": ("model_mismatch", lambda data: save_tensors(load_tensors(data))),
    "card edited": ("model_mismatch", _with_document(lambda d: d["card"].pop("mean"))),
    "card is text": ("model_mismatch", _with_document(lambda d: d.update(card="x"))),
    "architecture is a list": (
        "model_mismatch",
        _with_document(lambda d: d["card"].update(architecture=[8])),
    ),
    "one σ": ("model_mismatch", _with_document(lambda d: d["card"].update(sigma_range=[1]))),
    "no calibration": ("model_mismatch", _with_document(lambda d: d.pop("calibration"))),
    "calibration is a list": ("model_mismatch", _with_document(lambda d: d.update(calibration=[]))),
    "wider than its weights": (
        "model_mismatch",
        _with_document(lambda d: d["card"]["architecture"].update(widths=[8, 8, 16])),
    ),
    "tensor dropped": ("model_mismatch", _with_tensors(lambda t: t.pop("stem.weight"))),
    "tensor added": ("model_mismatch", _with_tensors(lambda t: t.update(x=torch.zeros(1)))),
    "tensor renamed": ("model_mismatch", _with_tensors(_rename)),
    "another shape": ("model_mismatch", _with_tensors(lambda t: t.update(x=torch.zeros(2, 2)))),
    "transposed": ("model_mismatch", _with_tensors(_transpose)),
    "NaN weights": ("model_mismatch", _with_tensors(lambda t: t["head.weight"].fill_(torch.nan))),
    "infinite weight": (
        "model_mismatch",
        _with_tensors(lambda t: t["stem.bias"].__setitem__(0, torch.inf)),
    ),
    "newer schema": ("model_version", _with_document(lambda d: d.update(schema=2))),
    "no schema": ("model_version", _with_document(lambda d: d.pop("schema"))),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_file_is_refused_with_its_own_code(file: Path, name: str) -> None:
    code, spoil = SPOILED[name]
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(ModelError) as caught:
        load_model(file)
    assert caught.value.code == code
    assert caught.value.exit_code == 3
    assert isinstance(caught.value, InputError | ValueError)
    assert str(file) in str(caught.value)


def test_a_missing_file_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nope.safetensors", tmp_path):
        with pytest.raises(ModelError, match=path.name) as caught:
            load_model(path)
        assert caught.value.code == "model_missing"


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    for protocol in (2, 3, 4, 5):
        (tmp_path / "evil.pt").write_bytes(pickle.dumps(_Bomb(touched), protocol=protocol))
        with pytest.raises(ModelError, match="pickle") as caught:
            load_model(tmp_path / "evil.pt")
        assert caught.value.code == "model_pickle"
    torch.save({"w": torch.zeros(2)}, tmp_path / "weights.pt")
    with pytest.raises(ModelError) as caught:
        load_model(tmp_path / "weights.pt")
    assert caught.value.code == "model_pickle"
    assert not touched.exists()


def test_a_mismatch_names_up_to_three_tensors(file: Path) -> None:
    keep = _with_tensors(lambda t: [t.pop(k) for k in sorted(t)[:5]])
    names = sorted(load_tensors(file.read_bytes()))[:5]
    file.write_bytes(keep(file.read_bytes()))
    with pytest.raises(ModelError) as caught:
        load_model(file)
    assert [name in str(caught.value) for name in names] == [True, True, True, False, False]


class _Bomb:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)
