"""Every operation of the table against its references, and its two backends against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

import torch

from augscore.benching.differences import Difference, difference
from augscore.benching.pictures import telling_pictures
from augscore.benching.references.record import Bound, Reference
from augscore.benching.references.table import WITHOUT, references_of
from augscore.engine.column import Number
from augscore.engine.draw import StepDraw
from augscore.engine.drawing.view import draw_view
from augscore.engine.nodes import Step, Value
from augscore.engine.ops.record import Function, Op
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.images.resize import to_float

SCHEMA = "augscore.bench-exactness/1"
IMAGES, SIZE = 8, 48
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Comparison:
    """An operation against somebody else's; `choice` tells its options, as in `nearest`."""

    op: str
    against: str
    choice: str
    difference: Difference
    bound: Bound

    @property
    def passed(self) -> bool:
        return self.difference.within(self.bound)


@dataclass(frozen=True)
class Exactness:
    """`without`: operations that have no reference, with the reason."""

    comparisons: tuple[Comparison, ...]
    without: tuple[tuple[str, str], ...]

    @property
    def passed(self) -> bool:
        return all(comparison.passed for comparison in self.comparisons)

    def to_json(self) -> dict[str, Any]:
        rows = [asdict(one) | {"passed": one.passed} for one in self.comparisons]
        without = dict(self.without)
        return {"schema": SCHEMA, "passed": self.passed, "operations": rows, "without": without}


def measure_exactness(size: int = SIZE, device: torch.device = _CPU) -> Exactness:
    """Compare what the engine runs on a device for every operation, at the magnitudes of its
    example, on `IMAGES` images of `size` px. The references run on the CPU."""
    compared = [one for op in OPS.values() for one in compare(op, size, device)]
    return Exactness(tuple(compared), tuple(WITHOUT.items()))


def compare(op: Op, size: int = SIZE, device: torch.device = _CPU) -> list[Comparison]:
    """One operation against all that it has."""
    compared = [_against(op, reference, size, device) for reference in references_of(op.name)]
    return [*compared, *_backends(op, size, device)]


def example_step(op: Op, count: int, size: int, arguments: Sequence[tuple[str, Value]]) -> StepDraw:
    """The draw of an operation's example for `count` square images; `arguments` stand in."""
    given = tuple((dict(op.example) | dict(arguments)).items())
    policy = Policy("example", size, (View((Step(op.name, given),)),))
    step = draw_view(policy, list(range(count)), [(size, size)] * count, view=0).steps[0]
    assert isinstance(step, StepDraw)
    return step


def by_function(
    function: Function, op: Op, images: torch.Tensor, step: StepDraw, size: int
) -> torch.Tensor:
    """A batch through a function of the operation's."""
    columns = [column.numbers for _, column in step.magnitudes]
    options = [value for _, value in step.options]
    if op.resizes:
        return function(list(images), *columns, *options, size)
    return function(images, *columns, *options)


def by_reference(
    reference: Reference, op: Op, images: torch.Tensor, step: StepDraw, size: int
) -> torch.Tensor:
    """uint8 images, one by one, through somebody else's function; float32 in [0, 1]."""
    given = images if reference.takes_bytes else to_float(images)
    done = []
    for row, image in enumerate(given):
        numbers: list[Number] = [column[row] for _, column in step.magnitudes]
        last = [size] if op.resizes else []
        done.append(reference.function(image, *numbers, *(v for _, v in step.options), *last))
    return to_float(torch.stack(done))


def _against(op: Op, reference: Reference, size: int, device: torch.device) -> Comparison:
    # From a larger image, so that a crop is made smaller and larger.
    side = size + size // 2 if op.resizes else size
    images = _pictures(side)
    step = example_step(op, IMAGES, side, reference.arguments)
    given = images if op.resizes and reference.takes_bytes else to_float(images)
    function = op.function_on(device, "auto")
    ours = by_function(function, op, given.to(device), step, size).cpu()
    theirs = by_reference(reference, op, images, step, size)
    apart = difference(ours, theirs, reference.bound)
    return Comparison(op.name, reference.whose, _choice(reference), apart, reference.bound)


def _backends(op: Op, size: int, device: torch.device) -> list[Comparison]:
    if op.kornia_function is None or find_spec("kornia") is None:
        return []
    images = to_float(_pictures(size)).to(device)
    step = example_step(op, IMAGES, size, ())
    bound = Bound(op.bound, op.bound)
    by_kornia = by_function(op.kornia_function, op, images, step, size)
    ours = by_function(op.torch_function, op, images, step, size)
    return [Comparison(op.name, "kornia backend", "", difference(ours, by_kornia, bound), bound)]


def _pictures(side: int) -> torch.Tensor:
    """Every second one is dull, so that autocontrast has something to do."""
    pixels = telling_pictures(IMAGES, side, side)
    pixels[1::2] = pixels[1::2] // 2 + 40
    return pixels


def _choice(reference: Reference) -> str:
    return ", ".join(
        str(value) if isinstance(value, str) else f"{name} {value}"
        for name, value in reference.arguments
    )
