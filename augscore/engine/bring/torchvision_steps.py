"""The transforms of torchvision, one by one → nodes. Attributes are read: a repr loses some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from augscore.engine.bring.portrait import called
from augscore.engine.bring.reading import (
    Inexact,
    Nodes,
    Notebook,
    exact,
    gated,
    pair,
    step,
    together,
)
from augscore.engine.check import check_node
from augscore.engine.nodes import (
    LEVELS,
    AugMix,
    AutoAugment,
    Node,
    OneOf,
    RandAugment,
    RandomOrder,
    TrivialAugmentWide,
)
from augscore.engine.normalize import Normalize
from augscore.errors import UsageError

HOME = "torchvision.transforms"
SEQUENCES = ("Compose", "Sequential")
CONVERSIONS = frozenset(
    ["ToTensor", "PILToTensor", "ToImage", "ToPILImage", "ToDtype", "ConvertImageDtype"]
)
NOTHING = frozenset(["Identity", "RGB", "ToPureTensor"])


@dataclass
class Reading:
    """`white` is the highest value of a pixel where the reader stands: 255, or 1 for floats."""

    book: Notebook
    white: float = 255.0

    def nodes(self, transform: Any) -> Nodes:
        name = name_of(transform)
        if name in SEQUENCES:
            return tuple(node for inner in children_of(transform) for node in self.nodes(inner))
        if name in CONVERSIONS:
            self.converts(name, transform)
            return ()
        if name in NOTHING:
            return ()
        if name == "Normalize":
            self.normalizes(transform)
            return ()
        if name not in READERS:
            raise Inexact(f"{called(transform)} has no exact counterpart")
        return READERS[name](self, transform)

    def converts(self, name: str, transform: Any) -> None:
        dtype = getattr(transform, "dtype", torch.float32)
        if name in ("ToDtype", "ConvertImageDtype"):
            plain = isinstance(dtype, torch.dtype) and (
                dtype == torch.uint8 or dtype.is_floating_point
            )
            exact(plain, f"{name}: dtype {dtype}")
            scales = getattr(transform, "scale", True) or (dtype == torch.uint8) == (self.white > 1)
            exact(scales, f"{name}: scale=False")
            self.white = 255.0 if dtype == torch.uint8 else 1.0
        elif name == "ToTensor":
            self.white = 1.0
        elif name in ("PILToTensor", "ToPILImage"):
            self.white = 255.0
        self.book.split_off.append(name)

    def normalizes(self, transform: Any) -> None:
        exact(self.white == 1, "Normalize of pixels that are no floats in [0, 1]")
        exact(self.book.normalize is None, "Normalize twice")
        self.book.normalize = normalize_of(transform)
        self.book.split_off.append("Normalize")

    def inside(self, transforms: Sequence[Any]) -> Nodes:
        """The nodes of a container; conversions and Normalize there happen to some images only."""
        white, normalize = self.white, self.book.normalize
        nodes = tuple(node for inner in transforms for node in self.nodes(inner))
        same = (self.white, self.book.normalize) == (white, normalize)
        exact(same, "a conversion or Normalize inside a random container")
        return nodes


def name_of(transform: Any) -> str:
    """The class of a transform of torchvision itself, or of nn.Sequential; "" for any other."""
    kind = type(transform)
    own = kind.__module__.startswith(HOME) or kind is torch.nn.Sequential
    return kind.__name__ if own else ""


def children_of(transform: Any) -> list[Any]:
    return list(getattr(transform, "transforms", None) or transform.children())


def flat(pipeline: Any) -> list[Any]:
    """What follows one another, without the sequences around it."""
    if name_of(pipeline) in SEQUENCES:
        return [item for inner in children_of(pipeline) for item in flat(inner)]
    return [pipeline]


def normalize_of(transform: Any) -> Normalize:
    mean, std = (
        tuple(torch.as_tensor(part, dtype=torch.float64).flatten().tolist())
        for part in (transform.mean, transform.std)
    )
    return Normalize(mean * 3 if len(mean) == 1 else mean, std * 3 if len(std) == 1 else std)


def sides(transform: Any) -> tuple[int, int]:
    size = transform.size
    if isinstance(size, int):
        return size, size
    if size is None or len(size) == 1:
        return (0, 1) if size is None else (int(size[0]), int(size[0]))
    return int(size[0]), int(size[1])


def _interpolation(transform: Any, *known: str) -> str:
    word = str(getattr(transform.interpolation, "value", transform.interpolation))
    exact(word in known, f"{type(transform).__name__}: interpolation {word}")
    return word


def _unfilled(transform: Any) -> None:
    fill = transform.fill
    parts = fill if isinstance(fill, list | tuple) else [fill]
    plain = not isinstance(fill, dict) and all(part in (None, 0) for part in parts)
    exact(plain, f"{type(transform).__name__}: fill {fill!r}")


def _warp(reading: Reading, transform: Any, *known: str) -> str:
    """The interpolation of a transform that leaves corners without an image."""
    _unfilled(transform)
    word = _interpolation(transform, *known)
    if word != "nearest" and transform.fill is not None:
        name = type(transform).__name__
        reading.book.approximates(f"{name}: torchvision mixes a fill in twice at edges, we once")
    return word


def _resized_crop(reading: Reading, t: Any) -> Nodes:
    reading.book.ends_at("RandomResizedCrop", sides(t))
    word = _interpolation(t, "bilinear", "bicubic")
    if t.antialias is not True:
        reading.book.approximates("RandomResizedCrop without antialias: ours has it")
    boxes = ("scale", pair(t.scale)), ("ratio", pair(t.ratio))
    return step("RandomResizedCrop", *boxes, ("interpolation", word))


def _crop(reading: Reading, t: Any) -> Nodes:
    padding = t.padding
    parts = set(padding) if isinstance(padding, list | tuple) else {padding}
    exact(len(parts) == 1 and bool(padding), f"RandomCrop: padding {padding!r}")
    exact(not t.pad_if_needed, "RandomCrop: pad_if_needed=True")
    exact(t.padding_mode in ("constant", "reflect"), f"RandomCrop: {t.padding_mode} padding")
    _unfilled(t)
    reading.book.ends_at("RandomCrop", sides(t))
    reading.book.notes.append(
        "RandomCrop with padding: images are brought to its size first, which changes nothing for "
        "images that have it"
    )
    return step("RandomCrop", ("padding", int(parts.pop())), ("padding_mode", t.padding_mode))


def _jitter(reading: Reading, t: Any) -> Nodes:
    names = ("brightness", "contrast", "saturation")
    factors = [(name, pair(getattr(t, name) or (1.0, 1.0))) for name in names]
    return step("ColorJitter", *factors, ("hue", pair(t.hue or (0.0, 0.0))))


def _blur(reading: Reading, t: Any) -> Nodes:
    across, down = t.kernel_size
    exact(across == down, f"GaussianBlur: kernel_size {t.kernel_size}")
    return step("GaussianBlur", ("kernel_size", int(across)), ("sigma", pair(t.sigma)))


def _solarize(reading: Reading, t: Any) -> Nodes:
    threshold = float(t.threshold) / reading.white
    exact(0 <= threshold <= 1, f"RandomSolarize: threshold {t.threshold} of {reading.white:g}")
    return step("RandomSolarize", ("threshold", threshold), p=t.p)


def _erasing(reading: Reading, t: Any) -> Nodes:
    values = t.value if isinstance(t.value, list | tuple) else [t.value]
    one = len(values) == 1 and isinstance(values[0], int | float)
    exact(one, "RandomErasing: a value for each channel, or random ones")
    value = float(values[0]) / reading.white
    exact(0 <= value <= 1, f"RandomErasing: value {values[0]} of {reading.white:g}")
    boxes = ("scale", pair(t.scale)), ("ratio", pair(t.ratio))
    return step("RandomErasing", *boxes, ("value", value), p=t.p)


def _rotation(reading: Reading, t: Any) -> Nodes:
    exact(not t.expand and t.center is None, "RandomRotation: expand or center")
    word = _warp(reading, t, "nearest", "bilinear")
    return step("Rotate", ("degrees", pair(t.degrees)), ("interpolation", word))


def _affine(reading: Reading, t: Any) -> Nodes:
    exact(getattr(t, "center", None) is None, "RandomAffine: center")
    shear = [0.0, 0.0, 0.0, 0.0] if t.shear is None else [*map(float, t.shear), 0.0, 0.0]
    return step(
        "RandomAffine",
        ("degrees", pair(t.degrees)),
        ("translate", pair(t.translate or (0.0, 0.0))),
        ("scale", pair(t.scale or (1.0, 1.0))),
        ("shear", pair(shear[:2])),
        ("shear_y", pair(shear[2:4])),
        ("interpolation", _warp(reading, t, "nearest", "bilinear")),
    )


def _perspective(reading: Reading, t: Any) -> Nodes:
    word = _warp(reading, t, "nearest", "bilinear")
    scale = ("distortion_scale", float(t.distortion_scale))
    return step("RandomPerspective", scale, ("interpolation", word), p=t.p)


def _elastic(reading: Reading, t: Any) -> Nodes:
    _warp(reading, t, "bilinear")
    same = t.alpha[0] == t.alpha[1] and t.sigma[0] == t.sigma[1]
    exact(same, "ElasticTransform: different alpha or sigma across and down")
    return step("ElasticTransform", ("alpha", float(t.alpha[0])), ("sigma", float(t.sigma[0])))


def _gaussian_noise(reading: Reading, t: Any) -> Nodes:
    exact(t.mean == 0 and t.clip and reading.white == 1, "GaussianNoise: a mean, or no clip")
    return step("GaussianNoise", ("sd", float(t.sigma)))


def _jpeg(reading: Reading, t: Any) -> Nodes:
    return step("JPEG", ("quality", pair(t.quality)))


def _rand_augment(reading: Reading, t: Any) -> Nodes:
    _levelled(t)
    exact(0 <= t.magnitude < LEVELS, f"RandAugment: magnitude {t.magnitude}")
    return (RandAugment(int(t.num_ops), int(t.magnitude)),)


def _trivial_augment(reading: Reading, t: Any) -> Nodes:
    _levelled(t)
    return (TrivialAugmentWide(),)


def _auto_augment(reading: Reading, t: Any) -> Nodes:
    _interpolation(t, "nearest")
    _unfilled(t)
    return (AutoAugment(t.policy.value),)


def _levelled(t: Any) -> None:
    _interpolation(t, "nearest")
    _unfilled(t)
    bins = t.num_magnitude_bins
    exact(bins == LEVELS, f"{type(t).__name__}: num_magnitude_bins {bins}")


def _aug_mix(reading: Reading, t: Any) -> Nodes:
    reading.book.approximates("AugMix: ours draws its levels as its authors do, not torchvision's")
    node = AugMix(
        float(t.severity), t.mixture_width, t.chain_depth, float(t.alpha), bool(t.all_ops)
    )
    return (node,)


def _random_apply(reading: Reading, t: Any) -> Nodes:
    return gated(reading.inside(children_of(t)), float(t.p))


def _choice(reading: Reading, t: Any) -> Nodes:
    choices: list[Node] = []
    for inner in children_of(t):
        nodes = reading.inside([inner])
        _no_crop_among(nodes, "RandomChoice")
        choices.append(together(nodes))
    return (OneOf(tuple(choices), () if t.p is None else tuple(map(float, t.p))),)


def _order(reading: Reading, t: Any) -> Nodes:
    steps = [reading.inside([inner]) for inner in children_of(t)]
    for nodes in steps:
        _no_crop_among(nodes, "RandomOrder")
    given = tuple(together(nodes) for nodes in steps if nodes)
    return (RandomOrder(given),) if given else ()


def _no_crop_among(nodes: Nodes, whose: str) -> None:
    try:
        check_node(RandomOrder((together(nodes),)))
    except UsageError as error:
        raise Inexact(f"{whose}: {error.message}") from error


def _plain(op: str) -> Callable[[Reading, Any], Nodes]:
    def read_one(reading: Reading, t: Any) -> Nodes:
        return step(op, p=float(t.p))

    return read_one


_Read = Callable[[Reading, Any], Nodes]
CONTAINERS: dict[str, _Read] = {
    "RandomApply": _random_apply,
    "RandomChoice": _choice,
    "RandomOrder": _order,
}
READERS: dict[str, _Read] = CONTAINERS | {
    "RandomHorizontalFlip": _plain("RandomHorizontalFlip"),
    "RandomVerticalFlip": _plain("RandomVerticalFlip"),
    "RandomGrayscale": _plain("RandomGrayscale"),
    "RandomEqualize": _plain("RandomEqualize"),
    "RandomInvert": _plain("RandomInvert"),
    "RandomAutocontrast": _plain("RandomAutocontrast"),
    "Grayscale": lambda reading, t: step("RandomGrayscale"),
    "RandomChannelPermutation": lambda reading, t: step("RandomChannelPermutation"),
    "RandomPosterize": lambda reading, t: step("RandomPosterize", ("bits", int(t.bits)), p=t.p),
    "RandomAdjustSharpness": lambda reading, t: step(
        "RandomAdjustSharpness", ("sharpness_factor", float(t.sharpness_factor)), p=t.p
    ),
    "RandomSolarize": _solarize,
    "ColorJitter": _jitter,
    "GaussianBlur": _blur,
    "GaussianNoise": _gaussian_noise,
    "JPEG": _jpeg,
    "RandomResizedCrop": _resized_crop,
    "RandomCrop": _crop,
    "RandomRotation": _rotation,
    "RandomAffine": _affine,
    "RandomPerspective": _perspective,
    "ElasticTransform": _elastic,
    "RandomErasing": _erasing,
    "RandAugment": _rand_augment,
    "TrivialAugmentWide": _trivial_augment,
    "AutoAugment": _auto_augment,
    "AugMix": _aug_mix,
}
