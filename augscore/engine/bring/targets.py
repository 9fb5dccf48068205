"""Mappings with `_target_`, as hydra writes them → live objects, by a table: nothing is imported.

The names are those of the transforms of torchvision, kornia and albumentations, under the modules
from which people import them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augscore.engine.bring import albumentations
from augscore.errors import UsageError
from augscore.nearest import did_you_mean

TARGET = "_target_"

_TORCHVISION = """
AugMix AutoAugment CenterCrop ColorJitter Compose ConvertImageDtype ElasticTransform GaussianBlur
Grayscale Normalize PILToTensor Pad RandAugment RandomAdjustSharpness RandomAffine RandomApply
RandomAutocontrast RandomChoice RandomCrop RandomEqualize RandomErasing RandomGrayscale
RandomHorizontalFlip RandomInvert RandomOrder RandomPerspective RandomPosterize RandomResizedCrop
RandomRotation RandomSolarize RandomVerticalFlip Resize ToTensor TrivialAugmentWide
"""
_TORCHVISION_2 = """
GaussianNoise Identity JPEG RandomChannelPermutation RandomPhotometricDistort ToDtype ToImage
"""
_KORNIA = """
AugmentationSequential CenterCrop ColorJiggle ColorJitter ImageSequential Normalize RandomAffine
RandomAutoContrast RandomBoxBlur RandomBrightness RandomChannelShuffle RandomContrast RandomCrop
RandomEqualize RandomErasing RandomGamma RandomGaussianBlur RandomGaussianNoise RandomGrayscale
RandomHorizontalFlip RandomHue RandomInvert RandomMotionBlur RandomPerspective RandomPosterize
RandomResizedCrop RandomRotation RandomSaturation RandomSharpness RandomSolarize
RandomVerticalFlip Resize
"""
_KORNIA_SEQUENCES = ("AugmentationSequential", "ImageSequential")
_V1, _V2, _K = "torchvision.transforms", "torchvision.transforms.v2", "kornia.augmentation"
_A = "albumentations"
_KNOWN = {
    _V1: _TORCHVISION.split(),
    _V2: (_TORCHVISION + _TORCHVISION_2).split(),
    _K: _KORNIA.split(),
}


def live(document: Mapping[str, Any], *, tolerant: bool = False) -> Any:
    """The object that a mapping stands for; `tolerant` lets albumentations drop arguments.

    Raises UsageError: `policy_unknown_op` for a name that is not in the table, `policy_value` for
    arguments that its class refuses.
    """
    name = document[TARGET]
    if not isinstance(name, str):
        raise UsageError(f"{TARGET} is {name!r}", code="policy_syntax", hint="A dotted name")
    home, _, last = name.rpartition(".")
    arguments = {key: _value(value, tolerant) for key, value in document.items() if key != TARGET}
    for key in arguments:
        if not str(key).isidentifier() or str(key).startswith("_"):
            told = f"{name}: {key!r} is not read"
            raise UsageError(told, code="policy_unknown_arg", hint=f"Only {TARGET} and arguments")
    if home == _A or home.startswith(f"{_A}."):
        return albumentations.made(last, arguments, tolerant=tolerant)
    if last not in _KNOWN.get(home, ()):
        raise _unknown(name)
    return _made(home, last, arguments)


def _value(value: Any, tolerant: bool) -> Any:
    if isinstance(value, Mapping):
        if TARGET in value:
            return live(value, tolerant=tolerant)
        return {k: _value(v, tolerant) for k, v in value.items()}
    return [_value(item, tolerant) for item in value] if isinstance(value, list | tuple) else value


def _made(home: str, name: str, arguments: dict[str, Any]) -> Any:
    kind = getattr(_module(home), name)
    try:
        if name in _KORNIA_SEQUENCES and home == _K:
            return kind(*arguments.pop("args", []), **arguments)
        if home == _K:
            return kind(**{k: _tupled(v) for k, v in arguments.items()})
        return kind(**_worded(arguments))
    except Exception as error:
        text = " ".join(str(error).split())
        hint = "Give what its documentation names"
        raise UsageError(f"{home}.{name}: {text}", code="policy_value", hint=hint) from error


def _module(home: str) -> Any:
    import kornia.augmentation
    from torchvision import transforms
    from torchvision.transforms import v2

    return {_K: kornia.augmentation, _V1: transforms, _V2: v2}[home]


def _worded(arguments: dict[str, Any]) -> dict[str, Any]:
    """Words in place of torchvision's and torch's own values."""
    import torch
    from torchvision.transforms import AutoAugmentPolicy, InterpolationMode

    dtypes = {"float32": torch.float32, "uint8": torch.uint8}
    dtypes |= {f"torch.{word}": dtype for word, dtype in dtypes.items()}
    given = dict(arguments)
    for key, read in (
        ("interpolation", InterpolationMode),
        ("policy", AutoAugmentPolicy),
        ("dtype", dtypes.__getitem__),
    ):
        if isinstance(given.get(key), str):
            try:
                given[key] = read(given[key])
            except KeyError as error:
                raise ValueError(f"{key} is {given[key]!r}") from error
    return given


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _unknown(name: str) -> UsageError:
    known = [f"{home}.{last}" for home, names in _KNOWN.items() for last in names]
    return UsageError(
        f"{name!r} is not looked up: no name in a file is imported",
        code="policy_unknown_op",
        hint=did_you_mean(name, known),
    )
