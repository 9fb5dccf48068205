"""Presets beside lightly's transforms: equal, but for what a table here names and explains."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from lightly import transforms
from lightly.transforms.gaussian_blur import GaussianBlur
from lightly.transforms.rotation import RandomRotate
from lightly.transforms.solarize import RandomSolarization
from torchvision.transforms import v2

from augscore.engine.check import settings
from augscore.engine.nodes import Step, steps_in
from augscore.engine.policy import Policy, View
from augscore.engine.presets import PRESETS

lightly: Any = transforms  # typed, but it exports none of its names
THEIRS: dict[str, Any] = {
    "simclr": lightly.SimCLRTransform(),
    "simclr-cifar": lightly.SimCLRTransform(input_size=32, cj_strength=0.5, gaussian_blur=0.0),
    "simsiam": lightly.SimSiamTransform(),
    "simsiam-cifar": lightly.SimSiamTransform(input_size=32, gaussian_blur=0.0),
    "moco-v2": lightly.MoCoV2Transform(),
    "byol": lightly.BYOLTransform(),
    "vicreg": lightly.BYOLTransform(),
    "vicreg-sym": lightly.VICRegTransform(),
    "wmse": lightly.WMSETransform(),
    "wmse-cifar": lightly.WMSETransform(input_size=32, gaussian_blur=0.0),
    "swav": lightly.SwaVTransform(),
    "dino": lightly.DINOTransform(),
}
ENDS = ("ToTensor", "Normalize")


@dataclass(frozen=True)
class Difference:
    """One thing that differs; `views` are the places of those that have it."""

    what: str
    ours: object
    theirs: object
    views: tuple[int, ...] = (0, 1)


BICUBIC = Difference("RandomResizedCrop interpolation", "bicubic", "bilinear")
KERNEL = Difference("GaussianBlur kernel_size", 23, 0)
FLIP_LAST = Difference(
    "order",
    "RandomResizedCrop ColorJitter RandomGrayscale GaussianBlur RandomHorizontalFlip",
    "RandomResizedCrop RandomHorizontalFlip ColorJitter RandomGrayscale GaussianBlur",
)
FLIP_LAST_CIFAR = Difference(
    "order",
    "RandomResizedCrop ColorJitter RandomGrayscale RandomHorizontalFlip",
    "RandomResizedCrop RandomHorizontalFlip ColorJitter RandomGrayscale",
)
SOLARIZED_LAST = Difference(
    "order",
    "RandomResizedCrop RandomHorizontalFlip ColorJitter RandomGrayscale GaussianBlur "
    "RandomSolarize",
    "RandomResizedCrop RandomHorizontalFlip ColorJitter RandomGrayscale RandomSolarize "
    "GaussianBlur",
)
LOCAL_VIEWS = Difference("views of 96 px", 8, 6, ())

CROPS_BICUBIC = "the authors crop bicubic; lightly keeps torchvision's default"
TEN_PERCENT = "the authors' kernel is a tenth of the image wide; lightly blurs with Pillow"
FLIPS_LAST = "the authors' code flips last, which moves no other step's result"
EXPLAINED: dict[str, dict[Difference, str]] = {
    "simclr": {BICUBIC: CROPS_BICUBIC, KERNEL: TEN_PERCENT},
    "simclr-cifar": {BICUBIC: CROPS_BICUBIC},
    "simsiam": {FLIP_LAST: FLIPS_LAST},
    "simsiam-cifar": {FLIP_LAST_CIFAR: FLIPS_LAST},
    "moco-v2": {FLIP_LAST: FLIPS_LAST},
    "byol": {BICUBIC: CROPS_BICUBIC, KERNEL: TEN_PERCENT},
    "vicreg": {
        BICUBIC: CROPS_BICUBIC,
        KERNEL: "BYOL's pair, with BYOL's kernel: at sigma 2 it reaches 5.5 sigma, past which "
        "Pillow, with which the authors blur, sees nothing either",
    },
    "vicreg-sym": {
        BICUBIC: CROPS_BICUBIC,
        KERNEL: "as vicreg, of which only the chances differ",
        SOLARIZED_LAST: "the authors' code blurs, then solarizes",
    },
    "dino": {LOCAL_VIEWS: "the authors' default is 8 local crops"},
}


@pytest.mark.parametrize("name", list(THEIRS))
def test_presets_are_lightlys_but_for_what_is_explained(name: str) -> None:
    found = set(differences(views_of_preset(PRESETS[name]), views_of_lightly(THEIRS[name])))
    assert found == set(EXPLAINED.get(name, {}))


def test_a_preset_names_lightly_as_its_source_where_it_is_compared() -> None:
    named = {name for name, policy in PRESETS.items() if "lightly" in policy.source}
    assert named == set(THEIRS)
    for name, transform in THEIRS.items():
        assert type(transform).__name__ in PRESETS[name].source


def test_vicregs_two_published_pairs_are_not_taken_for_each_other() -> None:
    """lightly follows the paper's text, the authors' code is BYOL's pair: `vicreg` is the code."""
    found = set(
        differences(views_of_preset(PRESETS["vicreg"]), views_of_lightly(lightly.VICRegTransform()))
    )
    assert {
        Difference("GaussianBlur p", 1.0, 0.5, (0,)),
        Difference("GaussianBlur p", 0.1, 0.5, (1,)),
        Difference("RandomSolarize p", 0.0, 0.1, (0,)),
        Difference("RandomSolarize p", 0.2, 0.1, (1,)),
    } <= found


@dataclass(frozen=True)
class Facts:
    """A view as it is compared: its size in px, and the steps that can happen, in order."""

    size: int
    steps: tuple[Step, ...]

    def chance(self, op: str) -> float:
        return next((step.p for step in self.steps if step.op == op), 0.0)

    def order(self, ops: set[str]) -> str:
        return " ".join(step.op for step in self.steps if step.op in ops)


def views_of_preset(policy: Policy) -> list[Facts]:
    return [facts(view, view.size or policy.size) for view in policy.views]


def views_of_lightly(transform: Any) -> list[Facts]:
    return [_theirs(view) for view in transform.transforms]


def facts(view: View, size: int) -> Facts:
    happening = tuple(step for step in steps_in(view.steps) if step.p > 0)
    assert len({step.op for step in happening}) == len(happening)
    return Facts(size, happening)


def _theirs(view: Any) -> Facts:
    parts = list(flat(view))
    (size,) = {side for part in parts for side in getattr(part, "size", ())}
    steps = tuple(step for part in parts for step in steps_of(part))
    return facts(View(steps), size)


def flat(transform: Any) -> Iterator[Any]:
    """lightly's views hold a Compose, and SwaV's a Compose that holds a view."""
    if isinstance(transform, v2.Compose):
        for inner in transform.transforms:
            yield from flat(inner)
    elif type(transform).__name__.endswith(("ViewTransform", "View1Transform", "View2Transform")):
        yield from flat(transform.transform)
    elif type(transform).__name__ not in ENDS:
        yield transform


def steps_of(transform: Any) -> tuple[Step, ...]:
    """lightly's own classes by their attributes, torchvision's as pipelines are brought."""
    if isinstance(transform, RandomRotate):
        assert transform.prob == 0
        return ()
    if isinstance(transform, GaussianBlur):
        low, high = map(float, transform.sigmas)
        return (Step("GaussianBlur", (("sigma", (low, high)),), p=transform.prob),)
    if isinstance(transform, RandomSolarization):
        threshold = transform.threshold / 255
        return (Step("RandomSolarize", (("threshold", threshold),), p=transform.prob),)
    if isinstance(transform, v2.ColorJitter) and not any(ranges_of(transform)):
        return ()
    (view,) = Policy.of(transform).views
    assert all(isinstance(node, Step) for node in view.steps), view.steps
    return tuple(steps_in(view.steps))


def ranges_of(transform: Any) -> list[Any]:
    return [getattr(transform, name) for name in ("brightness", "contrast", "saturation", "hue")]


def differences(ours: list[Facts], theirs: list[Facts]) -> Iterator[Difference]:
    """Of views at the same place; one that several views have alike is told once."""
    places: dict[tuple[str, object, object], list[int]] = {}
    for place, (our, their) in enumerate(zip(ours, theirs, strict=False)):
        for key in _between(our, their):
            places.setdefault(key, []).append(place)
    for (what, our_value, their_value), views in places.items():
        yield Difference(what, our_value, their_value, tuple(views))
    for size in {view.size for view in [*ours, *theirs]}:
        mine, other = (sum(view.size == size for view in views) for views in (ours, theirs))
        if mine != other:
            yield Difference(f"views of {size} px", mine, other, ())


def _between(our: Facts, their: Facts) -> Iterator[tuple[str, object, object]]:
    if our.size != their.size:
        yield "size", our.size, their.size
    common = {step.op for step in our.steps} & {step.op for step in their.steps}
    if our.order(common) != their.order(common):
        yield "order", our.order(common), their.order(common)
    for op in sorted({step.op for step in (*our.steps, *their.steps)}):
        if our.chance(op) != their.chance(op):
            yield f"{op} p", our.chance(op), their.chance(op)
    for op in sorted(common):
        mine, other = (arguments(view, op) for view in (our, their))
        for argument, value in mine.items():
            if value != pytest.approx(other[argument]):
                yield f"{op} {argument}", value, other[argument]


def arguments(view: Facts, op: str) -> dict[str, Any]:
    step = next(step for step in view.steps if step.op == op)
    values = dict(settings(step).values)
    if op == "RandomSolarize":  # the lowest byte that is turned over
        return {"threshold": tuple(math.ceil(255 * end) for end in ends(values["threshold"]))}
    return dict(values)


def ends(value: Any) -> tuple[float, float]:
    return value if isinstance(value, tuple) else (value, value)
