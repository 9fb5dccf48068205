"""The types of a step: a mapping with one key, its operation, whose arguments the table knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Annotated, Any, Union

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    create_model,
)

from augscore.engine.check import settings
from augscore.engine.nodes import Step
from augscore.engine.ops.arguments import Argument
from augscore.engine.ops.table import OPS
from augscore.engine.policy_file.spellings import SPELLINGS
from augscore.engine.policy_file.strength import SCALED, STRENGTH, scaled
from augscore.engine.policy_file.strict import (
    CHOICE,
    Chance,
    Name,
    Strict,
    custom,
    nothing_is_empty,
)
from augscore.engine.policy_file.vocabulary import USE, check_name
from augscore.errors import UsageError
from augscore.nearest import did_you_mean

Strength = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def step_of(name: str, arguments: Strict) -> Step:
    """The step that typed arguments are those of."""
    op = OPS[SPELLINGS[name].op if name in SPELLINGS else name]
    given = dict(arguments)
    written = tuple((a.name, given[a.name]) for a in op.arguments if a.name in given)
    return Step(op.name, settings(Step(op.name, written)).values, float(given["p"]))


def step_type(kinds: Mapping[str, type[Strict]]) -> Any:
    """The type of one step, of any of the kinds, each with the type of its arguments."""
    types = tuple(_one_key(name, model) for name, model in kinds.items())
    known = BeforeValidator(partial(_one_step, frozenset((USE, *kinds))))
    # Not `A | B`: the kinds are known when the tables are read.
    union: Any = Union[(_one_key(USE, Name), *types)]
    return Annotated[union, Discriminator(_key_of), known]


def _one_key(name: str, value: Any) -> Any:
    """The type of a mapping with one key."""
    fields: dict[str, Any] = {name: (value, ...)}
    return Annotated[create_model(name, __base__=Strict, **fields), Tag(CHOICE + name)]


def _key_of(step: Any) -> str:
    return CHOICE + str(next(iter(step)))


def _one_step(known: Collection[str], step: object, info: ValidationInfo) -> object:
    """A mapping with one known key. `info.context` holds the names that the document defines."""
    if not isinstance(step, Mapping) or len(step) != 1:
        hint = f"Write it as '- {step}:'" if isinstance(step, str) else "One name a step"
        error = UsageError(
            "a step is a mapping with one key, its operation", code="policy_syntax", hint=hint
        )
        raise custom(error)
    ((name, arguments),) = step.items()
    try:
        check_name(str(name), known)
    except UsageError as error:
        raise custom(error, str(name)) from None
    defined: Collection[str] = info.context or ()
    if name == USE and isinstance(arguments, str) and arguments not in defined:
        raise custom(_undefined(arguments, defined))
    return {name: nothing_is_empty(arguments)}


def _undefined(name: str, defined: Collection[str]) -> UsageError:
    hint = did_you_mean(name, defined) if defined else "Write its steps under define:"
    return UsageError(f"nothing named {name!r} is defined", code="policy_unknown", hint=hint)


def _arguments_model(
    name: str, arguments: tuple[Argument, ...], chance: float, *, takes_strength: bool = False
) -> type[Strict]:
    """Arguments that are checked by their records, and `p`."""
    # First, since the arguments after it are read with it.
    fields: dict[str, Any] = {STRENGTH: (Strength, 1.0)} if takes_strength else {}
    fields |= {
        a.name: (Annotated[Any, PlainValidator(partial(_read, name, a))], a.read(name, a.default))
        for a in arguments
    }
    fields["p"] = (Chance, chance)
    return create_model(name, __base__=Strict, **fields)


def _read(name: str, argument: Argument, value: Any, info: ValidationInfo) -> object:
    by = info.data.get(STRENGTH, 1.0)
    written = tuple(value) if isinstance(value, list) else value
    try:
        return argument.read(name, scaled(argument, written, by))
    except UsageError as error:
        raise custom(error) from None


ARGUMENTS: dict[str, type[Strict]] = {
    **{
        op.name: _arguments_model(
            op.name, op.arguments, op.chance, takes_strength=op.name in SCALED
        )
        for op in OPS.values()
    },
    **{s.name: _arguments_model(s.name, s.arguments, 1.0) for s in SPELLINGS.values()},
}
