"""What augscore needs of a machine, checked one thing at a time; a check never raises."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from augscore.errors import AugscoreError

from .figures import plural
from .version import bundled_model

LEAST_PYTHON = (3, 11)
CHILD_SECONDS = 120


@dataclass(frozen=True)
class Check:
    name: str
    passed: bool
    text: str


class Failed(Exception):
    """A check's own refusal, in words."""


def run_checks(device: str) -> list[Check]:
    named: list[tuple[str, Callable[[], str]]] = [
        ("python", _python),
        ("torch", _torch),
        ("device", lambda: _device(device)),
        ("torchvision", _torchvision),
        ("kornia", _kornia),
        ("decoder", _decoder),
        ("kernels", _kernels),
        ("model", _model),
        ("temp", _temp_folder),
    ]
    return [_checked(name, check) for name, check in named]


def _checked(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, True, check())
    except Failed as refusal:
        return Check(name, False, str(refusal))
    except AugscoreError as error:
        return Check(name, False, str(error))
    except Exception as error:
        return Check(name, False, f"{name}: {type(error).__name__}: {error}")


def _python() -> str:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < LEAST_PYTHON:
        raise Failed(f"Python {found}: augscore needs 3.11 or newer")
    return f"Python {found}"


def _torch() -> str:
    import torch

    return f"torch {torch.__version__}, {plural(torch.get_num_threads(), 'thread')}"


def _device(name: str) -> str:
    import torch

    from augscore.runtime import pick_device

    chosen = pick_device(name)
    torch.ones(4, device=chosen).sum().item()
    return f"device {chosen}"


def _torchvision() -> str:
    """In a child: a build for another torch fails while it is imported, and may end the process."""
    code = "import torchvision, torchvision.ops; print(torchvision.__version__)"
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        timeout=CHILD_SECONDS,
        check=False,
    )
    if child.returncode:
        reason = child.stderr.strip().splitlines()[-1:] or ["it ended without a word"]
        raise Failed(
            f"torchvision cannot be imported ({reason[0]}): "
            "install torch and torchvision from one index"
        )
    return f"torchvision {child.stdout.strip()}"


def _kornia() -> str:
    import kornia
    import torch

    kornia.enhance.adjust_hue(torch.full((1, 3, 2, 2), 0.5), 0.1)
    return f"kornia {kornia.__version__}"


def _decoder() -> str:
    from importlib.metadata import version

    from kornia_rs.io import decode_image_jpegturbo
    from PIL import Image

    jpeg = io.BytesIO()
    Image.new("RGB", (8, 8)).save(jpeg, "JPEG")
    pixels = decode_image_jpegturbo(jpeg.getvalue(), "rgb")
    if tuple(pixels.shape) != (8, 8, 3):
        raise Failed(f"kornia_rs decoded a JPEG of 8 x 8 to {tuple(pixels.shape)}")
    return f"kornia_rs {version('kornia_rs')} decodes JPEG"


def _kernels() -> str:
    """Not having them is no failure: torch does the same, more slowly."""
    import torch

    from augscore.engine.kernels.available import has_kernels

    devices = [torch.device("cpu"), *([torch.device("cuda")] if torch.cuda.is_available() else [])]
    have = [device.type for device in devices if has_kernels(device)]
    lack = [device.type for device in devices if not has_kernels(device)]
    ways = {"cpu": "no C compiler was found at installation", "cuda": "no Triton is installed"}
    told = [f"kernels for {' and '.join(have)}"] if have else []
    return ", ".join(told + [f"none for {name}: {ways[name]}" for name in lack])


def _model() -> str:
    known = bundled_model()
    if known is None:
        raise Failed("no bundled model is installed: install augscore again")
    from augscore.strength.scorer import load_scorer

    found = load_scorer(None, "cpu").model.sha256
    if found != known.sha256:
        raise Failed(f"bundled model has sha256 {found[:8]}, its card says {known.sha256[:8]}")
    return f"model {known.name} {known.version}, sha256 {found[:8]}"


def _temp_folder() -> str:
    folder = Path(tempfile.gettempdir())
    with tempfile.NamedTemporaryFile(prefix="augscore-doctor-") as file:
        file.write(b"x")
        file.flush()
    return f"temporary files in {folder}"
