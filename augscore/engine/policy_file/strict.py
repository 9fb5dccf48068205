"""What all types of a policy document share: no unknown key, no conversion, our own errors."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from augscore.errors import UsageError
from augscore.outputs import printable

LONGEST_NAME = 100
# Marks in pydantic's locations the choices that are no part of the document.
CHOICE = "@"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def custom(error: UsageError, key: str | None = None) -> PydanticCustomError:
    """An error of the engine as one of pydantic's; `key` is the key that it is about."""
    context: dict[str, Any] = {"message": error.message, "hint": error.hint, "key": key}
    return PydanticCustomError(error.code, "{message}", context)


def checked_name(name: object) -> object:
    if isinstance(name, str) and printable(name) != name:
        raise PydanticCustomError("policy_value", "a name holds no control characters")
    return name


def nothing_is_empty(value: object) -> object:
    """A key with nothing behind it has all its defaults."""
    return {} if value is None else value


Chance = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), BeforeValidator(checked_name)]
