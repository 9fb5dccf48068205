from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from augscore.studies.figures.sweeps import SWEEPS
from tests.studies.agreement.folders import turn_only
from tests.studies.agreement.functional.stand_in import write_packages

_NAMES = ("imagecorruptions", "skimage", "skimage.filters")


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The packages of corruptions, whether or not real ones are installed."""
    write_packages(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    for name in _NAMES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield
    for name in _NAMES:
        sys.modules.pop(name, None)


@pytest.fixture
def few_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crop, a turn, a colour and noise: all of them take a while."""
    names = ("RandomResizedCrop.scale", "Rotate.degrees", "Hue.turns", "GaussianNoise.sd")
    turn_only(monkeypatch, [sweep for sweep in SWEEPS if sweep.name in names])
