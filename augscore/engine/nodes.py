"""What a view is made of, as frozen data: operations, and containers that choose among them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from augscore.errors import UsageError

if TYPE_CHECKING:
    from augscore.engine.foreign_draw import Run

Value = float | int | str | tuple[float, float] | tuple[float, float, float]
SubPolicies = Literal["cifar10", "imagenet", "svhn"]

# Levels of RandAugment and TrivialAugment are 0 to 30, those of AutoAugment 0 to 9.
LEVELS, AUTO_LEVELS = 31, 10
MOST_OPS, MOST_CHAINS, DEEPEST_CHAIN, DRAWN_DEPTH = 32, 16, 16, 3
LEAST_SEVERITY, MOST_SEVERITY = 0.1, 10.0


@dataclass(frozen=True)
class Step:
    """One operation of a view: its name in torchvision's vocabulary, its gate and its ranges.

    `arguments` are (name, value) pairs; a pair of numbers is a uniform range in the op's own unit.
    `p` is the chance, per image, that the step is applied. Raises UsageError (`policy_value`) for
    a `p` outside [0, 1] and for an argument given twice; names and ranges are checked against the
    table of operations when the policy is drawn.
    """

    op: str
    arguments: tuple[tuple[str, Value], ...] = ()
    p: float = 1.0

    def __post_init__(self) -> None:
        _require_chance(self.op, self.p)
        names = [name for name, _ in self.arguments]
        twice = sorted({name for name in names if names.count(name) > 1})
        require(not twice, f"{self.op}: {', '.join(twice)} given twice", "Give it once")


@dataclass(frozen=True)
class RandomApply:
    """Steps that are applied together, with chance `p`, or not at all."""

    kind: ClassVar[str] = "RandomApply"
    steps: tuple[Node, ...]
    p: float = 0.5

    def __post_init__(self) -> None:
        _require_chance(self.kind, self.p)
        _require_steps(self.kind, self.steps)


@dataclass(frozen=True)
class OneOf:
    """One of several steps, each as likely as its weight says; with chance 1 − `p` none of them.

    No `weights` means equal ones.
    """

    kind: ClassVar[str] = "OneOf"
    choices: tuple[Node, ...]
    weights: tuple[float, ...] = ()
    p: float = 1.0

    def __post_init__(self) -> None:
        _require_chance(self.kind, self.p)
        _require_steps(self.kind, self.choices)
        if not self.weights:
            return
        fit = len(self.weights) == len(self.choices)
        told = f"OneOf has {_counted(len(self.weights), 'weight')}"
        told += f" and {_counted(len(self.choices), 'step')}"
        require(fit, told, "Give one weight for each of its steps")
        fit = all(w >= 0 for w in self.weights) and 0 < sum(self.weights) < math.inf
        require(fit, "OneOf: weights are 0 or more, and not all 0", "Leave them out for equal ones")


@dataclass(frozen=True)
class RandomOrder:
    """All of its steps, in an order of each image's own."""

    kind: ClassVar[str] = "RandomOrder"
    steps: tuple[Node, ...]

    def __post_init__(self) -> None:
        _require_steps(self.kind, self.steps)


@dataclass(frozen=True)
class Levelled:
    """An operation driven by a level: `argument` is `start` at level 0 and `end` at the highest.

    `op` is the name in torchvision's augmentation space; a `signed` value goes either way by a
    coin. `argument` is empty for an operation without one.
    """

    op: str
    argument: str = ""
    start: float = 0.0
    end: float = 0.0
    signed: bool = False


@dataclass(frozen=True)
class RandAugment:
    """`num_ops` times one of `ops`, equally likely and drawn anew, at one `magnitude` of 0 to 30.

    No `ops` means torchvision's 14. Cubuk et al. 2020, arXiv 1909.13719.
    """

    kind: ClassVar[str] = "RandAugment"
    num_ops: int = 2
    magnitude: int = 9
    ops: tuple[Levelled, ...] = ()

    def __post_init__(self) -> None:
        _require_whole(self.kind, "num_ops", self.num_ops, 0, MOST_OPS)
        _require_whole(self.kind, "magnitude", self.magnitude, 0, LEVELS - 1)


@dataclass(frozen=True)
class TrivialAugmentWide:
    """One of `ops` at a level of 0 to 30, all equally likely; no `ops` means torchvision's 14.

    Müller and Hutter 2021, arXiv 2103.10158.
    """

    kind: ClassVar[str] = "TrivialAugmentWide"
    ops: tuple[Levelled, ...] = ()


@dataclass(frozen=True)
class AutoAugment:
    """One of 25 learnt sub-policies of two operations each. Cubuk et al. 2019, arXiv 1805.09501."""

    kind: ClassVar[str] = "AutoAugment"
    policy: SubPolicies = "imagenet"

    def __post_init__(self) -> None:
        known = ("cifar10", "imagenet", "svhn")
        require(self.policy in known, f"AutoAugment: policy is {self.policy!r}", " or ".join(known))


@dataclass(frozen=True)
class AugMix:
    """`mixture_width` chains of 1 to 3 operations, mixed, and blended with the image.

    `chain_depth` fixes the length of a chain, −1 draws it. The level of an operation is uniform
    from 0.1 to `severity`, of 10; the weights of the chains are Dirichlet(`alpha`), the share of
    the mixture is Beta(`alpha`, `alpha`). `all_ops` adds four operations of colour that ImageNet-C
    tests with. Hendrycks et al. 2020, arXiv 1912.02781.
    """

    kind: ClassVar[str] = "AugMix"
    severity: float = 3.0
    mixture_width: int = 3
    chain_depth: int = -1
    alpha: float = 1.0
    all_ops: bool = False

    def __post_init__(self) -> None:
        _require_whole(self.kind, "mixture_width", self.mixture_width, 1, MOST_CHAINS)
        _require_whole(self.kind, "chain_depth", self.chain_depth, -1, DEEPEST_CHAIN)
        require(self.chain_depth != 0, "AugMix: chain_depth is 0", "It is -1, or 1 or more")
        fits = LEAST_SEVERITY <= self.severity <= MOST_SEVERITY
        require(fits, f"AugMix: severity is {self.severity!r}", "It lies in 0.1 to 10")
        fits = math.isfinite(self.alpha) and self.alpha > 0
        require(fits, f"AugMix: alpha is {self.alpha!r}", "It is more than 0")

    @property
    def deepest(self) -> int:
        """The length of the longest chain that can be drawn."""
        return DRAWN_DEPTH if self.chain_depth == -1 else self.chain_depth


@dataclass(frozen=True)
class Foreign:
    """A pipeline of another library that is run as it is, image by image, on the CPU.

    `pipeline` describes it, `run` is it. One that `resizes` is given images as they were decoded,
    others images at the size of the view; what it returns is brought to that size. `code` is the
    SHA-256 of the file of code that it came from, empty for anything else.
    """

    kind: ClassVar[str] = "Foreign"
    library: str
    pipeline: str
    resizes: bool
    run: Run | None = field(default=None, compare=False, repr=False)
    code: str = ""


@dataclass(frozen=True)
class Stage(Foreign):
    """One transform of such a pipeline, run by itself: `name` is its class, `chance` what it says
    of its own, None where it says nothing."""

    name: str = ""
    chance: float | None = None


Container = (
    RandomApply | OneOf | RandomOrder | RandAugment | TrivialAugmentWide | AutoAugment | AugMix
)
Node = Step | Container | Foreign


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right inside a node."""
    match node:
        case RandomApply(steps=inner) | RandomOrder(steps=inner) | OneOf(choices=inner):
            return inner
        case _:
            return ()


def nodes_in(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Every node among nodes and inside them, in the order written."""
    for node in nodes:
        yield node
        yield from nodes_in(children(node))


def steps_in(nodes: tuple[Node, ...]) -> Iterator[Step]:
    """Every step among them."""
    return (node for node in nodes_in(nodes) if isinstance(node, Step))


def foreign_in(nodes: tuple[Node, ...]) -> Iterator[Foreign]:
    """Every pipeline of another library among them."""
    return (node for node in nodes_in(nodes) if isinstance(node, Foreign))


def node_count(node: Node) -> int:
    """The node itself and all inside it."""
    return 1 + sum(node_count(inner) for inner in children(node))


def folded(node: RandomApply) -> Node:
    """Around one step alone: that step, with one gate for both chances."""
    if len(node.steps) != 1:
        return node
    (inner,) = node.steps
    if isinstance(inner, RandomApply):
        inner = folded(inner)
    return replace(inner, p=node.p * inner.p) if isinstance(inner, Step) else node


def require(fits: bool, message: str, hint: str) -> None:
    """Raise UsageError (`policy_value`) for what a policy cannot hold."""
    if not fits:
        raise UsageError(message, code="policy_value", hint=hint)


def _require_chance(whose: str, p: object) -> None:
    is_number = isinstance(p, int | float) and not isinstance(p, bool)
    fits = is_number and math.isfinite(p) and 0.0 <= p <= 1.0  # type: ignore[arg-type, operator]
    require(fits, f"{whose}: p is {p!r}", "p is a number from 0 to 1")


def _require_steps(whose: str, steps: tuple[Node, ...]) -> None:
    require(bool(steps), f"{whose} has no steps", "Give it one or more")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _require_whole(whose: str, name: str, value: object, low: int, high: int) -> None:
    fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    require(fits, f"{whose}: {name} is {value!r}", f"It is a whole number from {low} to {high}")
