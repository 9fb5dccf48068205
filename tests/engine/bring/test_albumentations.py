"""albumentations: objects, mappings and files; whether pixels are the same; what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest
import torch

import augscore
from augscore import Policy
from augscore.engine.nodes import Foreign, OneOf, RandomApply, RandomOrder, Step
from augscore.engine.normalize import Normalize
from augscore.errors import HostError, UsageError


def is_foreign(policy: Policy) -> bool:
    return isinstance(policy.views[0].steps[0], Foreign)


def exact_pipeline() -> Any:
    return A.Compose(
        [
            A.HorizontalFlip(p=0.5),
            A.ColorJitter(0.4, (0.5, 1.2), 0.2, 0.1, p=0.8),
            A.ToGray(p=0.2),
            A.OneOf([A.Solarize((0.4, 0.6), p=0.2), A.InvertImg(p=0.6)], p=0.7),
            A.Sequential([A.VerticalFlip(p=0.5), A.Posterize((3, 5), p=0.5)], p=0.5),
            A.RandomOrder([A.ChannelShuffle(p=0.5), A.InvertImg(p=1.0)], n=2, p=0.3),
            A.Normalize((0.5, 0.4, 0.3), (0.1, 0.2, 0.3)),
            A.ToTensorV2(),
        ]
    )


def test_a_pipeline_comes_over() -> None:
    policy = Policy.of(exact_pipeline(), size=64)
    jitter = (
        ("brightness", (0.6, 1.4)),
        ("contrast", (0.5, 1.2)),
        ("saturation", (0.8, 1.2)),
        ("hue", (-0.1, 0.1)),
    )
    solarize = Step("RandomSolarize", (("threshold", (0.4, 0.6)),))
    posterize = Step("RandomPosterize", (("bits", (3.0, 5.0)),), p=0.5)
    order = (Step("RandomChannelPermutation", p=0.5), Step("RandomInvert"))
    assert policy.views[0].steps == (
        Step("RandomHorizontalFlip", p=0.5),
        Step("ColorJitter", jitter, p=0.8),
        Step("RandomGrayscale", p=0.2),
        OneOf((solarize, Step("RandomInvert")), (0.2, 0.6), 0.7),
        RandomApply((Step("RandomVerticalFlip", p=0.5), posterize), 0.5),
        RandomApply((RandomOrder(order),), 0.3),
    )
    assert policy.normalize == Normalize((0.5, 0.4, 0.3), (0.1, 0.2, 0.3))
    assert policy.notes[0].endswith("Normalize, ToTensorV2")


def test_an_object_a_mapping_and_its_files_are_one(tmp_path: Path) -> None:
    pipeline = exact_pipeline()
    wanted = Policy.of(pipeline, size=64).views
    document = A.to_dict(pipeline)
    assert Policy.of(document, size=64).views == wanted
    for form in ("json", "yaml"):
        file = tmp_path / f"mine.{form}"
        A.save(pipeline, file, data_format=form)
        policy = Policy.of(file, size=64)
        assert policy.views == wanted
        assert policy.name == "mine"
        images = torch.zeros(1, 3, 40, 40, dtype=torch.uint8)
        assert augscore.augment(images, file, size=40)[1].policy == "mine"
    assert augscore.augment(images, document, size=40)[1].policy == "albumentations"


def test_a_pipeline_that_runs_as_it_is_comes_from_a_file_too(
    tmp_path: Path, bytes40: torch.Tensor
) -> None:
    pipeline = A.Compose([A.RandomResizedCrop((24, 24)), A.GaussNoise(p=1), A.ToTensorV2()])
    file = tmp_path / "mine.yaml"
    A.save(pipeline, file, data_format="yaml")
    policy = Policy.of(file, name="live")
    assert is_foreign(policy)
    assert policy == Policy.of(pipeline, name="live")
    views, draw = augscore.augment(bytes40, policy)
    assert torch.equal(augscore.replay(bytes40, draw, policy=Policy.of(pipeline))[0], views[0])


# Grey levels of mean and greatest difference, on floats.
FIXED: dict[str, tuple[Any, float, float]] = {
    "flip": (A.HorizontalFlip(p=1.0), 0.0, 0.0),
    "vertical flip": (A.VerticalFlip(p=1.0), 0.0, 0.0),
    "grey": (A.ToGray(p=1.0), 0.03, 0.05),
    "brightness": (A.ColorJitter((1.3, 1.3), (1, 1), (1, 1), (0, 0), p=1.0), 0.01, 0.05),
    "contrast": (A.ColorJitter((1, 1), (0.6, 0.6), (1, 1), (0, 0), p=1.0), 0.01, 0.05),
    "saturation": (A.ColorJitter((1, 1), (1, 1), (1.5, 1.5), (0, 0), p=1.0), 0.01, 0.05),
    "hue": (A.ColorJitter((1, 1), (1, 1), (1, 1), (0.2, 0.2), p=1.0), 0.01, 0.5),
    "solarize": (A.Solarize((0.4, 0.4), p=1.0), 0.0, 0.01),
    "invert": (A.InvertImg(p=1.0), 0.0, 0.01),
    "gamma": (A.RandomGamma((70, 70), p=1.0), 0.01, 0.05),
    "posterize": (A.Posterize((3, 3), p=1.0), 0.0, 0.01),
    "one of one": (A.OneOf([A.InvertImg(p=0.1)], p=1.0), 0.0, 0.01),
    "nothing": (A.NoOp(p=1.0), 0.0, 0.0),
    "never": (A.Sequential([A.InvertImg(p=1.0)], p=0.0), 0.0, 0.0),
}


@pytest.mark.parametrize("name", FIXED)
def test_pixels_are_those_of_albumentations(name: str, floats40: torch.Tensor) -> None:
    transform, mean, most = FIXED[name]
    policy = Policy.of(A.Compose([transform]), size=40)
    assert not policy.views[0].steps or not is_foreign(policy), policy.notes
    (views,), _ = augscore.augment(floats40, policy)
    arrays = [np.ascontiguousarray(image.movedim(0, -1).numpy()) for image in floats40]
    wanted = torch.stack(
        [torch.from_numpy(transform(image=array)["image"]).movedim(-1, 0) for array in arrays]
    )
    away = (views - wanted).abs() * 255
    assert float(away.mean()) <= mean
    assert float(away.max()) <= most


INEXACT: dict[str, Any] = {
    "crop": A.RandomResizedCrop((32, 32)),
    "blur": A.GaussianBlur(p=0.5),
    "noise": A.GaussNoise(),
    "some of": A.SomeOf([A.HorizontalFlip(), A.InvertImg()], n=1),
    "not all": A.RandomOrder([A.HorizontalFlip(), A.InvertImg()], n=1),
    "another grey": A.ToGray(method="desaturation"),
    "equalize": A.Equalize("pil"),
    "bits by channel": A.Posterize([(3, 5), (1, 2), (3, 4)]),
    "one of some": A.OneOf([A.SomeOf([A.HorizontalFlip()], n=1), A.InvertImg()]),
}


@pytest.mark.parametrize("name", INEXACT)
def test_what_is_not_exact_runs_as_it_is(name: str) -> None:
    policy = Policy.of(A.Compose([A.HorizontalFlip(), INEXACT[name]]))
    assert is_foreign(policy)
    assert "runs as it is, image by image on the CPU (albumentations 2.0." in policy.notes[0]
    assert policy.size == (32 if name == "crop" else 224)


def test_approximations_are_taken_when_they_are_allowed() -> None:
    pipeline = A.Compose(
        [A.RandomResizedCrop((32, 32), (0.2, 1.0), interpolation=2), A.GaussianBlur(p=0.5)]
    )
    policy = Policy.of(pipeline, lossy=True)
    boxes = (("scale", (0.2, 1.0)), ("ratio", (3 / 4, 4 / 3)), ("interpolation", "bicubic"))
    assert policy.views[0].steps == (
        Step("RandomResizedCrop", boxes),
        Step("GaussianBlur", (("kernel_size", 0), ("sigma", (0.5, 3.0))), p=0.5),
    )
    assert len([note for note in policy.notes if note.startswith("approximation: ")]) == 2


def unchanged(image: Any, **rest: Any) -> Any:
    return image


class Mine(A.HorizontalFlip):  # type: ignore[misc]
    """Registers itself with albumentations, and comes from no file for all that."""


def test_classes_of_ones_own_run_and_come_from_no_file(tmp_path: Path) -> None:
    pipeline = A.Compose([Mine(p=1.0)])
    assert is_foreign(Policy.of(pipeline, size=40))
    document = A.to_dict(pipeline)
    with pytest.raises(UsageError, match="Mine") as caught:
        Policy.of(document)
    assert caught.value.code == "policy_unknown_op"
    function = A.Lambda(image=unchanged, name="mine", p=1.0)
    assert is_foreign(Policy.of(A.Compose([function]), size=40))
    with pytest.raises(UsageError, match="Lambda"):
        Policy.of(A.to_dict(A.Compose([function])))


def one(name: str, **arguments: Any) -> dict[str, Any]:
    inner = {"__class_fullname__": name, **arguments}
    compose = {"__class_fullname__": "Compose", "p": 1.0, "transforms": [inner]}
    return {"__version__": "2.0.8", "transform": compose}


REFUSED: dict[str, tuple[Any, str, str]] = {
    "unknown": (one("HorizontalFilp", p=1), "policy_unknown_op", "HorizontalFlip"),
    "a dotted name": (one("os.system", p=1), "policy_unknown_op", "os.system"),
    "unknown argument": (one("Blur", p=1, sigma=2), "policy_unknown_arg", "'sigma'"),
    "old crop": (
        one("RandomResizedCrop", p=1, height=32, width=32),
        "policy_value",
        r"size=\(height, width\)",
    ),
    "no p": (one("HorizontalFlip"), "policy_unknown_arg", "'p'"),
    "bad value": (one("Blur", p=1, blur_limit="x"), "policy_value", "blur_limit"),
    "no mapping": ({"transform": 3}, "policy_syntax", "mapping"),
    "no name": ({"transform": {"p": 1}}, "policy_syntax", "__class_fullname__"),
    "no list": (
        {"transform": {"__class_fullname__": "Compose", "transforms": "x"}},
        "policy_syntax",
        "transforms",
    ),
    "weights of 0": (
        {
            "transform": one("OneOf", p=1, transforms=[{"__class_fullname__": "Blur", "p": 0}])[
                "transform"
            ]
        },
        "policy_value",
        "division",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_mistakes_are_refused_by_name(name: str, tmp_path: Path) -> None:
    document, code, word = REFUSED[name]
    with pytest.raises(UsageError, match=word) as caught:
        Policy.of(document)
    assert caught.value.code == code
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(document))
    with pytest.raises(UsageError, match="wrong") as caught:
        Policy.of(file)
    assert caught.value.code == code


def test_an_argument_that_albumentations_only_warns_of_is_refused() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = A.Compose([A.OneOf([A.GaussianBlur(sigma=(1, 2))])])
    with pytest.raises(UsageError, match="GaussianBlur has no argument 'sigma'") as caught:
        Policy.of(pipeline)
    assert caught.value.code == "policy_unknown_arg"


@pytest.mark.parametrize(
    "pipeline",
    [
        A.Compose([A.GaussNoise(), A.Normalize(normalization="image")]),
        A.Compose([A.GaussNoise(), A.Normalize(p=0.5)]),
        A.Compose([A.GaussNoise(), A.OneOf([A.Normalize(), A.HorizontalFlip()])]),
        A.Compose([A.GaussNoise(), A.Normalize()], p=0.5),
    ],
)
def test_normalising_that_cannot_be_undone_is_refused(pipeline: Any) -> None:
    with pytest.raises(UsageError, match="undone"):
        Policy.of(pipeline)


def test_a_tag_or_an_alias_in_its_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("__version__: 2.0.8\ntransform: !!python/object/apply:os.system [x]\n")
    with pytest.raises(UsageError, match=r"wrong\.yaml:2:12") as caught:
        Policy.of(file)
    assert caught.value.code == "policy_unsafe"


def test_where_it_is_missing_what_to_install_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "albumentations", None)
    with pytest.raises(HostError, match="no albumentations") as caught:
        Policy.of(one("HorizontalFlip", p=1))
    assert (caught.value.code, caught.value.exit_code) == ("library_missing", 4)


def test_it_is_imported_only_when_one_is_brought_and_asks_no_server() -> None:
    code = (
        "import sys, torch, augscore\n"
        "from torchvision.transforms import v2\n"
        "p = augscore.Policy.of(v2.RandomHorizontalFlip(), size=8)\n"
        "augscore.augment(torch.zeros(1, 3, 8, 8), p)\n"
        "assert 'albumentations' not in sys.modules\n"
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('no network')\n"
        "socket.socket.connect = refuse\n"
        "import os; os.environ.pop('NO_ALBUMENTATIONS_UPDATE', None)\n"
        "from augscore.engine.bring.albumentations import albumentations\n"
        "albumentations()\n"
        "assert os.environ['NO_ALBUMENTATIONS_UPDATE'] == '1'\n"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=120)


def test_a_named_lambda_alone_is_brought(bytes40: torch.Tensor) -> None:
    policy = Policy.of(A.Lambda(image=_upside_down, name="upside down", p=1), size=40)
    (views,), _ = augscore.augment(bytes40, policy)
    assert torch.equal(views, bytes40.flip(2).float() / 255)


def test_notes_name_what_stands_after_normalize() -> None:
    notes = Policy.of(A.Compose([A.Normalize(), A.HorizontalFlip()]), size=8).notes
    assert any("HorizontalFlip after Normalize" in note for note in notes)


def _upside_down(image: Any, **_: Any) -> Any:
    return image[::-1]
