"""What is known of an operation: one frozen record beside each function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch

from augscore.engine.nodes import Value
from augscore.engine.ops.arguments import Argument, Settings
from augscore.engine.ops.dice import Dice

Function = Callable[..., torch.Tensor]
Kernel = Callable[..., torch.Tensor | None]
Backend = Literal["torch", "kornia"]
BackendChoice = Literal["auto", "torch", "kornia"]


@dataclass(frozen=True)
class Magnitude:
    """A number that is drawn for every image.

    `low` and `high` bound what the function takes, in `unit`. At `neutral` the op leaves an image
    alone (None: no such value). A `signed` magnitude goes both ways from neutral.
    """

    name: str
    unit: str
    low: float
    high: float
    neutral: float | None = None
    signed: bool = False


@dataclass(frozen=True)
class Knob:
    """An argument that makes an operation stronger the farther it lies from `weakest`.

    There it leaves an image alone, if `is_neutral`. `unit` is for people.
    """

    argument: str
    unit: str
    weakest: float
    is_neutral: bool = True


@dataclass(frozen=True)
class Frame:
    """The sizes that a step finds: (N,) int64 heights and widths in px."""

    heights: torch.Tensor
    widths: torch.Tensor


@dataclass(frozen=True)
class LevelMap:
    """How a level drives an op, as in RandAugment.

    `label` is the op's name in torchvision's augmentation space. `argument` goes from `start` at
    level 0 to `end` at the highest level, either way if `signed`; times the `side` of the image,
    rounded, and added to `about`, it is the `magnitude`. `options` stand in for the op's defaults.
    The first map of an op has RandAugment's numbers.
    """

    label: str
    argument: str = ""
    start: float = 0.0
    end: float = 0.0
    signed: bool = False
    magnitude: str = ""
    side: Literal["", "width", "height"] = ""
    rounding: Literal["", "nearest", "to_zero", "up"] = ""
    about: float = 0.0
    options: tuple[tuple[str, Value], ...] = ()


Sampler = Callable[[Dice, Settings, Frame], tuple[torch.Tensor, ...]]


@dataclass(frozen=True)
class Op:
    """An operation: what it is called, what it takes, how it is drawn and which functions do it.

    A function gets the images, (B, 3, H, W) float32 in [0, 1], then one (B,) column per magnitude
    (float64 or int64, on the CPU) and then the `options`, which are the same for all images; it
    returns new images of the same shape. The function of an op that `resizes` gets a list of
    (3, H, W) images of any size and, last, the size in px; it returns (B, 3, size, size).

    `draw` makes the columns. `chance` is the `p` of a step of a policy file that gives none:
    torchvision's. `levels` say how RandAugment and its like turn the op. `ladder` names the
    magnitude that a strength ladder turns, and `example` holds arguments with which the op visibly
    does something, for tests and pictures. `knobs` are the arguments that make it stronger. The two
    backends give equal pixels within `bound` grey levels; the CPU runs `torch_function`, and other
    devices the one that `accelerator` names. An op that is not `differentiable` gives no gradient
    with respect to the images, or none but 0.

    `kernel` is what the `kernel_devices` run, if they can: it changes some rows of (B, 3, H, W) in
    place, and takes their numbers, then the columns of these rows and the options; that of an op
    that `resizes` is called as its function.
    """

    name: str
    magnitudes: tuple[Magnitude, ...]
    arguments: tuple[Argument, ...]
    options: tuple[str, ...]
    draw: Sampler
    source: str
    torch_function: Function
    kornia_function: Function | None = None
    accelerator: Backend = "torch"
    kernel: Kernel | None = None
    kernel_devices: tuple[str, ...] = ("cuda",)
    bound: float = 0.0
    differentiable: bool = True
    resizes: bool = False
    ladder: str | None = None
    chance: float = 1.0
    levels: tuple[LevelMap, ...] = ()
    example: tuple[tuple[str, Value], ...] = ()
    knobs: tuple[Knob, ...] = ()

    def magnitude(self, name: str) -> Magnitude:
        return next(m for m in self.magnitudes if m.name == name)

    def function_on(self, device: torch.device, backend: BackendChoice) -> Function:
        """The function that this device runs; `kornia` is ours where kornia's is not used."""
        favoured = "torch" if device.type == "cpu" else self.accelerator
        chosen = favoured if backend == "auto" else backend
        if chosen == "kornia" and self.kornia_function is not None:
            return self.kornia_function
        return self.torch_function

    def kernel_on(self, device: torch.device) -> Kernel | None:
        """The kernel, if it has one for the device."""
        return self.kernel if device.type in self.kernel_devices else None


def draw_ranges(*names: str) -> Sampler:
    """A sampler for magnitudes that are uniform in the ranges of the arguments of their names."""

    def draw(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
        return tuple(dice.between(name, *settings.span(name)) for name in names)

    return draw


def draw_whole(*names: str) -> Sampler:
    """As `draw_ranges`, for whole numbers; both ends of a range can be drawn."""

    def draw(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
        return tuple(dice.whole(name, *settings.span(name)) for name in names)

    return draw


def upload(numbers: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Numbers of the host on the device, without waiting for it."""
    if device.type == "mps":  # copies without waiting read memory that is already freed
        return numbers.to(device)
    is_pinned = device.type == "cuda" and numbers.device.type == "cpu"
    return (numbers.pin_memory() if is_pinned else numbers).to(device, non_blocking=True)


def per_image(column: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """A (B,) column as (B, 1, 1, 1), in the dtype and on the device of the images."""
    return upload(column.to(images.dtype), images.device).view(-1, 1, 1, 1)
