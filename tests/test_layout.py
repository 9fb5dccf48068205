"""The shape of the tree: packages, budgets, the public door, versions, declared dependencies."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import augscore

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SOURCES = sorted(p for top in ("augscore", "cli", "assets") for p in (ROOT / top).rglob("*.py"))
# One option after another.
LONGER = {"cli/measure_settings.py:measure_options", "augscore/training/train.py:train"}
FILE_LINES = 400
FUNCTION_LINES = 60
IMPORT_CPU_SECONDS = 0.5


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_every_package_is_in_the_list_that_the_wheel_is_made_from() -> None:
    homes = {"augscore": "augscore", "cli": "augscore_cli"}
    there = {
        ".".join((homes[parts[0]], *parts[1:]))
        for path in SOURCES
        if path.name == "__init__.py"
        if (parts := path.parent.relative_to(ROOT).parts)[0] != "assets"
    }
    assert there | {"augscore_assets"} == set(PYPROJECT["tool"]["setuptools"]["packages"])


def test_every_folder_with_code_of_the_library_is_a_package() -> None:
    bare = {
        relative(path.parent)
        for path in SOURCES
        if path.is_relative_to(ROOT / "augscore") or path.is_relative_to(ROOT / "cli")
        if not (path.parent / "__init__.py").is_file()
    }
    assert not bare


def test_files_stay_short() -> None:
    lines = {relative(p): len(p.read_text(encoding="utf-8").splitlines()) for p in SOURCES}
    assert {p: n for p, n in lines.items() if n > FILE_LINES and p not in LONGER} == {}


def test_functions_stay_short() -> None:
    lines = {
        f"{relative(path)}:{f.name}": (f.end_lineno or f.lineno) - f.lineno + 1
        for path in SOURCES
        for f in functions(path)
    }
    assert {f: n for f, n in lines.items() if n > FUNCTION_LINES and f not in LONGER} == {}


def test_no_function_of_the_library_passes_on_what_it_does_not_name() -> None:
    library = [p for p in SOURCES if p.is_relative_to(ROOT / "augscore")]
    assert [f"{relative(p)}:{f.name}" for p in library for f in functions(p) if f.args.kwarg] == []


def test_importing_augscore_is_light() -> None:
    code = (
        "import sys, time; began = time.process_time(); import augscore\n"
        "print(time.process_time() - began, *sorted({'torch', 'numpy', 'rich'} & set(sys.modules)))"
    )
    child = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    seconds, *heavy = child.stdout.split()
    assert heavy == []
    assert float(seconds) < IMPORT_CPU_SECONDS


def test_every_public_name_loads_and_nothing_else_is_public() -> None:
    assert dir(augscore) == sorted(augscore.__all__)
    assert len(set(augscore.__all__)) == len(augscore.__all__)
    for name in augscore.__all__:
        assert getattr(augscore, name) is not None
    with pytest.raises(AttributeError, match="no_such_name"):
        augscore.no_such_name  # noqa: B018


def test_type_checkers_see_the_names_that_are_loaded() -> None:
    seen = {
        alias.name: node.module
        for block in ast.parse(Path(augscore.__file__).read_text(encoding="utf-8")).body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    }
    folders = {folder: "augscore" for folder in augscore._FOLDERS}
    assert seen == augscore._HOMES | folders


def test_no_public_name_is_also_a_sub_package() -> None:
    """Loading the sub-package would put the module in the name's place."""
    modules = {module.name for module in pkgutil.iter_modules(augscore.__path__)}
    assert not modules & set(augscore.__all__)


def test_one_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d+\.\d+\.\d+\S*)\]", changelog, re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == augscore.__version__ == PYPROJECT["project"]["version"]


def test_contributing_gives_a_reason_for_every_dependency() -> None:
    project = PYPROJECT["project"]
    declared = [
        *project["dependencies"],
        *(d for extra in project["optional-dependencies"].values() for d in extra),
    ]
    reasons = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Dependencies")[2]
    names = {re.split(r"[<>=!~;\[ ]", dependency)[0] for dependency in declared}
    assert {name for name in names if f"`{name}`" not in reasons} == set()
