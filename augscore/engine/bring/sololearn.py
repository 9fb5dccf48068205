"""solo-learn's augmentation lists: one mapping a pipeline, each for `num_crops` views.

Its order is fixed (solo/data/pretrain_dataloader.py): crop, jitter, grey, blur, solarize, equalize,
flip. It crops bicubically, blurs with Pillow and solarizes at 128 of 255.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from augscore.engine.nodes import Step
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError
from augscore.nearest import did_you_mean

Pipeline = Mapping[str, Any]

# Each part with what it may hold; `enabled` is obeyed wherever it stands.
_PARTS: dict[str, tuple[str, ...]] = {
    "rrc": ("crop_min_scale", "crop_max_scale"),
    "color_jitter": ("prob", "brightness", "contrast", "saturation", "hue"),
    "grayscale": ("prob",),
    "gaussian_blur": ("prob",),
    "solarization": ("prob",),
    "equalization": ("prob",),
    "horizontal_flip": ("prob",),
}
_NUMBERS = ("crop_size", "num_crops")
_NOTES = {
    "GaussianBlur": "solo-learn blurs with Pillow, which has no kernel size: ours is as wide as "
    "its sigma needs",
    "no crop": "rrc is not enabled: images are brought to the size by our own resize, not by a "
    "bicubic one",
}


def is_list(document: object) -> TypeGuard[Sequence[Pipeline]]:
    """Whether this is such a list, by its content."""
    return (
        isinstance(document, list | tuple)
        and bool(document)
        and all(isinstance(one, Mapping) and _looks_like_one(one) for one in document)
    )


def read(document: Sequence[Pipeline], name: str, size: int | None) -> Policy:
    """The policy; UsageError (`policy_unknown_arg`, `policy_value`) for a mistake in it."""
    views: list[View] = []
    for place, pipeline in enumerate(document):
        views += _views(pipeline, f"[{place}]")
    sizes = [view.size for view in views if view.size is not None]
    notes = []
    if any(step.op == "GaussianBlur" for view in views for step in _steps(view)):
        notes.append(_NOTES["GaussianBlur"])
    if any(not any(s.op == "RandomResizedCrop" for s in _steps(view)) for view in views):
        notes.append(_NOTES["no crop"])
    same = len(set(sizes)) == 1 or size is not None
    if same:
        views = [View(view.steps) for view in views]
    return Policy(name or "solo-learn", size or sizes[0], tuple(views), notes=tuple(notes))


def _views(pipeline: Pipeline, where: str) -> list[View]:
    _check_names(pipeline, {*_PARTS, *_NUMBERS}, where)
    parts = {name: _part(pipeline, name, where) for name in _PARTS}
    steps = tuple(step for name, part in parts.items() for step in _step(name, part, where))
    size, count = (_whole(pipeline, name, where) for name in _NUMBERS)
    return [View(steps, size)] * count


def _step(name: str, part: Pipeline, where: str) -> list[Step]:
    inside = f"{where}.{name}"
    if name == "rrc":
        if not part:
            return []
        scale = tuple(_number(part, end, inside) for end in _PARTS["rrc"])
        arguments = (("scale", (scale[0], scale[1])), ("interpolation", "bicubic"))
        return [Step("RandomResizedCrop", arguments)]
    p = _number(part, "prob", inside) if part else 0.0
    if p == 0:
        return []
    if name == "color_jitter":
        factors = tuple((key, _number(part, key, inside)) for key in _PARTS[name][1:])
        return [Step("ColorJitter", factors, p)]
    op, arguments = _OPS[name]
    return [Step(op, arguments, p)]


_OPS: dict[str, tuple[str, Any]] = {
    "grayscale": ("RandomGrayscale", ()),
    "gaussian_blur": ("GaussianBlur", (("kernel_size", 0), ("sigma", (0.1, 2.0)))),
    "solarization": ("RandomSolarize", (("threshold", 128 / 255),)),
    "equalization": ("RandomEqualize", ()),
    "horizontal_flip": ("RandomHorizontalFlip", ()),
}


def _looks_like_one(pipeline: Pipeline) -> bool:
    return "crop_size" in pipeline and not {*_PARTS}.isdisjoint(pipeline)


def _steps(view: View) -> list[Step]:
    return [step for step in view.steps if isinstance(step, Step)]


def _part(pipeline: Pipeline, name: str, where: str) -> Pipeline:
    """A part that is not there, or not enabled, is empty."""
    part = pipeline.get(name) or {}
    if not isinstance(part, Mapping):
        raise UsageError(f"{where}.{name} is {part!r}", code="policy_value", hint="A mapping")
    _check_names(part, {*_PARTS[name], "enabled"}, f"{where}.{name}")
    return part if part.get("enabled", True) else {}


def _check_names(given: Pipeline, known: set[str], where: str) -> None:
    for name in given:
        if name not in known:
            raise UsageError(
                f"{where} has no {name!r}",
                code="policy_unknown_arg",
                hint=did_you_mean(str(name), known),
            )


def _number(part: Pipeline, name: str, where: str) -> float:
    value = part.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise UsageError(f"{where}.{name} is {value!r}", code="policy_value", hint="A number")
    return float(value)


def _whole(part: Pipeline, name: str, where: str) -> int:
    value = part.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 4096:
        hint = "A whole number, 1 or more"
        raise UsageError(f"{where}.{name} is {value!r}", code="policy_value", hint=hint)
    return value
