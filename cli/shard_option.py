"""`--shard I/N`: one part of a job that several processes share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from augscore.errors import UsageError
from augscore.runs.shard import Shard, parse_shard

if TYPE_CHECKING:
    _ShardBase = click.ParamType[Shard]
else:
    _ShardBase = click.ParamType  # generic only from click 8.5 on


class ShardParam(_ShardBase):
    """2/3 as a Shard."""

    name = "shard"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Shard:
        if isinstance(value, Shard):
            return value
        try:
            return parse_shard(str(value))
        except UsageError as error:
            self.fail(str(error), param, ctx)


shard_option: Callable[..., Callable[..., None]] = click.option(
    "--shard",
    type=ShardParam(),
    metavar="I/N",
    help="Only part I of N, told by the images' ids; augscore merge joins the parts.",
)
