"""The one command that `measure` proposes next."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from .measure_settings import MeasureSettings
from .names import shown

if TYPE_CHECKING:
    from augscore.measuring.measurement import Measurement

_SHAPING = {
    "policy": "simclr",
    "views": 1,
    "model": "default",
    "size": None,
    "limit": None,
    "sample": None,
    "max_pixels": 100_000_000,
    "seed": None,
    "shard": None,
}


def next_command(settings: MeasureSettings, result: Measurement) -> str:
    if result.summary is not None and result.summary.outside_clean_range:
        return remedy(settings)
    if settings.out is None:
        return again(settings, "--out", "measured")
    if settings.list is None:
        return again(settings, "--list", "least-typical.csv")
    return "augscore policy list"


def remedy(settings: MeasureSettings) -> str:
    originals = settings.reference or (settings.paths[0] if settings.paths else None)
    folder = shown(shlex.quote(str(originals))) if originals is not None else "FOLDER"
    return f"augscore train score {folder} --out runs/score"


def once_more(settings: MeasureSettings) -> str:
    """After an interruption: the same command, into the same folder."""
    return again(settings, *(("--out", str(settings.out)) if settings.out is not None else ()))


def again(settings: MeasureSettings, *more: str) -> str:
    """This command, with what shapes its result."""
    words = ["augscore", "measure", *(str(p) for p in settings.paths)]
    named = {
        "--reference": settings.reference,
        "--pairs": settings.pairs,
        "--labels": settings.labels,
    }
    for option, value in named.items():
        words += [option, str(value)] if value is not None else []
    for name, default in _SHAPING.items():
        value = getattr(settings, name)
        words += [f"--{name.replace('_', '-')}", str(value)] if value != default else []
    words += ["--allow-code"] if settings.allow_code else []
    return shown(shlex.join([*words, *more]))
