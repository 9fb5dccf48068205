"""The command that `eval` and `train METHOD` propose for a backbone that is done."""

from __future__ import annotations

import shlex
from pathlib import Path

from .names import shown, shown_path


def export_command(run: Path, arch: str) -> str:
    """`export` in its default format; augscore's own network goes to ONNX alone."""
    suffix = "onnx" if arch == "small" else "safetensors"
    words = ["augscore", "export", shown_path(run), "-o", f"encoder.{suffix}"]
    return shown(shlex.join(words))
