"""`augscore --version`: which release, which bundled model, which schema; without torch."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from importlib.resources import files

SCHEMA = 1


@dataclass(frozen=True)
class BundledModel:
    """`about` and `licence` are sentences, empty where the card has none."""

    name: str
    version: str
    sha256: str
    about: str
    licence: str


def bundled_model() -> BundledModel | None:
    """What assets/model/default.json says, or None where no model is installed."""
    card = files("augscore_assets") / "model" / "default.json"
    if not card.is_file():
        return None
    facts = json.loads(card.read_text(encoding="utf-8"))
    return BundledModel(
        facts["name"],
        facts["version"],
        facts["sha256"],
        facts.get("about", ""),
        facts.get("licence", ""),
    )


def version_line() -> str:
    from augscore import __version__

    model = bundled_model()
    named = (
        f"{model.name} model {model.version} sha256 {model.sha256[:8]}"
        if model
        else "no bundled model"
    )
    return f"augscore {__version__} ({named}, schema {SCHEMA})"


def version_details() -> list[str]:
    """Slow: what `-v --version` adds."""
    import torch

    from augscore.runtime import pick_device

    python = ".".join(str(part) for part in sys.version_info[:3])
    return [f"Python {python}", f"torch {torch.__version__}", f"device {pick_device('auto')}"]
