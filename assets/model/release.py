"""Put a trained run in the package: `python assets/model/release.py RUN [--version 1.0]`.

Copies RUN/model.safetensors under the name `default`, and writes the facts that `augscore
--version` shows without loading it.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from augscore.outputs import write_json
from augscore.score.model import load_model, save_model

HERE = Path(__file__).parent
LARGEST_BYTES = 4_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="the folder that `augscore train score` made")
    parser.add_argument("--version", default="1.0")
    arguments = parser.parse_args()
    release(arguments.run, arguments.version)


def release(run: Path, version: str) -> None:
    target = HERE / "default.safetensors"
    model = load_model(run / "model.safetensors")
    card = replace(model.card, name="default", version=version)
    save_model(target, model.denoiser, card, model.calibration)
    size = target.stat().st_size
    if size > LARGEST_BYTES:
        raise SystemExit(f"{target} has {size:,} bytes, more than {LARGEST_BYTES:,}")
    digest = load_model(target).sha256
    data = card.data
    facts = {
        "name": card.name,
        "version": version,
        "sha256": digest,
        "about": f"working size {card.working_size} px, "
        f"{data.images + data.held_out} freely licensed photographs (ASSETS.md)",
        "licence": "MIT",
    }
    write_json(HERE / "default.json", facts)
    print(json.dumps({"bytes": size, **facts}))


if __name__ == "__main__":
    main()
