"""The typed document of a policy file. Operations and their arguments are those of the table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    create_model,
)
from pydantic_core import PydanticCustomError

from augscore.engine.nearest import did_you_mean
from augscore.engine.ops.arguments import Argument
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import OPS
from augscore.engine.policy_file.vocabulary import RANDOM_APPLY, USE, check_name
from augscore.errors import UsageError
from augscore.images.limits import LARGEST_SIDE
from augscore.outputs import printable

VERSION = 1
MOST_VIEWS = 64
LONGEST_NAME = 100
# Marks in pydantic's locations the choices that are no part of the document.
CHOICE = "@"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _checked_name(name: object) -> object:
    if isinstance(name, str) and printable(name) != name:
        raise PydanticCustomError("policy_value", "a name holds no control characters")
    return name


def custom(error: UsageError, key: str | None = None) -> PydanticCustomError:
    """An error of the engine as one of pydantic's; `key` is the key that it is about."""
    context: dict[str, Any] = {"message": error.message, "hint": error.hint, "key": key}
    return PydanticCustomError(error.code, "{message}", context)


def _read(op: Op, argument: Argument, value: Any) -> object:
    try:
        return argument.read(op.name, tuple(value) if isinstance(value, list) else value)
    except UsageError as error:
        raise custom(error) from None


Chance = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Side = Annotated[int, Field(ge=1, le=LARGEST_SIDE)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), BeforeValidator(_checked_name)]


def _arguments_model(op: Op) -> type[Strict]:
    """The arguments of an operation, checked by its record, and its `p`."""
    fields: dict[str, Any] = {
        a.name: (Annotated[Any, PlainValidator(partial(_read, op, a))], a.read(op.name, a.default))
        for a in op.arguments
    }
    fields["p"] = (Chance, op.chance)
    return create_model(op.name, __base__=Strict, **fields)


def _one_key(name: str, value: Any) -> Any:
    """The type of a mapping with one key."""
    fields: dict[str, Any] = {name: (value, ...)}
    return Annotated[create_model(name, __base__=Strict, **fields), Tag(CHOICE + name)]


def _key_of(step: Any) -> str:
    return CHOICE + str(next(iter(step)))


def _one_step(step: object, info: ValidationInfo) -> object:
    """A mapping with one known key; a key with nothing behind it has all its defaults.

    `info.context` holds the names that the document defines.
    """
    if not isinstance(step, Mapping) or len(step) != 1:
        hint = f"Write it as '- {step}:'" if isinstance(step, str) else "One name a step"
        error = UsageError(
            "a step is a mapping with one key, its operation", code="policy_syntax", hint=hint
        )
        raise custom(error)
    ((name, arguments),) = step.items()
    try:
        check_name(str(name))
    except UsageError as error:
        raise custom(error, str(name)) from None
    defined: Collection[str] = info.context or ()
    if name == USE and isinstance(arguments, str) and arguments not in defined:
        raise custom(_undefined(arguments, defined))
    return {name: {} if arguments is None else arguments}


def _undefined(name: str, defined: Collection[str]) -> UsageError:
    hint = did_you_mean(name, defined)
    return UsageError(f"nothing named {name!r} is defined", code="policy_unknown", hint=hint)


def _step_type(*kinds: Any) -> Any:
    # Not `A | B`: the kinds are known when the table is read.
    return Annotated[Union[kinds], Discriminator(_key_of), BeforeValidator(_one_step)]  # noqa: UP007


ARGUMENTS = {op.name: _arguments_model(op) for op in OPS.values()}
_PLAIN = (_one_key(USE, Name), *(_one_key(n, model) for n, model in ARGUMENTS.items()))

if TYPE_CHECKING:
    PlainStep = Strict
    Step = Strict
else:
    PlainStep = _step_type(*_PLAIN)


class Gate(Strict):
    """`RandomApply`: steps that are applied together or not at all; torchvision's `p` is 0.5."""

    p: Chance = 0.5
    transforms: list[PlainStep]


if not TYPE_CHECKING:
    Step = _step_type(*_PLAIN, _one_key(RANDOM_APPLY, Gate))


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
    name: Annotated[str, Field(max_length=LONGEST_NAME), BeforeValidator(_checked_name)] = ""
    count: Annotated[int, Field(ge=1, le=MOST_VIEWS)] = 1
    size: Side | None = None
    transforms: list[Step] | None = None
    preset: Name | None = None
    set: dict[str, Any] = {}


class PolicyDocument(Strict):
    augscore_policy: Literal[1]
    name: Name
    source: Annotated[str, Field(max_length=1000), BeforeValidator(_checked_name)] = ""
    size: Side | None = None
    normalize: Annotated[Normalise | None, BeforeValidator(_without)] = None
    define: dict[str, list[Step]] = {}
    views: Annotated[list[ViewDocument], Field(min_length=1, max_length=MOST_VIEWS)] | None = None
    preset: Name | None = None
    set: dict[str, Any] = {}
