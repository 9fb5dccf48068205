"""kornia.augmentation, read from the attributes of its objects.

Its batch is our image: whatever kornia draws once for a whole batch is drawn for each image here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from augscore.engine.bring.reading import (
    Brought,
    Inexact,
    Nodes,
    Notebook,
    as_it_is,
    convert,
    converted,
    exact,
    library,
    pair,
    step,
)
from augscore.engine.bring.result import pixels_of
from augscore.engine.foreign_draw import Parameters, Told
from augscore.engine.normalize import Normalize
from augscore.errors import UsageError
from augscore.images.resize import to_float

LIBRARY = "kornia"
HOME = "kornia.augmentation"
_SEQUENCES = ("AugmentationSequential", "ImageSequential", "Sequential")
SIZED = frozenset(
    ["CenterCrop", "LongestMaxSize", "PadTo", "RandomCrop", "RandomResizedCrop", "Resize"]
) | {"SmallestMaxSize"}
_LONGEST = 16


def read(pipeline: Any, *, lossy: bool) -> Brought:
    """One view. Raises UsageError (`policy_value`) for mixes of images, and for a pipeline that
    wants more than an image or lies on another device."""
    items = flat(pipeline)
    _refuse(pipeline, items)
    book = Notebook(lossy)
    plain = [item for item in items if not chooses(item)]
    nodes, obstacles = convert(plain, lambda item: nodes_of(book, item), book)
    obstacles = _chosen_once(pipeline) + obstacles
    notes = _shared(pipeline, items)
    if not obstacles:
        brought = converted(nodes, book)
        return Brought(brought.nodes, brought.size, brought.normalize, (*brought.notes, *notes))
    normalize = _only_normalize(pipeline, items)
    return as_it_is(
        library(LIBRARY),
        pipeline,
        KorniaRun(pipeline, normalize),
        obstacles,
        resizes=any(may_resize(item) for item in items),
        size=_last_size(items),
        normalize=normalize,
        notes=notes,
    )


@dataclass(frozen=True)
class KorniaRun:
    """A module of kornia, given a batch of one."""

    pipeline: Any
    normalize: Normalize | None

    def __call__(self, image: torch.Tensor, key: int) -> tuple[torch.Tensor, Parameters]:
        return self.made_of(self.given(image), key)

    def given(self, image: torch.Tensor) -> torch.Tensor:
        return to_float(image.cpu())[None].clone()

    def made_of(self, value: Any, key: int) -> tuple[torch.Tensor, Parameters]:
        result = self.pipeline(value)
        pixels = pixels_of(result, f"the pipeline of {LIBRARY}", self.normalize)
        return pixels, tuple(told_by(getattr(self.pipeline, "_params", None), self.pipeline))


def name_of(transform: Any) -> str:
    """The class of an augmentation of kornia itself, or of nn.Sequential; "" for any other."""
    kind = type(transform)
    own = kind.__module__.startswith(HOME) or kind is torch.nn.Sequential
    return kind.__name__ if own else ""


def flat(pipeline: Any) -> list[Any]:
    """What follows one another, without the sequences around it; one that chooses among its
    augmentations stays."""
    if name_of(pipeline) in _SEQUENCES and not chooses(pipeline):
        return [item for inner in pipeline.children() for item in flat(inner)]
    return [pipeline]


def nodes_of(book: Notebook, t: Any) -> Nodes:
    name = name_of(t)
    if name == "Normalize":
        exact(t.p == 1 and book.normalize is None, "Normalize twice, or for some images only")
        book.normalize = normalize_of(t)
        book.split_off.append(name)
        return ()
    if name not in _READERS:
        raise Inexact(f"{type(t).__name__} has no exact counterpart")
    return _READERS[name](book, t)


def gate_of(t: Any) -> float:
    """`p_batch` opens or shuts a whole batch; for a batch of one it is a second chance."""
    return float(t.p) * float(t.p_batch)


def _jitter(book: Notebook, t: Any) -> Nodes:
    exact(t._fixed_order is None, "ColorJitter: a fixed order")
    generator = t._param_generator
    names = ("brightness", "contrast", "saturation", "hue")
    ranges = [(name, _span(getattr(generator, f"{name}_sampler"))) for name in names]
    return step("ColorJitter", *ranges, p=gate_of(t))


def _blur(book: Notebook, t: Any) -> Nodes:
    size = t.flags["kernel_size"]
    across, down = (size, size) if isinstance(size, int) else size
    border = t.flags["border_type"].name.lower()
    exact(across == down, f"RandomGaussianBlur: kernel_size {size}")
    exact(border == "reflect", f"RandomGaussianBlur: {border} border")
    sigma = _span(t._param_generator.sigma_sampler)
    return step("GaussianBlur", ("kernel_size", int(across)), ("sigma", sigma), p=gate_of(t))


def _grey(book: Notebook, t: Any) -> Nodes:
    exact(t.rgb_weights is None, "RandomGrayscale: rgb_weights")
    return step("RandomGrayscale", p=gate_of(t))


def _invert(book: Notebook, t: Any) -> Nodes:
    exact(float(t.flags["max_val"]) == 1, "RandomInvert: max_val")
    return step("RandomInvert", p=gate_of(t))


def _resized_crop(book: Notebook, t: Any) -> Nodes:
    book.approximates("RandomResizedCrop: kornia's is not antialiased, ours is")
    book.ends_at("RandomResizedCrop", t.flags["size"])
    generator = t._param_generator
    exact(gate_of(t) == 1, "RandomResizedCrop: p")
    word = t.flags["resample"].name.lower()
    exact(word in ("bilinear", "bicubic"), f"RandomResizedCrop: resample {word}")
    boxes = ("scale", pair(generator.scale)), ("ratio", pair(generator.ratio))
    return step("RandomResizedCrop", *boxes, ("interpolation", word))


def _plain(op: str) -> Callable[[Notebook, Any], Nodes]:
    return lambda book, t: step(op, p=gate_of(t))


_READERS: dict[str, Callable[[Notebook, Any], Nodes]] = {
    "RandomHorizontalFlip": _plain("RandomHorizontalFlip"),
    "RandomVerticalFlip": _plain("RandomVerticalFlip"),
    "RandomEqualize": _plain("RandomEqualize"),
    "RandomGrayscale": _grey,
    "RandomInvert": _invert,
    "ColorJitter": _jitter,
    "RandomGaussianBlur": _blur,
    "RandomResizedCrop": _resized_crop,
}


def _span(sampler: Any) -> tuple[float, float]:
    """The range that is drawn from, which kornia keeps as float32."""
    return _short(sampler.low), _short(sampler.high)


def _short(number: Any) -> float:
    """0.1 for the float32 next to it."""
    return float(f"{float(number):.7g}")


def normalize_of(t: Any) -> Normalize:
    mean, std = (
        tuple(_short(part) for part in t.flags[name].flatten().tolist()) for name in ("mean", "std")
    )
    return Normalize(mean * 3 if len(mean) == 1 else mean, std * 3 if len(std) == 1 else std)


def chooses(container: Any) -> bool:
    """Whether it is no plain sequence."""
    return bool(getattr(container, "random_apply", False))


def may_resize(item: Any) -> bool:
    """Whether it may change the size of an image; one of the user's own may do anything."""
    if chooses(item):
        return any(map(may_resize, item.children()))
    return not name_of(item) or name_of(item) in SIZED


def _chosen_once(pipeline: Any) -> list[str]:
    """Why a container is no plain sequence."""
    found = filter(chooses, _modules(pipeline))
    return [f"{type(inner).__name__}: random_apply" for inner in found]


def _shared(pipeline: Any, items: Sequence[Any]) -> list[str]:
    """What kornia draws once a batch, and is drawn once an image here."""
    notes = []
    once = [type(t).__name__ for t in _modules(pipeline) if _is_same_on_batch(t)]
    if once:
        names = ", ".join(dict.fromkeys(once))
        notes.append(f"same_on_batch: every image has its own draw here ({names})")
    gated = [type(t).__name__ for t in _reached(items) if getattr(t, "p_batch", 1) != 1]
    if gated:
        notes.append(f"p_batch: a chance of every image here ({', '.join(gated)})")
    if any(map(chooses, _modules(pipeline))):
        notes.append("random_apply: every image has its own choice here")
    return notes


def _is_same_on_batch(t: Any) -> bool:
    # Normalize draws nothing and always says True.
    return name_of(t) != "Normalize" and getattr(t, "same_on_batch", None) is True


def _refuse(pipeline: Any, items: Sequence[Any]) -> None:
    for item in _modules(pipeline):
        if type(item).__module__.startswith(f"{HOME}._2d.mix"):
            told = f"{type(item).__name__} mixes the images of a batch"
            raise UsageError(told, code="policy_value", hint="Leave it out of the pipeline")
        device = getattr(item, "device", torch.device("cpu"))
        if isinstance(device, torch.device) and device.type != "cpu":
            told = f"{type(item).__name__} is on {device}"
            raise UsageError(told, code="policy_value", hint="Bring pipeline.cpu()")
        keys = [key.name.lower() for key in getattr(item, "data_keys", None) or []]
        if keys not in ([], ["input"], ["image"]):
            told = f"{type(item).__name__} wants {', '.join(keys)}"
            raise UsageError(told, code="policy_value", hint="Bring one with data_keys=['input']")


def _reached(items: Sequence[Any]) -> Iterator[Any]:
    """The items, and those among which one chooses in its place."""
    for item in items:
        inside = [one for child in item.children() for one in flat(child)] if chooses(item) else []
        yield from _reached(inside) if chooses(item) else [item]


def _modules(pipeline: Any) -> Iterator[Any]:
    yield pipeline
    for inner in pipeline.children():
        yield from _modules(inner)


def _only_normalize(pipeline: Any, items: Sequence[Any]) -> Normalize | None:
    """UsageError where it cannot be undone."""
    found = [item for item in items if name_of(item) == "Normalize"]
    chosen = (item for item in items if chooses(item))
    hidden = any(name_of(t) == "Normalize" for item in chosen for t in _modules(item))
    if len(found) > 1 or hidden or any(item.p != 1 for item in found):
        raise UsageError(
            "Normalize is applied to some images, or twice, and cannot be undone",
            code="policy_value",
            hint="Leave it out of the pipeline that is brought",
        )
    return normalize_of(found[0]) if found else None


def _last_size(items: Sequence[Any]) -> int | None:
    sizes = [item.flags.get("size") for item in items if name_of(item) in SIZED]
    last = sizes[-1] if sizes else None
    if isinstance(last, int):
        return last
    return int(last[0]) if last is not None and last[0] == last[1] else None


def told_by(params: Any, owner: Any) -> Iterator[tuple[str, tuple[tuple[str, Told], ...]]]:
    """What was drawn for the batch of one, without transforms that were not applied."""
    if isinstance(params, Mapping):
        if _opened(params):
            shown = [(k, v) for k, v in params.items() if k not in _TECHNICAL]
            yield type(owner).__name__, tuple((str(k), _plain_value(v)) for k, v in shown)
        return
    children = dict(owner.named_children()) if isinstance(owner, torch.nn.Module) else {}
    for item in params or []:
        if item.name in children:
            yield from told_by(item.data, children[item.name])


_TECHNICAL = ("batch_prob", "forward_input_shape")


def _opened(params: Mapping[str, Any]) -> bool:
    gate = params.get("batch_prob")
    return gate is None or bool(gate.any())


def _plain_value(value: Any) -> Told:
    if not isinstance(value, torch.Tensor):
        return value if isinstance(value, bool | int | float | str) else type(value).__name__
    if value.numel() == 1:
        return value.item()
    if value.numel() <= _LONGEST:
        numbers: list[float] = value.flatten().tolist()
        return tuple(numbers)
    return f"tensor{[*value.shape]}"
