"""What a file that is not read costs, against decoding a good one of the same size."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from augscore.images.decode import decode
from augscore.images.find import find
from augscore.images.records import Candidate, Skipped
from tests.bad_inputs import make
from tests.bad_inputs.encode import jpeg, photo
from tests.benchmarks.case import Case, Setting

SIZE = (500, 375)
TIMES = 20
OF_CONTENT = range(17, 51)
"""The numbers of the files that are opened, whatever their names."""


def cases(setting: Setting) -> list[Case]:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    image = photo(*SIZE)
    make.put(folder, "good.jpg", jpeg(image))
    for number in OF_CONTENT:
        (folder / str(number)).mkdir()
        make.MAKERS[number](folder / str(number), image)
    good = Candidate(folder / "good.jpg", "good.jpg")
    opaque = Candidate(folder / "37/opaque.png", "37/opaque.png")
    clear = Candidate(folder / "37/clear.png", "37/clear.png")
    return [
        *_group("a file that is not read, against a good JPEG", [good, *_refused(folder)]),
        *_group("a transparent PNG, against the same one opaque", [opaque, clear]),
    ]


def _refused(folder: Path) -> list[Candidate]:
    candidates = [found for found in find([folder]) if isinstance(found, Candidate)]
    return [c for c in candidates if isinstance(decode(c), Skipped)]


def _group(group: str, files: list[Candidate]) -> list[Case]:
    return [Case(group, _name(file), TIMES, _decoded(file)) for file in files]


def _name(file: Candidate) -> str:
    result = decode(file)
    return f"{file.name} {result.reason}" if isinstance(result, Skipped) else file.name


def _decoded(file: Candidate) -> Callable[[], object]:
    return lambda: [decode(file) for _ in range(TIMES)]
