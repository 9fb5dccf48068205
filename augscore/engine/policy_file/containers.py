"""Containers as they stand in a file: one type of arguments and one record each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from augscore.engine.nodes import (
    DEEPEST_CHAIN,
    LEAST_SEVERITY,
    LEVELS,
    MOST_CHAINS,
    MOST_OPS,
    MOST_SEVERITY,
    AugMix,
    AutoAugment,
    Container,
    Node,
    OneOf,
    RandAugment,
    RandomApply,
    RandomOrder,
    TrivialAugmentWide,
    folded,
    require,
)
from augscore.engine.policy_file.levels import Rows, written_rows
from augscore.engine.policy_file.steps import ARGUMENTS, step_type
from augscore.engine.policy_file.strict import CHOICE, Chance, Strict

Nodes = tuple[Node, ...]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]

if TYPE_CHECKING:
    Step = Strict


class GroupDocument(Strict):
    """What has steps of the user's own in it."""

    transforms: list[Step]


class RandomApplyDocument(GroupDocument):
    p: Chance = 0.5


class OneOfDocument(GroupDocument):
    p: Chance = 1.0
    weights: list[Weight] = Field(default_factory=list)


def _chance_or_weights(p: object) -> str:
    return f"{CHOICE}weights" if isinstance(p, list) else f"{CHOICE}chance"


class RandomChoiceDocument(GroupDocument):
    """torchvision's name of `OneOf`, whose `p` may be the weights."""

    p: Annotated[
        Annotated[Chance, Tag(f"{CHOICE}chance")]
        | Annotated[list[Weight], Tag(f"{CHOICE}weights")],
        Discriminator(_chance_or_weights),
    ] = 1.0
    weights: list[Weight] = Field(default_factory=list)


class RandomOrderDocument(GroupDocument):
    pass


class RandAugmentDocument(Strict):
    num_ops: Annotated[int, Field(ge=0, le=MOST_OPS)] = 2
    magnitude: Annotated[int, Field(ge=0, le=LEVELS - 1)] = 9
    ops: Rows = ()


class TrivialAugmentWideDocument(Strict):
    ops: Rows = ()


class AutoAugmentDocument(Strict):
    policy: Literal["imagenet", "cifar10", "svhn"] = "imagenet"


class AugMixDocument(Strict):
    severity: Annotated[float, Field(ge=LEAST_SEVERITY, le=MOST_SEVERITY)] = 3.0
    mixture_width: Annotated[int, Field(ge=1, le=MOST_CHAINS)] = 3
    chain_depth: Annotated[int, Field(ge=-1, le=DEEPEST_CHAIN)] = -1
    alpha: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    all_ops: bool = False


def _random_choice(document: RandomChoiceDocument, inner: Nodes) -> OneOf:
    if not isinstance(document.p, list):
        return OneOf(inner, tuple(document.weights), document.p)
    twice = bool(document.weights)
    require(not twice, "RandomChoice has weights twice", "A list is right for p or for weights")
    return OneOf(inner, tuple(document.p))


def _one_of_arguments(node: OneOf) -> dict[str, Any]:
    return {"p": float(node.p), "weights": list(node.weights)}


@dataclass(frozen=True)
class Form:
    """How a container is written. `build` makes a node of typed arguments and the nodes inside;
    `write` tells the arguments of a canonical node, but for the `transforms` inside."""

    name: str
    document: type[Strict]
    build: Callable[[Any, Nodes], Node]
    write: Callable[[Any], dict[str, Any]]

    @property
    def is_group(self) -> bool:
        return issubclass(self.document, GroupDocument)


# By the names in files; of a node by its `kind`.
FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form(
            "RandomApply",
            RandomApplyDocument,
            lambda document, inner: folded(RandomApply(inner, document.p)),
            lambda node: {"p": float(node.p)},
        ),
        Form(
            "OneOf",
            OneOfDocument,
            lambda document, inner: OneOf(inner, tuple(document.weights), document.p),
            _one_of_arguments,
        ),
        Form("RandomChoice", RandomChoiceDocument, _random_choice, _one_of_arguments),
        Form(
            "RandomOrder",
            RandomOrderDocument,
            lambda document, inner: RandomOrder(inner),
            lambda node: {},
        ),
        Form(
            "RandAugment",
            RandAugmentDocument,
            lambda document, _: RandAugment(document.num_ops, document.magnitude, document.ops),
            lambda node: {
                "num_ops": node.num_ops,
                "magnitude": node.magnitude,
                "ops": written_rows(node.ops),
            },
        ),
        Form(
            "TrivialAugmentWide",
            TrivialAugmentWideDocument,
            lambda document, _: TrivialAugmentWide(document.ops),
            lambda node: {"ops": written_rows(node.ops)},
        ),
        Form(
            "AutoAugment",
            AutoAugmentDocument,
            lambda document, _: AutoAugment(document.policy),
            lambda node: {"policy": node.policy},
        ),
        Form(
            "AugMix",
            AugMixDocument,
            lambda document, _: AugMix(
                document.severity,
                document.mixture_width,
                document.chain_depth,
                document.alpha,
                document.all_ops,
            ),
            lambda node: {
                "severity": node.severity,
                "mixture_width": node.mixture_width,
                "chain_depth": node.chain_depth,
                "alpha": node.alpha,
                "all_ops": node.all_ops,
            },
        ),
    )
}


def form_of(node: Container) -> Form:
    return FORMS[node.kind]


if not TYPE_CHECKING:
    Step = step_type(ARGUMENTS | {form.name: form.document for form in FORMS.values()})
for _form in FORMS.values():
    _form.document.model_rebuild()
