"""`augscore bench`: how fast and how exact the engine is on this machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import click

from ..bench_screen import engine_lines, exactness_lines, op_lines
from ..exits import Exit
from ..listed import whole_numbers, words
from ..options import (
    AutoInt,
    Callback,
    Configured,
    Settings,
    decorated,
    device_option,
    shared_options,
    with_settings,
)
from ..progress import progress_sink
from ..results import print_result

LEAST_SIZE = 16
_SIZE = click.IntRange(min=LEAST_SIZE)


@dataclass(frozen=True, kw_only=True)
class EngineSettings(Settings):
    size: str
    source: int | None
    batch_size: int | None
    seconds: float
    peers: str | None
    compile: bool
    device: str


@dataclass(frozen=True, kw_only=True)
class ExactnessSettings(Settings):
    size: int
    device: str


@dataclass(frozen=True, kw_only=True)
class OpsSettings(Settings):
    size: int
    batch_size: int | None
    seconds: float
    device: str


@click.group(short_help="How fast and how exact the engine is here.")
def bench() -> None:
    """How fast the engine is beside other libraries, and how exact, on this machine."""


def _timing_options(seconds: float) -> Callable[[Callback], Callback]:
    def decorate(function: Callback) -> Callback:
        options = (
            click.option(
                "--batch-size",
                type=AutoInt(1),
                default="auto",
                show_default=True,
                metavar="N",
                help="Images at once.",
            ),
            click.option(
                "--seconds",
                type=click.FloatRange(min=0),
                default=seconds,
                show_default=True,
                metavar="S",
                help="Time for each that is timed, in rounds; three rounds at the least.",
            ),
        )
        return decorated(function, options)

    return decorate


@bench.command("engine", cls=Configured, short_help="Its speed beside other libraries'.")
@click.option(
    "--size", default="32,224", show_default=True, metavar="N,...", help="Sizes of the views, px."
)
@click.option(
    "--source", type=_SIZE, metavar="N", help="Side of SimCLR's originals, px.  [default: the size]"
)
@_timing_options(5.0)
@click.option(
    "--peers",
    metavar="NAME,...",
    help="Of kornia, torchvision, torchvision-pil, albumentations, lightly.  [default: all]",
)
@click.option("--compile", is_flag=True, help="Also kornia's SimCLR by torch.compile.")
@device_option
@shared_options
@with_settings(EngineSettings)
def engine(settings: EngineSettings) -> None:
    """Time SimCLR's and RandAugment's views, uint8 in and normalised floats out, beside kornia,
    torchvision, albumentations and lightly where they are installed, in interleaved rounds. Those
    that take one image at a time get a process for each thread of torch (OMP_NUM_THREADS=1 compares
    by the core). The output that was timed
    is held to torchvision's at the same drawn numbers: exit 1 if it differs."""
    sizes = whole_numbers("--size", settings.size, LEAST_SIZE)
    with progress_sink(settings.streams) as progress:
        from augscore.benching.engine import EngineBench, bench_engine
        from augscore.benching.lineup import PEERS, Wanted
        from augscore.runtime import pick_device

        names = PEERS if settings.peers is None else words(settings.peers)
        plan = EngineBench(
            device=pick_device(settings.device),
            sizes=sizes,
            source=settings.source,
            batch_size=settings.batch_size,
            seconds=settings.seconds,
            wanted=Wanted(names, settings.compile),
        )
        found = bench_engine(plan, progress)
    lines = engine_lines(found, settings.streams.out.width)
    print_result(settings, lines, found.to_json())
    _end(found.passed)


@bench.command("exactness", cls=Configured, short_help="Every operation against other libraries.")
@click.option("--size", type=_SIZE, default=48, show_default=True, metavar="N", help="In px.")
@click.option(
    "--device", default="cpu", show_default=True, metavar="NAME", help="auto, cpu, cuda or mps."
)
@shared_options
@with_settings(ExactnessSettings)
def exactness(settings: ExactnessSettings) -> None:
    """The difference of every operation from torchvision with the same numbers, on floats and on
    uint8 tensors; from PIL for RandAugment's operations; and between our functions and kornia's.
    Exit 1 if one is beyond its bound."""
    from augscore.benching.exactness import measure_exactness
    from augscore.runtime import pick_device

    found = measure_exactness(settings.size, pick_device(settings.device))
    lines = exactness_lines(found, settings.streams.out.width)
    print_result(settings, lines, found.to_json())
    _end(found.passed)


@bench.command("ops", cls=Configured, short_help="Every operation's time, by backend.")
@click.option("--size", type=_SIZE, default=32, show_default=True, metavar="N", help="In px.")
@_timing_options(0.1)
@device_option
@shared_options
@with_settings(OpsSettings)
def ops(settings: OpsSettings) -> None:
    """The time that every operation takes by our function and by kornia's, where it has one, and
    which of them the engine runs on this device."""
    with progress_sink(settings.streams) as progress:
        from augscore.benching.op_times import time_ops
        from augscore.runtime import host_facts, pick_device

        device = pick_device(settings.device)
        batch = settings.batch_size
        timed = time_ops(device, settings.size, batch, settings.seconds, progress)
    host = host_facts(device)
    document = {
        "schema": "augscore.bench-ops/1",
        "host": host,
        "size": settings.size,
        "operations": [asdict(one) | {"faster": one.faster} for one in timed],
    }
    print_result(settings, op_lines(timed, host, settings.streams.out.width), document)


def _end(passed: bool) -> None:
    if not passed:
        raise click.exceptions.Exit(Exit.GATE)
