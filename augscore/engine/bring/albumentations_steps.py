"""The transforms of albumentations, one by one → nodes, from the mapping of `to_dict`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from augscore.engine.bring.portrait import portrait
from augscore.engine.bring.reading import (
    Inexact,
    Nodes,
    Notebook,
    convert,
    exact,
    gated,
    pair,
    step,
    together,
)
from augscore.engine.nodes import Node, OneOf, RandomApply, RandomOrder, Step
from augscore.engine.normalize import Normalize
from augscore.errors import UsageError

Transform = Mapping[str, Any]

_BILINEAR, _CUBIC = 1, 2


def as_dict(pipeline: Any) -> dict[str, Any] | None:
    """The inner mapping of `to_dict`; None where a class in it cannot be written down."""
    try:
        found: dict[str, Any] = pipeline.to_dict()["transform"]
    except (NotImplementedError, AttributeError, ValueError):
        return None
    return found


def in_words(value: Any) -> str:
    """`Compose(p=1.0, transforms=[HorizontalFlip(p=0.5), …])`; what is None is left out."""
    if isinstance(value, list | tuple):
        inner = ", ".join(map(in_words, value))
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if not isinstance(value, Mapping) or "__class_fullname__" not in value:
        return portrait(value)
    arguments = [(k, v) for k, v in value.items() if k != "__class_fullname__" and v is not None]
    told = ", ".join(f"{key}={in_words(argument)}" for key, argument in arguments)
    return f"{value['__class_fullname__']}({told})"


def obstacles_and_nodes(document: Transform, book: Notebook) -> tuple[Nodes, list[str]]:
    """The nodes, and why some transforms have none."""
    if document["__class_fullname__"] not in ("Compose", "ReplayCompose", "Sequential"):
        return convert([document], lambda item: _nodes(book, item), book)
    p = document["p"]
    nodes, obstacles = convert(document["transforms"], lambda item: _nodes(book, item), book)
    if p != 1 and book.normalize is not None:
        obstacles.append(f"{_name(document)}: p {p} around Normalize")
    return gated(nodes, p), obstacles


def normalize_of(pipeline: Any) -> Normalize | None:
    """The one Normalize that all images go through; UsageError where it cannot be undone."""
    outer = _steps(pipeline)
    found = [t for t in outer if type(t).__name__ == "Normalize"]
    hidden = [t for t in outer if any(type(i).__name__ == "Normalize" for i in _inside(t))]
    if not found and not hidden:
        return None
    plain = len(found) == 1 and not hidden and found[0].p == 1 and getattr(pipeline, "p", 1) == 1
    if not plain or found[0].normalization != "standard" or found[0].max_pixel_value != 255:
        raise UsageError(
            "Normalize is applied to some images, twice, or not by one mean and std, and cannot be "
            "undone",
            code="policy_value",
            hint="Leave it out of the pipeline that is brought",
        )
    return _scale(found[0].mean, found[0].std)


def _steps(pipeline: Any) -> list[Any]:
    if type(pipeline).__name__ in ("Compose", "ReplayCompose"):
        return list(pipeline.transforms)
    return [pipeline]


def _inside(transform: Any) -> list[Any]:
    inner = list(getattr(transform, "transforms", None) or [])
    return inner + [deeper for one in inner for deeper in _inside(one)]


def _scale(mean: Sequence[float] | float, std: Sequence[float] | float) -> Normalize:
    means, stds = (
        tuple(float(n) for n in (part if isinstance(part, Sequence) else [part] * 3))
        for part in (mean, std)
    )
    return Normalize(means, stds)


def _name(document: Transform) -> str:
    return str(document["__class_fullname__"]).rpartition(".")[2]


def _nodes(book: Notebook, t: Transform) -> Nodes:
    name = _name(t)
    if t["__class_fullname__"] != name or name not in _READERS:
        raise Inexact(f"{t['__class_fullname__']} has no exact counterpart")
    return _READERS[name](book, t)


def _inner(book: Notebook, t: Transform) -> Nodes:
    normalize = book.normalize
    nodes = tuple(node for one in t["transforms"] for node in _nodes(book, one))
    exact(book.normalize == normalize, f"{_name(t)} around Normalize")
    return nodes


def _sequence(book: Notebook, t: Transform) -> Nodes:
    return gated(_inner(book, t), t["p"])


def _one_of(book: Notebook, t: Transform) -> Nodes:
    """The chance of a choice is its weight; the one that is chosen is applied without a gate."""
    exact(bool(t["transforms"]), "OneOf of nothing")
    chosen: list[Node] = []
    for inner in t["transforms"]:
        opened = together(_inner(book, {**t, "transforms": [_forced(inner)]}))
        exact(not _crops(opened), "OneOf around a crop")
        chosen.append(opened)
    weights = tuple(float(inner["p"]) for inner in t["transforms"])
    even = len(set(weights)) == 1
    return (OneOf(tuple(chosen), () if even else weights, float(t["p"])),)


def _forced(inner: Transform) -> Transform:
    exact(_name(inner) not in ("SomeOf", "RandomOrder"), f"OneOf around {_name(inner)}")
    return {**inner, "p": 1.0}


def _order(book: Notebook, t: Transform) -> Nodes:
    all_once = t["n"] == len(t["transforms"]) and not t["replace"]
    exact(all_once, f"RandomOrder: {t['n']} of {len(t['transforms'])}")
    steps = tuple(together(_inner(book, {**t, "transforms": [one]})) for one in t["transforms"])
    exact(not any(map(_crops, steps)), "RandomOrder around a crop")
    return gated((RandomOrder(steps),) if steps else (), t["p"])


def _crops(node: Node) -> bool:
    if isinstance(node, RandomApply):
        return any(map(_crops, node.steps))
    return isinstance(node, Step) and node.op == "RandomResizedCrop"


def _jitter(book: Notebook, t: Transform) -> Nodes:
    names = ("brightness", "contrast", "saturation", "hue")
    return step("ColorJitter", *((name, pair(t[name])) for name in names), p=t["p"])


def _grey(book: Notebook, t: Transform) -> Nodes:
    exact(t["method"] == "weighted_average", f"ToGray: method {t['method']}")
    return step("RandomGrayscale", p=t["p"])


def _posterize(book: Notebook, t: Transform) -> Nodes:
    bits = t["num_bits"]
    plain = len(bits) == 2 and all(isinstance(b, int) for b in bits)
    exact(plain, f"Posterize: num_bits {bits}")
    return step("RandomPosterize", ("bits", pair(bits)), p=t["p"])


def _solarize(book: Notebook, t: Transform) -> Nodes:
    return step("RandomSolarize", ("threshold", pair(t["threshold_range"])), p=t["p"])


def _gamma(book: Notebook, t: Transform) -> Nodes:
    low, high = pair(t["gamma_limit"])
    return step("Gamma", ("gamma", (low / 100, high / 100)), p=t["p"])


def _blur(book: Notebook, t: Transform) -> Nodes:
    low, high = t["blur_limit"]
    exact(low == high, f"GaussianBlur: blur_limit {low} to {high}")
    book.approximates("GaussianBlur: albumentations blurs 8-bit pixels, in a narrower kernel")
    return step(
        "GaussianBlur", ("kernel_size", int(low)), ("sigma", pair(t["sigma_limit"])), p=t["p"]
    )


def _resized_crop(book: Notebook, t: Transform) -> Nodes:
    exact(t["p"] == 1, f"RandomResizedCrop: p {t['p']}")
    exact(t["interpolation"] in (_BILINEAR, _CUBIC), "RandomResizedCrop: interpolation")
    book.approximates("RandomResizedCrop: albumentations' is not antialiased, ours is")
    book.ends_at("RandomResizedCrop", t["size"])
    word = "bilinear" if t["interpolation"] == _BILINEAR else "bicubic"
    boxes = ("scale", pair(t["scale"])), ("ratio", pair(t["ratio"]))
    return step("RandomResizedCrop", *boxes, ("interpolation", word))


def _normalize(book: Notebook, t: Transform) -> Nodes:
    exact(t["p"] == 1 and book.normalize is None, "Normalize twice, or for some images only")
    plain = t["normalization"] == "standard" and t["max_pixel_value"] == 255
    exact(plain, f"Normalize: {t['normalization']}, max_pixel_value {t['max_pixel_value']}")
    book.normalize = _scale(t["mean"], t["std"])
    book.split_off.append("Normalize")
    return ()


def _to_tensor(book: Notebook, t: Transform) -> Nodes:
    book.split_off.append(_name(t))
    return ()


def _plain(op: str) -> Callable[[Notebook, Transform], Nodes]:
    return lambda book, t: step(op, p=t["p"])


_READERS: dict[str, Callable[[Notebook, Transform], Nodes]] = {
    "Compose": _sequence,
    "Sequential": _sequence,
    "OneOf": _one_of,
    "RandomOrder": _order,
    "HorizontalFlip": _plain("RandomHorizontalFlip"),
    "VerticalFlip": _plain("RandomVerticalFlip"),
    "InvertImg": _plain("RandomInvert"),
    "ChannelShuffle": _plain("RandomChannelPermutation"),
    "ColorJitter": _jitter,
    "ToGray": _grey,
    "Posterize": _posterize,
    "Solarize": _solarize,
    "RandomGamma": _gamma,
    "GaussianBlur": _blur,
    "RandomResizedCrop": _resized_crop,
    "Normalize": _normalize,
    "ToTensorV2": _to_tensor,
    "NoOp": lambda book, t: (),
}
