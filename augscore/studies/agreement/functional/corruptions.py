"""The 19 corruptions of ImageNet-C (Hendrycks & Dietterich 2019), by the package imagecorruptions.

They have ImageNet-C's strengths at every size, so that on 32 px nothing of them is CIFAR-10-C. The
package asks for parts of NumPy, scikit-image and setuptools that are gone; they are lent to it for
as long as it works, and so is NumPy's global state of random numbers.
"""

from __future__ import annotations

import importlib
import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

import numpy as np
import torch

from augscore.errors import HostError

SEVERITIES = (1, 2, 3, 4, 5)
_PACKAGE = "imagecorruptions"
_HOW = "pip install scikit-image && pip install --no-deps imagecorruptions"
"""Its own dependencies would bring a second OpenCV over the one that albumentations has."""


class Corrupt(Protocol):
    def __call__(self, images: torch.Tensor, name: str, severity: int, /) -> torch.Tensor:
        """uint8 (N, 3, H, W), sides from 32 px, → the same; equal calls give equal pictures."""


@contextmanager
def corruptions() -> Iterator[tuple[tuple[str, ...], Corrupt]]:
    """The names, and the function, which is good within the block alone.

    Raises HostError where the package is missing.
    """
    with _lent_parts():
        package = _imported(_PACKAGE)
        names = tuple(package.get_corruption_names("all"))

        def corrupt(images: torch.Tensor, name: str, severity: int, /) -> torch.Tensor:
            np.random.seed(severity)
            arrays = images.permute(0, 2, 3, 1).numpy()
            made = [package.corrupt(image, severity, name) for image in arrays]
            return torch.from_numpy(np.stack(made)).permute(0, 3, 1, 2).contiguous()

        yield names, corrupt


@contextmanager
def _lent_parts() -> Iterator[None]:
    state = np.random.get_state()
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(_module("pkg_resources", _resources()))
        stack.enter_context(patch.object(np, "float_", np.float64, create=True))
        filters: Any = _imported("skimage.filters")
        stack.enter_context(patch.object(filters, "gaussian", _by_channel_axis(filters.gaussian)))
        try:
            yield
        finally:
            np.random.set_state(state)


@contextmanager
def _module(name: str, module: types.ModuleType) -> Iterator[None]:
    """Imported under this name within the block; what else is imported there stays."""
    old = sys.modules.get(name)
    sys.modules[name] = module
    try:
        yield
    finally:
        if old is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = old


def _resources() -> types.ModuleType:
    def resource_filename(name: str, path: str) -> str:
        return str(Path(_imported(name).__file__).parent / path)

    module = types.ModuleType("pkg_resources")
    vars(module)["resource_filename"] = resource_filename
    return module


def _by_channel_axis(gaussian: Any) -> Any:
    def renamed(
        image: Any,
        sigma: float,
        *,
        multichannel: bool = False,
        mode: str = "nearest",
        truncate: float = 4.0,
    ) -> Any:
        axis = -1 if multichannel else None
        return gaussian(image, sigma=sigma, mode=mode, truncate=truncate, channel_axis=axis)

    return renamed


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise HostError(
            f"corruptions need {error.name}",
            code="library_missing",
            hint=_HOW,
        ) from error
