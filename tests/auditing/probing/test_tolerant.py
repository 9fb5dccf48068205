"""Operations that misbehave: their own images are lost, with the reason, and no others."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import albumentations as A
import kornia.augmentation as K
import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms as v1
from torchvision.transforms import v2

import augscore
from augscore import Policy
from augscore.auditing.probing.guard import Patience
from augscore.auditing.probing.tolerant import tolerant_view
from augscore.auditing.table import Fault
from augscore.benching.pictures import telling_pictures
from augscore.engine.apply import apply_view
from augscore.engine.bring import piece
from augscore.engine.bring.stages import staged
from augscore.engine.draw import ViewDraw
from augscore.engine.drawing.view import draw
from augscore.engine.foreign_draw import ForeignDraw
from augscore.engine.nodes import Step
from augscore.engine.ops.table import OPS
from augscore.engine.policy import View

SICK = 2
"""The image, by its place, that carries a mark which planted operations look for."""


@pytest.fixture
def images() -> torch.Tensor:
    """(5, 3, 24, 24) uint8; the corner of one image alone is 7."""
    pictures = telling_pictures(5, 24, 24)
    pictures[:, :, 0, 0] = 100
    pictures[SICK, :, 0, 0] = 7
    return pictures


def drawn(pipeline: Any, images: torch.Tensor) -> ViewDraw:
    policy = staged(Policy.of(pipeline, size=24))
    (view,) = draw(policy, [*range(len(images))], [(24, 24)] * len(images), seed=1).views
    return view


def is_sick(image: Any) -> bool:
    if isinstance(image, Image.Image):
        return bool(np.asarray(image)[0, 0, 0] == 7)
    return bool(image.flatten()[0] == 7)


def raising(image: Any) -> Any:
    raise ValueError("no such luck")


def sleeping(image: Any) -> Any:
    time.sleep(60)


def as_it_is(image: Any) -> Any:
    return image


def nothing(image: Any) -> Any:
    return None


def flat(image: Any) -> Any:
    return torch.zeros(5, 8, 8)


def no_number(image: Any) -> Any:
    return torch.full((3, 24, 24), float("nan"))


def far_off(image: Any) -> Any:
    return torch.full((3, 24, 24), 255.0)


def leaving(image: Any) -> Any:
    raise SystemExit(3)


BROKEN: dict[str, tuple[Callable[[Any], Any], str]] = {
    "raises": (raising, "op_raised"),
    "exits": (leaving, "op_raised"),
    "sleeps": (sleeping, "op_hang"),
    "returns nothing": (nothing, "op_none"),
    "returns another shape": (flat, "op_shape"),
    "returns NaN": (no_number, "op_nan"),
    "returns another range": (far_off, "op_range"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("form", ["pil", "tensor", "array"])
def test_a_broken_transform_costs_its_own_images(
    name: str, form: str, images: torch.Tensor
) -> None:
    break_, code = BROKEN[name]

    def planted(image: Any, **_: Any) -> Any:
        result = break_(image) if is_sick(image) else image
        if form == "array" and isinstance(result, torch.Tensor):
            return result.movedim(0, -1).numpy()
        return result

    pipeline = {
        "pil": v1.Compose([v1.Lambda(planted), v1.RandomChoice([v1.RandomInvert(0.5)])]),
        "tensor": v2.Compose([v2.Lambda(planted), v2.RandomPhotometricDistort(p=1.0)]),
        "array": A.Compose([A.Lambda(image=planted, name="planted", p=1), A.GaussNoise(p=1)]),
    }[form]
    kept = images.clone()
    view = drawn(pipeline, images)
    began = time.monotonic()
    views, faults = tolerant_view(images, view, parts=[4, 5], patience=Patience(0.3))
    assert time.monotonic() - began < 20
    assert torch.equal(images, kept)
    fault = faults[SICK]
    assert views[SICK] is None
    assert fault is not None
    assert (fault.code, fault.part) == (code, 4)
    (step, _) = view.steps
    assert isinstance(step, ForeignDraw)
    assert f"key={step.keys[SICK]}" in fault.detail
    assert step.title in fault.message
    well = [place for place in range(5) if place != SICK]
    assert all(faults[place] is None for place in well)
    wanted = apply_view(images[well], view.select(well))
    assert all(torch.equal(_there(views[p]), w) for p, w in zip(well, wanted, strict=True))


def _there(view: torch.Tensor | None) -> torch.Tensor:
    assert view is not None
    return view


def test_healthy_views_are_those_of_the_engine(images: torch.Tensor) -> None:
    for policy in ("simclr", "randaugment(2,9)"):
        drawing = augscore.augment(images, policy, size=24, seed=3)
        for view, wanted in zip(drawing[1].views, drawing[0], strict=True):
            views, faults = tolerant_view(images, view)
            assert faults == [None] * 5
            assert all(torch.equal(_there(v), w) for v, w in zip(views, wanted, strict=True))


def test_images_of_different_sizes_and_none_at_all() -> None:
    mixed = [telling_pictures(1, *size)[0] for size in ((30, 24), (24, 41))]
    (wanted,), draw = augscore.augment(mixed, "pad-crop-flip", size=24)
    views, faults = tolerant_view(mixed, draw.views[0])
    assert all(torch.equal(_there(v), w) for v, w in zip(views, wanted, strict=True))
    assert faults == [None, None]
    assert tolerant_view([], draw.select([]).views[0]) == ([], [])


def test_every_image_may_break(images: torch.Tensor) -> None:
    views, faults = tolerant_view(images, drawn(v1.Compose([v1.Lambda(raising)]), images))
    assert views == [None] * 5
    assert [fault.message for fault in faults if fault] == [
        "raising raised ValueError: no such luck"
    ] * 5


def test_what_hangs_is_given_up(images: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(piece, "PATIENCE", 0.1)
    patience = Patience(0.1)
    view = drawn(v1.Compose([v1.Lambda(as_it_is), v1.Lambda(sleeping)]), images)
    assert len(view.steps) == 2
    alone = ViewDraw(view.size, view.steps[-1:])
    began = time.monotonic()
    for one in (view, alone, view):
        _, faults = tolerant_view(images, one, patience=patience)
        assert [_of(fault).code for fault in faults] == ["op_hang"] * 5
    assert time.monotonic() - began < 2
    assert "hung before" in _of(faults[0]).message
    assert sum(patience.hung.values()) == 3


def _of(fault: Fault | None) -> Fault:
    assert fault is not None
    return fault


def test_outside_of_the_main_thread_nothing_is_limited(images: torch.Tensor) -> None:
    def slow(image: Any) -> Any:
        time.sleep(0.05)
        return image

    assert Patience.why_unlimited() == ""
    told: list[str] = []
    found: list[Any] = []

    def elsewhere() -> None:
        told.append(Patience.why_unlimited())
        view = drawn(v1.Compose([v1.Lambda(slow)]), images)
        found.append(tolerant_view(images, view, patience=Patience(0.01)))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert "main thread" in told[0]
    assert found[0][1] == [None] * 5


WRITERS: dict[str, Callable[[Any], Any]] = {
    "a tensor": lambda mark: v2.Compose([v2.Lambda(lambda x: mark(x) or x)]),
    "floats": lambda mark: v1.Compose([v1.ToTensor(), v1.Lambda(lambda x: mark(x) or x)]),
    "a PIL image": lambda mark: v1.Compose([v1.Lambda(lambda x: mark(x) or x)]),
    "an array": lambda mark: A.Compose(
        [A.Lambda(image=_Marking(mark).array, name="it", p=1), A.GaussNoise(p=1)]
    ),
    "kornia": lambda mark: torch.nn.Sequential(
        K.RandomGaussianNoise(std=0.1, p=1.0), _Marking(mark)
    ),
}


class _Marking(torch.nn.Module):
    def __init__(self, mark: Callable[[Any], None]) -> None:
        super().__init__()
        self.mark = mark

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        self.mark(image)
        return image

    def array(self, image: Any, **_: Any) -> Any:
        return self.forward(image)


@pytest.mark.parametrize("form", WRITERS)
def test_a_transform_that_writes_to_its_input_is_told(form: str, images: torch.Tensor) -> None:
    calls: list[int] = []

    def mark(image: Any) -> None:
        calls.append(0)
        if isinstance(image, Image.Image):
            image.putpixel((1, 1), (9, 9, 9))
        elif isinstance(image, np.ndarray):
            image[1, 1] = 9
        else:
            image[..., 1, 1] = 0.4 if image.dtype.is_floating_point else 9

    kept = images.clone()
    view = drawn(WRITERS[form](mark), images)
    views, faults = tolerant_view(images, view, parts=[*range(len(view.steps))])
    assert torch.equal(images, kept)
    assert [_of(fault).code for fault in faults] == ["op_mutates"] * 5
    assert _of(faults[0]).part == (1 if form == "kornia" else 0)
    assert "key=" in _of(faults[3]).detail
    assert all(isinstance(one, torch.Tensor) for one in views)


def test_whoever_asked_for_it_may_write(images: torch.Tensor) -> None:
    steps = [v1.ToTensor(), v1.RandomErasing(1.0, inplace=True), v1.Lambda(as_it_is)]
    _, faults = tolerant_view(images, drawn(v1.Compose(steps), images))
    assert faults == [None] * 5


def _raises_for_the_sick(batch: torch.Tensor) -> torch.Tensor:
    if bool((batch[:, 0, 0, 0] == 7 / 255).any()):
        raise ValueError("no such luck")
    return 1 - batch


def _no_number_for_the_sick(batch: torch.Tensor) -> torch.Tensor:
    result = 1 - batch
    result[batch[:, 0, 0, 0] == 7 / 255] = float("nan")
    return result


def _shifts_the_sick(batch: torch.Tensor) -> torch.Tensor:
    result = 1 - batch
    result[batch[:, 0, 0, 0] == 7 / 255] += 0.5
    return result


def _is_lazy_with_the_sick(batch: torch.Tensor) -> Any:
    return None if bool((batch[:, 0, 0, 0] == 7 / 255).any()) else 1 - batch


def _hangs_with_the_sick(batch: torch.Tensor) -> torch.Tensor:
    if bool((batch[:, 0, 0, 0] == 7 / 255).any()):
        time.sleep(60)
    return 1 - batch


OURS: list[tuple[Callable[[torch.Tensor], Any], str, str]] = [
    (_raises_for_the_sick, "op_raised", "no such luck"),
    (_no_number_for_the_sick, "op_nan", "NaN"),
    (_shifts_the_sick, "op_nan", "not in [0, 1]"),
    (_is_lazy_with_the_sick, "op_none", "None"),
    (_hangs_with_the_sick, "op_hang", "longer than 0.5 s"),
]


@pytest.mark.parametrize(("function", "code", "words"), OURS)
def test_a_broken_operation_of_ours_is_found(
    function: Callable[[torch.Tensor], Any],
    code: str,
    words: str,
    images: torch.Tensor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(OPS, "RandomInvert", replace(OPS["RandomInvert"], torch_function=function))
    flip, twice = Step("RandomHorizontalFlip"), Step("RandomHorizontalFlip")
    steps = (flip, twice, Step("RandomInvert"), Step("RandomEqualize"))
    policy = Policy("planted", 24, (View(steps),))
    view = draw(policy, [*range(5)], [(24, 24)] * 5).views[0]
    began = time.monotonic()
    views, faults = tolerant_view(images, view, parts=[0, 1, 2, 3], patience=Patience(0.5))
    assert time.monotonic() - began < 20
    fault = _of(faults[SICK])
    assert views[SICK] is None
    assert (fault.code, fault.part) == (code, 2)
    assert words in fault.message
    assert fault.message.startswith("RandomInvert")
    well = [place for place in range(5) if place != SICK]
    wanted = apply_view(images[well], view.select(well))
    assert [faults[place] for place in well] == [None] * 4
    assert all(torch.equal(_there(views[p]), w) for p, w in zip(well, wanted, strict=True))


def test_parameters_are_in_the_detail(
    images: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(batch: torch.Tensor, *factors: Any) -> Any:
        raise ValueError

    monkeypatch.setitem(OPS, "ColorJitter", replace(OPS["ColorJitter"], torch_function=broken))
    policy = Policy("planted", 24, (View((Step("ColorJitter", (("hue", 0.1),)),)),))
    view = draw(policy, [*range(5)], [(24, 24)] * 5, backend="torch").views[0]
    _, faults = tolerant_view(images, view, backend="torch")
    hue = view.steps[0].describe(3)[0]["magnitudes"]["hue"]
    assert f"hue={hue!r}" in _of(faults[3]).detail
    assert _of(faults[3]).part is None


@pytest.mark.parametrize("number", [torch.rand, np.random.rand, random.random])
def test_a_global_generator_is_noticed_and_put_back(
    number: Callable[..., Any], images: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draws(batch: torch.Tensor) -> torch.Tensor:
        return batch * float(number(1)[0] if number is not random.random else number())

    monkeypatch.setitem(OPS, "RandomInvert", replace(OPS["RandomInvert"], torch_function=draws))
    policy = Policy("planted", 24, (View((Step("RandomInvert", p=0.5),)),))
    view = draw(policy, [*range(5)], [(24, 24)] * 5).views[0]
    before = random.getstate(), str(np.random.get_state()), torch.get_rng_state()
    views, faults = tolerant_view(images, view)
    applied = [bool(view.steps[0].applied[place]) for place in range(5)]
    assert {True, False} == {*applied}
    for is_applied, one, fault in zip(applied, views, faults, strict=True):
        assert (one is None) == is_applied
        assert (fault is not None and fault.code == "op_global_rng") == is_applied
    assert random.getstate() == before[0]
    assert str(np.random.get_state()) == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])


def test_generators_of_pipelines_are_seeded_and_no_fault(images: torch.Tensor) -> None:
    def shaken(image: Any) -> Any:
        return image.rotate(random.random() + np.random.rand() + float(torch.rand(())))

    view = drawn(v1.Compose([v1.Lambda(shaken)]), images)
    first, faults = tolerant_view(images, view)
    random.random(), np.random.rand(), torch.rand(1)
    second, _ = tolerant_view(images, view)
    assert faults == [None] * 5
    assert all(torch.equal(_there(a), _there(b)) for a, b in zip(first, second, strict=True))
