"""What commands do alike as one of several processes that torchrun started."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from augscore.runs.ranks import local_ranks, own_device
from augscore.runs.shard import Shard

from .exits import STOPPED
from .names import shown_path
from .streams import Streams


def refuse_shard(shard: Shard | None) -> None:
    if shard is not None:
        raise click.UsageError("--shard and torchrun both divide the images; use one of them")


def own_workers(workers: int | None) -> int:
    """As given, else this process's share of the machine's."""
    from augscore.images.batches import auto_workers

    return max(1, auto_workers() // local_ranks()) if workers is None else workers


def own_device_name(device: str) -> str:
    from augscore.runtime import pick_device

    return str(own_device(pick_device(device)))


def end_stopped(streams: Streams, out: Path | None, stops: Sequence[str | None]) -> None:
    """Exit if any process was stopped: with the code of its signal, else 0."""
    by = next((by for by in stops if by is not None), None)
    if by is None:
        return
    tell_stopped(streams, out, by)
    raise click.exceptions.Exit(STOPPED.get(by, 0))


def tell_stopped(streams: Streams, out: Path | None, by: str) -> None:
    kept = "" if out is None else f": {shown_path(out)} keeps the parts"
    advice = "" if out is None else ", and the same command continues"
    streams.note(f"stopped by {by}{kept}{advice}")
