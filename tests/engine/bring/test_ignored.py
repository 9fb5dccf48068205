"""Policies brought for inspection: what a library dropped, by object, mapping, file and code."""

from __future__ import annotations

import inspect
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import albumentations as A
import numpy as np
import pytest
import yaml
from torchvision import transforms as v1

from augscore import Policy
from augscore.engine.bring.stages import staged
from augscore.engine.found import Found, IgnoredArgument
from augscore.engine.policies import find_policy, inspect_policy
from augscore.engine.presets import preset
from augscore.errors import UsageError

DROPPED: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "CoarseDropout",
        {"max_holes": 8, "max_height": 32, "max_width": 32},
        ["num_holes_range", "hole_height_range", "hole_width_range"],
    ),
    ("GaussNoise", {"var_limit": (1, 2)}, ["std_range"]),
    ("ImageCompression", {"quality_lower": 10, "quality_upper": 20}, ["quality_range"] * 2),
    ("Downscale", {"scale_min": 0.2, "scale_max": 0.4}, ["scale_range"] * 2),
    ("Solarize", {"threshold": 0.5}, ["threshold_range"]),
    ("Rotate", {"value": 3}, ["fill"]),
    ("PadIfNeeded", {"value": 3}, ["fill"]),
    ("RandomFog", {"fog_coef_lower": 0.1}, ["fog_coef_range"]),
    ("RandomShadow", {"num_shadows_lower": 1}, ["num_shadows_limit"]),
    ("RandomSunFlare", {"angle_lower": 0.1}, ["angle_range"]),
    ("GridDropout", {"unit_size_min": 2}, ["unit_size_range"]),
    ("HorizontalFlip", {"always_apply": True}, ["p"]),
]


def quietly(name: str, **arguments: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return getattr(A, name)(**arguments)


def pairs(found: Found) -> list[tuple[str, str]]:
    return [(one.op, one.argument) for one in found.ignored]


@pytest.mark.parametrize(("op", "arguments", "successors"), DROPPED)
def test_what_albumentations_dropped_is_told(
    op: str, arguments: dict[str, Any], successors: list[str]
) -> None:
    made = A.Compose([A.OneOf([quietly(op, **arguments)]), A.VerticalFlip()])
    found = inspect_policy(made)
    assert pairs(found) == [(op, argument) for argument in arguments]
    for one, successor in zip(found.ignored, successors, strict=True):
        assert one.message.endswith(f"{successor} took its place")
        assert successor in inspect.signature(getattr(A, op).__init__).parameters
    assert found.pipelines == (made,)
    with pytest.raises(UsageError) as caught:
        Policy.of(made)
    assert caught.value.code == "policy_unknown_arg"


def test_a_pipeline_that_lost_nothing_has_no_flaw() -> None:
    assert inspect_policy(A.Compose([A.GaussNoise(std_range=(0.1, 0.2))])).ignored == ()
    assert inspect_policy("simclr") == Found(preset("simclr"))
    flip: dict[str, Any] = {"RandomHorizontalFlip": {}}
    ours = {"augscore_policy": 1, "name": "o", "size": 8, "views": [{"transforms": [flip]}]}
    assert inspect_policy(ours) == Found(find_policy(ours))


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_files_and_mappings_of_albumentations(suffix: str, tmp_path: Path) -> None:
    document = A.Compose([A.GaussNoise(p=0.3)]).to_dict()
    (noise,) = document["transform"]["transforms"]
    noise["var_limit"] = [1, 2]
    path = tmp_path / f"theirs.{suffix}"
    path.write_text(json.dumps(document) if suffix == "json" else yaml.safe_dump(_plain(document)))
    for given in (document, path):
        found = inspect_policy(given)
        assert pairs(found) == [("GaussNoise", "var_limit")]
        with pytest.raises(UsageError) as caught:
            find_policy(given)
        assert caught.value.code == "policy_unknown_arg"
    assert inspect_policy(path).policy.name == "theirs"


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_targets_of_hydra() -> None:
    document = {
        "_target_": "albumentations.Compose",
        "transforms": [{"_target_": "albumentations.GaussNoise", "var_limit": [1, 2]}],
    }
    found = inspect_policy(document)
    assert pairs(found) == [("GaussNoise", "var_limit")]
    assert type(found.pipelines[0]) is A.Compose
    with pytest.raises(UsageError):
        find_policy(document)


CODE = """
import warnings
import albumentations as A
train = A.Compose([
    A.GaussNoise(var_limit=(1, 2)),
    A.HorizontalFlip(p=0.5)])
other = A.Compose([A.Downscale(scale_min=0.2)])
warnings.warn("this recipe is old")

class Wrapped:
    def __init__(self):
        self.inner = train
    def __call__(self, image):
        import numpy as np
        return self.inner(image=np.asarray(image))["image"]

def function(image):
    import numpy as np
    return other(image=np.asarray(image))["image"]

def made_by(size):
    inner = A.Compose([A.Solarize(threshold=0.5)])
    return lambda image: inner(image=image)["image"]

from torchvision import transforms
wrapped = Wrapped()
closed = made_by(3)
method = wrapped.__call__
innocent = transforms.Compose([transforms.Lambda(lambda image: image)])
listed = transforms.Compose([transforms.Lambda(wrapped), transforms.RandomCrop(8)])
"""


def test_code_tells_its_lines_and_its_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "recipe_of_ours.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)
    for name in (f"{tmp_path}/recipe_of_ours.py:train", "recipe_of_ours.py:train"):
        found = inspect_policy(name, allow_code=True)
        assert found.policy.name == "train"
        (ignored,) = found.ignored
        assert (ignored.op, ignored.argument, ignored.line) == ("GaussNoise", "var_limit", 5)
        assert found.warnings == ("this recipe is old",)
    module = inspect_policy("recipe_of_ours:train", allow_code=True)
    assert (module.ignored, module.warnings) == ((ignored,), ("this recipe is old",))
    monkeypatch.delitem(sys.modules, "recipe_of_ours")
    with pytest.raises(UsageError) as caught:
        inspect_policy("recipe_of_ours.py:train")
    assert caught.value.code == "code_not_allowed"


@pytest.mark.parametrize(
    ("name", "op", "argument", "line"),
    [
        ("wrapped", "GaussNoise", "var_limit", 5),
        ("listed", "GaussNoise", "var_limit", 5),
        ("method", "GaussNoise", "var_limit", 5),
        ("function", "Downscale", "scale_min", 7),
        ("closed", "Solarize", "threshold", 22),
    ],
)
def test_what_a_pipeline_holds_somewhere_inside_is_told(
    name: str, op: str, argument: str, line: int, tmp_path: Path
) -> None:
    path = tmp_path / "recipe.py"
    path.write_text(CODE)
    (one,) = inspect_policy(f"{path}:{name}", allow_code=True).ignored
    assert isinstance(one, IgnoredArgument)
    assert (one.op, one.argument, one.line) == (op, argument, line)


def test_what_others_in_the_file_dropped_is_not(tmp_path: Path) -> None:
    path = tmp_path / "recipe.py"
    path.write_text(CODE)
    assert inspect_policy(f"{path}:innocent", allow_code=True).ignored == ()


def test_an_argument_without_a_successor_has_its_nearest() -> None:
    (one,) = inspect_policy(A.Compose([quietly("GaussNoise", std_rnge=(0.1, 0.2))])).ignored
    assert one.message.endswith("Did you mean std_range?")


def test_other_mistakes_are_still_refused() -> None:
    with pytest.raises(UsageError) as caught:
        inspect_policy({"transform": {"__class_fullname__": "Flip", "p": 0.5}})
    assert caught.value.code == "policy_unknown_op"
    with pytest.raises(UsageError):
        inspect_policy("no such policy")


def test_live_objects_are_kept(bytes40: Any) -> None:
    flip = v1.RandomHorizontalFlip()
    assert inspect_policy(flip).pipelines == (flip,)
    assert inspect_policy([flip, flip]).pipelines == (flip, flip)
    brought = Policy.of(v1.Lambda(np.asarray), size=8)
    (behind,) = inspect_policy(brought).pipelines
    assert isinstance(behind, v1.Lambda)
    assert inspect_policy(staged(brought)).pipelines == (behind,)
