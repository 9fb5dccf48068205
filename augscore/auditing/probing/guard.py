"""A transform of another library under watch: how long it takes, whether it writes to its input,
and the size of what it returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from PIL import Image

from augscore.engine.bring.time_limit import TookTooLong, can_limit, limited
from augscore.engine.foreign_draw import OpenRun, Parameters, Run
from augscore.errors import AugscoreError, InputError

PATIENCE, CHANCES = 30.0, 3

Size = tuple[int, int]
"""(height, width) in px."""

SizeSink = Callable[[int, int, Size], None]
"""Is handed the place of a step in its view, the key of an image, and the size that came back."""


@dataclass
class Patience:
    """How many seconds a transform may take for one image. One that took longer three times is
    not run again in the audit; `hung` counts them."""

    seconds: float = PATIENCE
    hung: Counter[str] = field(default_factory=Counter)

    @staticmethod
    def why_unlimited() -> str:
        """Empty, or why nothing that hangs is ended here."""
        if can_limit():
            return ""
        return "time is not limited: that needs the main thread of a program, and interval timers"


class StepBroke(InputError):
    """A step of a view did; `place` is its place in the view."""

    def __init__(self, place: int, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.place = place


@dataclass(frozen=True)
class Guard:
    """Stands in for the `run` of a step: its errors know the place of the step, and `noticed` gets,
    by the keys of images, the code and words of what it did wrong although a picture came back: it
    wrote to its input, or, where it must keep the size, did not. `pipeline` tells it from others
    for patience."""

    run: Run
    whose: str
    pipeline: str
    place: int
    patience: Patience
    keeps_size: bool
    returned: SizeSink
    noticed: dict[int, tuple[str, str]] = field(default_factory=dict)

    def __call__(self, image: torch.Tensor, key: int) -> tuple[torch.Tensor, Parameters]:
        if self.patience.hung[self.pipeline] >= CHANCES:
            raise self._broke("op_hang", f"{self.whose} hung before, and is not run again")
        try:
            with limited(self.patience.seconds):
                result = self._watched(image, key)
        except TookTooLong as error:
            self.patience.hung[self.pipeline] += 1
            told = f"{self.whose} took longer than {self.patience.seconds:g} s"
            raise self._broke("op_hang", told) from error
        except AugscoreError as error:
            raise self._broke(error.code, error.message) from error
        except (Exception, SystemExit) as error:
            told = f"{self.whose} raised {type(error).__name__}: {error}"
            raise self._broke("op_raised", told) from error
        self._see_size(size_of(image), size_of(result[0]), key)
        return result

    def _watched(self, image: torch.Tensor, key: int) -> tuple[torch.Tensor, Parameters]:
        if not isinstance(self.run, OpenRun) or _is_in_place(self.run):
            return self.run(image, key)
        value = self.run.given(image)
        kept = _copy(value)
        result = self.run.made_of(value, key)
        if not _same(value, kept):
            told = f"{self.whose} writes into the image that it is given"
            self.noticed[key] = "op_mutates", told
        return result

    def _see_size(self, before: Size, after: Size, key: int) -> None:
        self.returned(self.place, key, after)
        if self.keeps_size and after != before:
            told = f"{self.whose} returned {in_px(after)} for an image of {in_px(before)}"
            self.noticed.setdefault(key, ("op_shape", told))

    def _broke(self, code: str, message: str) -> StepBroke:
        return StepBroke(self.place, code, message)


def size_of(image: torch.Tensor) -> Size:
    """Of (…, H, W)."""
    return image.shape[-2], image.shape[-1]


def in_px(size: Size) -> str:
    return f"{size[0]} x {size[1]} px"


def _is_in_place(run: Run) -> bool:
    """Whether its owner asked it to write into its input."""
    transforms = getattr(run, "transforms", None) or [getattr(run, "pipeline", None)]
    return any(getattr(transform, "inplace", False) is True for transform in transforms)


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, torch.Tensor) else value.copy()


def _same(value: Any, kept: Any) -> bool:
    if isinstance(value, Image.Image):
        return bool(value.size == kept.size and value.tobytes() == kept.tobytes())
    if isinstance(value, torch.Tensor):
        return value.shape == kept.shape and torch.equal(value, kept)
    return np.array_equal(value, kept)
