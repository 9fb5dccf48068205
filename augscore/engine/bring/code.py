"""`file.py:attr` and `module:attr`: a pipeline in the user's own code, which is run to get it."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from types import ModuleType
from typing import Any

from augscore.errors import UsageError

_REFERENCE = re.compile(r"(?P<home>.+\.py|[^\W\d]\w*(\.[^\W\d]\w*)*):(?P<attr>[^\W\d][\w.]*)")


def is_code(name: str) -> bool:
    """Whether this names an object in code rather than a preset or a file."""
    return _REFERENCE.fullmatch(name) is not None


def code_file(name: str) -> Path | None:
    """The file of `file.py:attr`; None for anything else."""
    match = _REFERENCE.fullmatch(name)
    return Path(match["home"]) if match and match["home"].endswith(".py") else None


def code_home(name: str) -> str:
    """The file that Python knows the code of `file.py:attr` or `module:attr` by, once it was
    loaded; "" where there is none."""
    file = code_file(name)
    if file is not None:
        return os.path.abspath(file)
    module = sys.modules.get(name.partition(":")[0])
    return getattr(module, "__file__", None) or ""


def load(name: str) -> Any:
    """Run the code and return the object.

    Raises UsageError: `not_found` for a file, module or attribute that is not there, `code_raised`
    for code that fails.
    """
    match = _REFERENCE.fullmatch(name)
    assert match is not None
    home = match["home"]
    module = _from_file(Path(home)) if home.endswith(".py") else _from_name(home)
    try:
        return reduce(getattr, match["attr"].split("."), module)
    except AttributeError as error:
        told = f"{home!r} has no {match['attr']!r}"
        raise UsageError(told, code="not_found", hint="FILE.py:NAME or MODULE:NAME") from error


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UsageError(f"cannot find {str(path)!r}", code="not_found")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with _told(str(path)):
        spec.loader.exec_module(module)
    return module


def _from_name(name: str) -> ModuleType:
    # As with `python -m`, modules of the folder that one is in are found first.
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        with _told(name):
            return importlib.import_module(name)
    finally:
        sys.path.remove(here)


@contextmanager
def _told(whose: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(f"{whose!r}: {error}", code="not_found") from error
    except Exception as error:
        told = f"{whose!r} raised {type(error).__name__}: {error}"
        raise UsageError(told, code="code_raised", hint="Run it on its own first") from error
