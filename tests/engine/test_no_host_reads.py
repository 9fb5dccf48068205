"""On an accelerator nothing waits for the pixels: traced on images that have none.

Images on the device `meta` take the path of an accelerator, and whatever reads their values fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from augscore.engine.nodes import Node, Step, Value
from augscore.engine.ops.record import BackendChoice
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.engine.presets import PRESETS, preset
from augscore.engine.recipe import Recipe
from tests.engine.containers import EVERY_CONTAINER

# What reads values, or makes a shape of them, wherever they are.
READS = {
    "_local_scalar_dense",
    "nonzero",
    "masked_select",
    "unique",
    "_unique2",
    "equal",
    "is_nonzero",
    "repeat_interleave",
    "bincount",
}
# Pillow's codec runs on the CPU, and its record says so.
ON_THE_HOST = {"JPEG"}
COUNT, HEIGHT, WIDTH = 6, 50, 44


class Trace(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """What the operations on images that a call makes would wait for."""

    def __init__(self, *, uploads: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.uploads = uploads
        self.waits: set[str] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name.removeprefix("aten::").rstrip("_")
        tensors = _tensors((args, kwargs))
        # Only those of the device are of interest; columns of parameters stay on the host.
        there = [t for t in tensors if t.is_meta]
        here = [t for t in tensors if not t.is_meta and t.ndim]
        if there and name in READS:
            self.waits.add(name)
        if there and name in ("index", "index_put") and _has_mask(args[1]):
            self.waits.add(f"{name} by a mask")
        if there and here and name != "copy":
            self.waits.add(f"{name} with a tensor of the host")
        if name.startswith("_upsample") and there[0].dtype == torch.uint8:
            self.waits.add("a resize of uint8, which the CPU alone has")
        to_device = name == "_to_copy" and str(kwargs.get("device", "")) == "meta"
        if self.uploads and to_device and here and not kwargs.get("non_blocking"):
            self.waits.add("blocking upload")
        return func(*args, **kwargs)


class Literals(TorchFunctionMode):
    """Tensors made of numbers on the device: each is a blocking upload that no dispatch shows."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: set[str] = set()

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in (torch.tensor, torch.as_tensor) and str(kwargs.get("device")) == "meta":
            self.waits.add("literal on the device")
        return func(*args, **kwargs)


def _tensors(tree: object) -> list[torch.Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


def _has_mask(indices: Iterable[torch.Tensor | None]) -> bool:
    return any(i is not None and i.dtype in (torch.bool, torch.uint8) for i in indices)


def waits_of(call: Callable[[], object], *, uploads: bool = True) -> set[str]:
    trace, literals = Trace(uploads=uploads), Literals()
    with literals, trace:
        call()
    return trace.waits | (literals.waits if uploads else set())


def trace(policy: Policy, dtype: torch.dtype, backend: BackendChoice) -> set[str]:
    recipe = Recipe.of(
        policy,
        size=None,
        seed=0,
        views=None,
        normalize="imagenet",
        backend=backend,
        precision="fast",
    )
    images = torch.empty(COUNT, 3, HEIGHT, WIDTH, dtype=dtype, device="meta")
    drawn = recipe.draw(images, list(range(COUNT)), epoch=0)
    # How kornia uploads depends on the kind of device, and meta is not one that it knows.
    return waits_of(lambda: recipe.apply(images, drawn), uploads=backend == "torch")


both_dtypes = pytest.mark.parametrize("dtype", [torch.uint8, torch.float32], ids=str)
backends = pytest.mark.parametrize("backend", ["auto", "torch", "kornia"])


def of(*nodes: Node) -> Policy:
    return Policy("one", 40, (View(nodes),))


@backends
@both_dtypes
@pytest.mark.parametrize("name", sorted(set(OPS) - ON_THE_HOST))
def test_no_operation_waits(name: str, dtype: torch.dtype, backend: BackendChoice) -> None:
    half = [Step(name, OPS[name].example, p) for p in (1.0, 0.5)]
    assert trace(of(*half), dtype, backend) == set()


FILLED = [name for name, op in OPS.items() if "fill" in op.options]


@pytest.mark.parametrize("fill", [0.5, (0.1, 0.2, 0.3)])
@pytest.mark.parametrize("name", FILLED)
def test_no_fill_waits(name: str, fill: Value) -> None:
    step = Step(name, (*OPS[name].example, ("fill", fill)))
    assert trace(of(step), torch.float32, "torch") == set()


@pytest.mark.parametrize("value", ["random", (0.1, 0.2, 0.3)])
def test_no_erased_box_waits(value: Value) -> None:
    step = Step("RandomErasing", (("value", value),))
    assert trace(of(step), torch.float32, "torch") == set()


@backends
@pytest.mark.parametrize("name", EVERY_CONTAINER)
def test_no_container_waits(name: str, backend: BackendChoice) -> None:
    assert trace(of(EVERY_CONTAINER[name]), torch.uint8, backend) == set()


@backends
@both_dtypes
@pytest.mark.parametrize("name", list(PRESETS))
def test_no_preset_waits(name: str, dtype: torch.dtype, backend: BackendChoice) -> None:
    assert trace(preset(name), dtype, backend) == set()


@pytest.mark.parametrize("name", sorted(ON_THE_HOST))
def test_a_codec_of_the_host_is_noticed(name: str) -> None:
    with pytest.raises(NotImplementedError, match="no data"):
        trace(of(Step(name, OPS[name].example)), torch.uint8, "torch")


PIXELS = torch.empty(2, 3, 8, 8, device="meta")
COLUMN = torch.ones(2)


@pytest.mark.parametrize(
    ("call", "found"),
    [
        (lambda: COLUMN.to(PIXELS.device), "blocking upload"),
        (lambda: torch.tensor([1.0, 2.0], device=PIXELS.device), "literal on the device"),
        (lambda: PIXELS[COLUMN.long()], "index with a tensor of the host"),
        (lambda: PIXELS.clone().index_put_((PIXELS > 0,), PIXELS[0, 0, 0, 0]), "index_put by"),
    ],
)
def test_what_waits_is_noticed(call: Callable[[], object], found: str) -> None:
    assert [wait for wait in waits_of(call) if wait.startswith(found)]


@pytest.mark.parametrize(
    "call",
    [
        lambda: PIXELS.sum().item(),
        lambda: bool((PIXELS > 0).any()),
        lambda: PIXELS.cpu(),
        lambda: PIXELS[PIXELS > 0],
        lambda: PIXELS.nonzero(),
    ],
)
def test_what_reads_fails(call: Callable[[], object]) -> None:
    with pytest.raises((RuntimeError, NotImplementedError)):
        waits_of(call)


def test_columns_of_the_host_may_be_read_and_uploaded() -> None:
    def fine() -> torch.Tensor:
        rows = [row for row, value in enumerate(COLUMN.tolist()) if value]
        there = torch.tensor(rows).to(PIXELS.device, non_blocking=True)
        return PIXELS.index_select(0, there) * COLUMN[COLUMN > 0].to(
            PIXELS.device, non_blocking=True
        ).view(-1, 1, 1, 1)

    assert waits_of(fine) == set()
