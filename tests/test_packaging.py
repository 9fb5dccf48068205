"""The wheel: what is inside, and that it runs alone, from another folder."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "assets" / "samples"
LARGEST_WHEEL = 8 << 20

pytestmark = pytest.mark.slow


def _run(*arguments: str | Path, cwd: Path, path: Path | None = None) -> str:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AUGSCORE_", "PYTHON"))}
    if path is not None:
        env["PYTHONPATH"] = str(path)
    child = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert child.returncode == 0, child.stdout[-2000:] + child.stderr[-2000:]
    return child.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from an sdist, so that a file which the sdist lacks is missed here."""
    out = tmp_path_factory.mktemp("dist")
    _run("-P", "-m", "build", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    _run("-m", "pip", "install", "--quiet", "--no-deps", "--target", target, wheel, cwd=target)
    return target


def test_the_wheel_holds_what_it_should_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    samples = {f"augscore_assets/samples/{p.name}" for p in SAMPLES.glob("*.[jp][pn]g")}
    assert len(samples) == 12
    assert names >= samples | {
        "augscore/py.typed",
        "augscore/auditing/report/page/page.css",
        "augscore/auditing/report/page/page.js",
        "augscore_cli/py.typed",
        "augscore_assets/ASSETS.md",
        "augscore_assets/model/default.safetensors",
        "augscore_assets/model/default.json",
        "augscore_assets/recipes/README.md",
        "augscore_assets/recipes/cifar10.toml",
        "augscore_assets/recipes/policies/multi-crop-32.yaml",
    }
    schemas = {f"augscore/schemas/{p.name}" for p in (ROOT / "augscore/schemas").glob("*.json")}
    assert schemas
    assert names >= schemas
    tops = {name.split("/")[0] for name in names}
    assert {t for t in tops if not t.endswith(".dist-info")} == {
        "augscore",
        "augscore_cli",
        "augscore_assets",
    }
    assert wheel.stat().st_size < LARGEST_WHEEL


def test_every_module_of_the_checkout_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder, home in (("augscore", "augscore"), ("cli", "augscore_cli")):
        modules = {p.relative_to(ROOT / folder).as_posix() for p in (ROOT / folder).rglob("*.py")}
        assert {f"{home}/{module}" for module in modules} - names == set()


def test_the_wheel_runs_alone_from_another_folder(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "import augscore, augscore_cli, augscore_assets as a; print(augscore.__file__, a.__file__)"
    )
    homes = _run("-P", "-c", code, cwd=tmp_path, path=unpacked).split()
    assert all(Path(home).is_relative_to(unpacked) for home in homes)
    screen = _run("-P", "-m", "augscore_cli", "measure", SAMPLES, cwd=tmp_path, path=unpacked)
    assert screen.startswith("12 images")
    assert "strength [noise sd]" in screen


def test_the_bundled_model_is_small() -> None:
    assert (ROOT / "assets/model/default.safetensors").stat().st_size <= 4 << 20
