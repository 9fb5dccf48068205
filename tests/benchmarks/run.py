"""Time the benchmarks in interleaved rounds and print ratios with their spread."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from pathlib import Path

import torch

from augscore.benching.clock import seconds_of
from augscore.runtime import host_facts, pick_device
from tests.benchmarks import (
    audit_statistics,
    auditing,
    engine,
    measuring,
    pair_training,
    reading,
    scoring,
    training,
)
from tests.benchmarks.case import Case, Setting

FILES = {
    "training": training,
    "reading": reading,
    "measuring": measuring,
    "scoring": scoring,
    "auditing": auditing,
}
ENGINE, PAIRS = "engine", "pair_training"
NAMES = (*FILES, ENGINE, PAIRS)
AUDITS = "audit-statistics"
"""Takes minutes and times nothing: only where it is named."""

SAMPLES = Path(__file__).resolve().parents[2] / "assets" / "samples"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all; or {AUDITS}"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each case of engine")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--batch-size", type=int, default=32, help="crops a training step")
    parser.add_argument("--folder", type=Path, default=SAMPLES, help="images to measure")
    parser.add_argument("--model", default="default")
    parser.add_argument(
        "--pool",
        type=Path,
        action="append",
        default=[],
        help="rows.jsonl of `augscore measure --out`, for audit-statistics; a made-up one",
    )
    chosen = parser.parse_args()
    unknown = set(chosen.names) - {*NAMES, AUDITS}
    if unknown:
        parser.error(f"no benchmark named {', '.join(sorted(unknown))}")
    device = pick_device(chosen.device)
    setting = Setting(device, chosen.folder, chosen.model, chosen.batch_size, chosen.seconds)
    print("   ".join(f"{name} {value}" for name, value in host_facts(device).items()))
    for name in chosen.names or NAMES:
        if name == AUDITS:
            audit_statistics.show(chosen.pool)
            continue
        if name == ENGINE:
            engine.show(setting)
            continue
        if name == PAIRS:
            pair_training.show(setting, chosen.rounds)
            continue
        cases = FILES[name].cases(setting)
        for group in dict.fromkeys(case.group for case in cases):
            _compare([case for case in cases if case.group == group], chosen.rounds, device)


def _compare(cases: Sequence[Case], rounds: int, device: torch.device) -> None:
    """One untimed round, then `rounds` in which every case has its turn."""
    times: list[list[float]] = [[] for _ in cases]
    for number in range(rounds + 1):
        for case, seconds in zip(cases, times, strict=True):
            spent = seconds_of(case.run, device)
            if number:
                seconds.append(spent)
    print(f"\n{cases[0].group}, {rounds} rounds")
    print(f"{'':<34}{'images/s':>10}{'times the first':>18}{'lowest ... highest':>22}")
    for case, seconds in zip(cases, times, strict=True):
        ratios = [first / own for first, own in zip(times[0], seconds, strict=True)]
        speed = case.images / statistics.median(seconds)
        spread = f"{min(ratios):.2f} ... {max(ratios):.2f}"
        print(f"{case.name:<34}{speed:>10.1f}{statistics.median(ratios):>18.2f}{spread:>22}")


if __name__ == "__main__":
    main()
