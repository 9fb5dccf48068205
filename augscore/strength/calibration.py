"""What turns a network into an instrument: lens, channel standards, ladders, clean statistics.

Stored as JSON in the model file, under a version of the reading; another version is refused.
"""

from __future__ import annotations

import shlex
from dataclasses import asdict, dataclass

import torch

from augscore.errors import ModelError
from augscore.json_values import Json, mapping, number, numbers, sequence, whole
from augscore.strength.ladder import Ladder, between
from augscore.strength.readings import STRENGTH, Standards
from augscore.strength.sight import Lens
from augscore.strength.typicality import CleanNorms


@dataclass(frozen=True)
class Calibration:
    """`ladders` has one entry an image size: the working size first, then smaller ones. They come
    from so many `crops` of so many `images`."""

    lens: Lens
    standards: Standards
    ladders: tuple[Ladder, ...]
    clean_norms: CleanNorms
    crops: int
    images: int

    def ladder_for(self, side: int) -> Ladder:
        """For a view whose short side is `side` px: in between those of the nearest larger and the
        nearest smaller size; beyond them the last one."""
        larger = [ladder for ladder in self.ladders if ladder.size >= side]
        smaller = [ladder for ladder in self.ladders if ladder.size < side]
        if not larger:
            return self.ladders[0]
        if not smaller or larger[-1].size == side:
            return larger[-1]
        return between(smaller[0], larger[-1], side)

    def to_json(self) -> dict[str, object]:
        standards = self.standards
        return {
            "reading": STRENGTH,
            "lens": asdict(self.lens),
            "standards": {
                "feature_mean": _rounded(standards.feature_mean),
                "feature_sd": _rounded(standards.feature_sd),
                "error_mean": _rounded(standards.error_mean),
                "error_sd": _rounded(standards.error_sd),
                "unrelated": list(standards.unrelated),
            },
            "ladders": [asdict(ladder) for ladder in self.ladders],
            "clean_norms": asdict(self.clean_norms),
            "crops": self.crops,
            "images": self.images,
        }


def calibration_from_json(block: Json, model: str = "MODEL") -> Calibration:
    """`model` is what its user calls it. Raises ModelError for another version of the reading or an
    incomplete block."""
    if block.get("reading") != STRENGTH:
        raise ModelError(
            f"the model was calibrated for reading {block.get('reading')!r}, this augscore reads "
            f"{STRENGTH!r}",
            code="model_version",
            hint="Calibrate it anew with: augscore model calibrate "
            f"{shlex.quote(model)} --data IMAGES",
        )
    try:
        return _parse(block)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"the model's calibration is incomplete ({error})",
            code="model_mismatch",
            hint="Train or copy the model again",
        ) from error


def _parse(block: Json) -> Calibration:
    lens, standards, clean = (
        mapping(block["lens"]),
        mapping(block["standards"]),
        mapping(block["clean_norms"]),
    )
    return Calibration(
        lens=Lens(whole(lens["working_size"]), number(lens["sigma"]), numbers(lens["norm_sigmas"])),
        standards=Standards(
            feature_mean=torch.tensor(numbers(standards["feature_mean"])),
            feature_sd=torch.tensor(numbers(standards["feature_sd"])),
            error_mean=torch.tensor(numbers(standards["error_mean"])),
            error_sd=torch.tensor(numbers(standards["error_sd"])),
            unrelated=numbers(standards["unrelated"]),
        ),
        ladders=tuple(ladder_from_json(mapping(row)) for row in sequence(block["ladders"])),
        clean_norms=CleanNorms(
            numbers(clean["mean"]),
            tuple(numbers(row) for row in sequence(clean["covariance"])),
            numbers(clean["distances"]),
        ),
        crops=whole(block["crops"]),
        images=whole(block["images"]),
    )


def ladder_from_json(row: Json) -> Ladder:
    return Ladder(
        whole(row["size"]),
        numbers(row["noise_sds"]),
        numbers(row["strengths"]),
        number(row["floor"]),
        numbers(row["lows"]),
        numbers(row["highs"]),
    )


def _rounded(values: torch.Tensor) -> list[float]:
    """float32 values, written so that they read back as the same float32."""
    return [float(f"{v:.9g}") for v in values.tolist()]
