"""`ops` of RandAugment and TrivialAugmentWide: which operations, and how far each goes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainValidator,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    create_model,
)

from augscore.engine.level_tables import (
    check_row,
    check_rows,
    level_arguments,
    level_names,
    published,
)
from augscore.engine.nodes import Levelled
from augscore.engine.ops.arguments import is_number
from augscore.engine.policy_file.strict import Strict, custom, nothing_is_empty
from augscore.errors import UsageError

SIGNED = "signed"


def written_rows(rows: tuple[Levelled, ...]) -> dict[str, dict[str, Any]]:
    """What reads as the rows."""
    return {row.op: _written(row) for row in rows}


def _written(row: Levelled) -> dict[str, Any]:
    if not row.argument:
        return {}
    return {row.argument: [row.start, row.end], **({SIGNED: True} if row.signed else {})}


def _read_ends(name: str, argument: str, value: Any, info: ValidationInfo) -> tuple[float, float]:
    """[start, end]; a lone number is the same at every level."""
    start, end = value if isinstance(value, list | tuple) and len(value) == 2 else (value, value)
    try:
        if not (is_number(start) and is_number(end)):
            message = f"{name}: {argument} is {value!r}"
            hint = "it is [start, end]: numbers at the lowest and the highest level"
            raise UsageError(message, code="policy_value", hint=hint)
        row = Levelled(name, argument, float(start), float(end), info.data.get(SIGNED, False))
        check_row(row)
    except UsageError as error:
        raise custom(error) from None
    return row.start, row.end


def _levelled(name: str, document: Strict) -> Levelled:
    given = {key: ends for key, ends in document if key != SIGNED and ends is not None}
    if not level_arguments(name)[0]:
        return Levelled(name)
    if len(given) != 1:
        proposed = ", ".join(
            f"{key}: {value}" for key, value in _written(published(name)).items()
        ).replace("True", "true")
        message = f"{name} has {len(given)} ranges in place of one"
        raise custom(UsageError(message, code="policy_value", hint=f"Write {proposed}"))
    ((argument, (start, end)),) = given.items()
    return Levelled(name, argument, start, end, dict(document)[SIGNED])


def _row_model(name: str) -> type[Strict]:
    arguments = [argument for argument in level_arguments(name) if argument]
    # First, since the ranges after it are read with it.
    fields: dict[str, Any] = {SIGNED: (bool, False)} if arguments else {}
    fields |= {
        argument: (Annotated[Any, PlainValidator(partial(_read_ends, name, argument))], None)
        for argument in arguments
    }
    return create_model(name, __base__=Strict, **fields)


def _in_order(value: object, read: ValidatorFunctionWrapHandler) -> tuple[Levelled, ...]:
    table = dict(read(value))
    rows = tuple(table[name] for name in value) if isinstance(value, Mapping) else ()
    try:
        if not rows:
            message, hint = "ops is empty", "Leave it out for torchvision's 14"
            raise UsageError(message, code="policy_value", hint=hint)
        check_rows(rows)
    except UsageError as error:
        raise custom(error) from None
    return rows


ROWS: dict[str, type[Strict]] = {name: _row_model(name) for name in level_names()}

_FIELDS: dict[str, Any] = {
    name: (
        Annotated[
            model, BeforeValidator(nothing_is_empty), AfterValidator(partial(_levelled, name))
        ],
        None,
    )
    for name, model in ROWS.items()
}
if TYPE_CHECKING:
    Rows = tuple[Levelled, ...]
else:
    Rows = Annotated[create_model("ops", __base__=Strict, **_FIELDS), WrapValidator(_in_order)]
