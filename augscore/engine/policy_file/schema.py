"""The typed document of a policy file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, TypeAdapter

from augscore.engine.policy_file.containers import Step
from augscore.engine.policy_file.strict import CHOICE, LONGEST_NAME, Name, Strict, checked_name
from augscore.images.limits import LARGEST_SIDE

MOST_VIEWS = 64

Side = Annotated[int, Field(ge=1, le=LARGEST_SIDE)]


def _without(value: object) -> object:
    return None if value == "none" else value


class Scale(Strict):
    mean: Annotated[list[float], Field(min_length=3, max_length=3)]
    std: Annotated[list[Annotated[float, Field(gt=0)]], Field(min_length=3, max_length=3)]


def _named_or_given(value: object) -> str:
    return f"{CHOICE}name" if isinstance(value, str) else f"{CHOICE}given"


Normalise = Annotated[
    Annotated[Literal["imagenet", "cifar10", "cifar100"], Tag(f"{CHOICE}name")]
    | Annotated[Scale, Tag(f"{CHOICE}given")],
    Discriminator(_named_or_given),
]


class ViewDocument(Strict):
    name: Annotated[str, Field(max_length=LONGEST_NAME), BeforeValidator(checked_name)] = ""
    count: Annotated[int, Field(ge=1, le=MOST_VIEWS)] = 1
    size: Side | None = None
    transforms: list[Step] | None = None
    preset: Name | None = None
    set: dict[str, Any] = Field(default_factory=dict)


class PolicyDocument(Strict):
    augscore_policy: Literal[1]
    name: Name
    source: Annotated[str, Field(max_length=1000), BeforeValidator(checked_name)] = ""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    size: Side | None = None
    normalize: Annotated[Normalise | None, BeforeValidator(_without)] = None
    define: dict[str, list[Step]] = Field(default_factory=dict)
    views: Annotated[list[ViewDocument], Field(min_length=1, max_length=MOST_VIEWS)] | None = None
    preset: Name | None = None
    set: dict[str, Any] = Field(default_factory=dict)


STEPS: TypeAdapter[list[Strict]] = TypeAdapter(list[Step])
