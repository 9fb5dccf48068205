"""What reading a foreign pipeline comes to, and what every reader needs for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Any

from augscore.engine.bring.portrait import called, portrait
from augscore.engine.check import check_node
from augscore.engine.foreign_draw import Run
from augscore.engine.nodes import Foreign, Node, RandomApply, Step, Value
from augscore.engine.normalize import Normalize
from augscore.errors import UsageError

Nodes = tuple[Node, ...]

SIZE_WITHOUT_ONE = 224
_UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)


class Inexact(Exception):
    """A step without an exact counterpart here; the message says which and why."""


@dataclass(frozen=True)
class Brought:
    """One view: its nodes, the side in px that it ends with (None: nothing says), what training
    does to it, and what the user should know."""

    nodes: Nodes
    size: int | None
    normalize: Normalize | None
    notes: tuple[str, ...]


@dataclass
class Notebook:
    """Filled while steps are read. `lossy` allows approximations."""

    lossy: bool
    size: int | None = None
    normalize: Normalize | None = None
    notes: list[str] = field(default_factory=list)
    split_off: list[str] = field(default_factory=list)

    def approximates(self, what: str) -> None:
        """An approximate counterpart is taken: told, or Inexact where it is not allowed."""
        if not self.lossy:
            raise Inexact(what)
        self.notes.append(f"approximation: {what}")

    def ends_at(self, whose: str, sides: Sequence[int]) -> None:
        """A step brings images to (height, width) in px: square, and the same for all steps."""
        height, width = sides
        if height != width:
            raise Inexact(f"{whose}: {height} x {width} px is not square")
        if self.size not in (None, height):
            raise Inexact(f"{whose}: {height} px after {self.size} px")
        self.size = height


def exact(fits: bool, why: str) -> None:
    """Raise Inexact unless it fits."""
    if not fits:
        raise Inexact(why)


def step(op: str, *arguments: tuple[str, Value], p: float = 1.0) -> Nodes:
    return (Step(op, arguments, float(p)),)


# A container holds steps: one that is never applied stands for none.
NOTHING = Step("RandomHorizontalFlip", p=0.0)


def together(nodes: Nodes) -> Node:
    """Several nodes, or none, where one belongs."""
    if not nodes:
        return NOTHING
    return nodes[0] if len(nodes) == 1 else RandomApply(nodes, 1.0)


def gated(nodes: Nodes, p: float) -> Nodes:
    """Nodes behind a chance of their own; two chances in a row are their product."""
    if p == 1 or not nodes:
        return nodes
    if len(nodes) == 1 and isinstance(nodes[0], Step):
        return (replace(nodes[0], p=float(p) * nodes[0].p),)
    return (RandomApply(nodes, float(p)),)


def pair(value: Iterable[Any]) -> tuple[float, float]:
    low, high = (float(end) for end in value)
    return low, high


def convert(
    items: Iterable[Any], nodes_of: Callable[[Any], Nodes], book: Notebook
) -> tuple[Nodes, list[str]]:
    """The nodes of every item, and why some have none: no counterpart, values that ours does not
    take, or attributes that another version of the library has otherwise."""
    found: list[Node] = []
    obstacles: list[str] = []
    for item in items:
        try:
            nodes = nodes_of(item)
            for node in nodes:
                check_node(node)
            exact(not nodes or book.normalize is None, f"{_named(item)} after Normalize")
        except Inexact as why:
            obstacles.append(str(why))
        except UsageError as why:
            obstacles.append(why.message)
        except _UNREADABLE as why:
            obstacles.append(f"{_named(item)} cannot be read: {why}")
        else:
            found += nodes
    return tuple(found), obstacles


def _named(item: Any) -> str:
    """Its class; of a mapping of albumentations' the class that it stands for."""
    if isinstance(item, Mapping):
        return str(item.get("__class_fullname__", "a mapping")).rpartition(".")[2]
    return called(item)


def converted(nodes: Nodes, book: Notebook) -> Brought:
    notes = [*book.notes]
    if book.split_off:
        names = ", ".join(dict.fromkeys(book.split_off))
        notes.insert(0, f"split off, since views are floats in [0, 1]: {names}")
    return Brought(nodes, book.size, book.normalize, tuple(notes))


def as_it_is(
    library: str,
    pipeline: object,
    run: Run,
    obstacles: Sequence[str],
    *,
    resizes: bool,
    size: int | None,
    normalize: Normalize | None,
    words: str = "",
    notes: Sequence[str] = (),
) -> Brought:
    """The whole pipeline as one node."""
    told = [f"runs as it is, image by image on the CPU ({library}): {'; '.join(obstacles)}"]
    if normalize is not None:
        told.append("Normalize is undone in what it returns, and left to training")
    node = Foreign(library, words or portrait(pipeline), resizes, run)
    return Brought((node,), size, normalize, (*told, *notes))


def library(name: str) -> str:
    """`kornia 0.9.0`."""
    return f"{name} {version(name)}"
