"""Metrics of others, read beside strength: by the package piq (extra `metrics`), and only if asked.

They get pictures as they are, in [0, 1]; all take those of 32 px, the smallest that a judge shows.
How far a metric shrinks them inside, as DISTS does to a short side of 256 px, is its own. A
similarity is turned into 1 − similarity, at least 0.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from augscore.errors import HostError, UsageError
from augscore.nearest import did_you_mean
from augscore.studies.agreement.contenders import Contender, Distance, of_distance

PACKAGE = "piq"


@dataclass(frozen=True)
class Metric:
    """`make`: from the package to a distance; those that learned download their weights there."""

    option: str
    shown: str
    make: Callable[[Any], Distance]


def _similarity(name: str) -> Callable[[Any], Distance]:
    def make(piq: Any) -> Distance:
        similarity = getattr(piq, name)
        return lambda a, b: (1 - similarity(a, b, reduction="none")).clamp(min=0)

    return make


def _deviation(name: str) -> Callable[[Any], Distance]:
    def make(piq: Any) -> Distance:
        deviation = getattr(piq, name)
        return lambda a, b: deviation(a, b, reduction="none")

    return make


def _learned(name: str) -> Callable[[Any], Distance]:
    def make(piq: Any) -> Distance:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                network = getattr(piq, name)(reduction="none").eval()
        except (OSError, RuntimeError) as error:
            raise HostError(
                f"the weights of {name} cannot be downloaded ({error})",
                code="download_failed",
                hint=f"Connect to the internet once, or leave {name.lower()} out of --metrics",
            ) from error
        return lambda a, b: network(a, b).flatten()

    return make


METRICS = (
    Metric("haarpsi", "1 - HaarPSI", _similarity("haarpsi")),
    Metric("mdsi", "MDSI", _deviation("mdsi")),
    Metric("fsim", "1 - FSIMc", _similarity("fsim")),
    Metric("vsi", "1 - VSI", _similarity("vsi")),
    Metric("gmsd", "GMSD", _deviation("gmsd")),
    Metric("lpips", "LPIPS", _learned("LPIPS")),
    Metric("dists", "DISTS", _learned("DISTS")),
)
"""HaarPSI (Reisenhofer et al. 2018), MDSI (Nafchi et al. 2016), FSIMc (Zhang et al. 2011), VSI
(Zhang et al. 2014), GMSD (Xue et al. 2014); trained on people's answers: LPIPS (Zhang et al. 2018),
DISTS (Ding et al. 2020), both with VGG-16."""


def load_metrics(names: Sequence[str], device: torch.device) -> tuple[Contender, ...]:
    """By the names of `--metrics`, on CUDA where that is the device, else on the CPU.

    Raises UsageError for an unknown name; HostError `library_missing` without the package,
    `download_failed` where weights cannot be had.
    """
    metrics = [_metric(name) for name in dict.fromkeys(names)]
    if not metrics:
        return ()
    piq = _package()
    place = device if device.type == "cuda" else torch.device("cpu")
    return tuple(of_distance(one.shown, _on(place, one.make(piq))) for one in metrics)


def any_metric(contenders: Iterable[str]) -> bool:
    """Whether one of them, as tables show it, is a metric of others."""
    return not {metric.shown for metric in METRICS}.isdisjoint(contenders)


def package_version() -> str | None:
    try:
        return f"{PACKAGE} {version(PACKAGE)}"
    except PackageNotFoundError:
        return None


def _metric(name: str) -> Metric:
    found = next((metric for metric in METRICS if metric.option == name), None)
    if found is None:
        known = [metric.option for metric in METRICS]
        raise UsageError(
            f"no metric is named {name!r}",
            code="usage",
            hint=did_you_mean(name, known),
        )
    return found


def _package() -> Any:
    try:
        return importlib.import_module(PACKAGE)
    except ImportError as error:
        raise HostError(
            f"--metrics needs the package {PACKAGE}",
            code="library_missing",
            hint="pip install 'augscore[metrics]'",
        ) from error


def _on(device: torch.device, distance: Distance) -> Distance:
    def measured(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return distance(a.to(device).clamp(0, 1), b.to(device).clamp(0, 1)).cpu()

    return measured
