"""`augscore bench engine`, in its own words: the engine against other libraries' pipelines."""

from __future__ import annotations

from augscore.benching.engine import EngineBench, bench_engine
from augscore_cli.bench_screen import engine_lines
from augscore_cli.lines import plain
from tests.benchmarks.case import Setting

WIDTH = 100


def show(setting: Setting) -> None:
    plan = EngineBench(device=setting.device, seconds=setting.seconds)
    found = bench_engine(plan, lambda event: None)
    print("\n".join(plain(row) for row in engine_lines(found, WIDTH)))
    if not found.passed:
        raise SystemExit("the timed output is not torchvision's")
