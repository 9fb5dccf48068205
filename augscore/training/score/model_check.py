"""Does a model keep its word on photographs that it never saw? Three tables, kept in its card.

1. Denoising error against the Wiener denoiser, whose spectrum comes from one half of the very
   photographs, judged on the other half: a bar that knows the test's own statistics.
2. Rising steps of strength and of the score norm along six ladders.
3. Which of sixteen everyday changes each reading notices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from augscore.errors import InputError
from augscore.images.batches import read
from augscore.images.find import find
from augscore.images.records import Candidate, Picture
from augscore.images.resize import bring_to_size
from augscore.json_values import Json, mapping, number, numbers, sequence, text, whole
from augscore.runtime import Progress, ProgressSink
from augscore.score.crops import CropPool
from augscore.score.model import ScoreModel, save_model
from augscore.score.wiener import ErrorRow
from augscore.strength.evidence import RisingRow, rising_table
from augscore.strength.scorer import Scorer
from augscore.strength.seen import SeenRow, seen_table
from augscore.training.score.scales import Scales, at_sides
from augscore.training.score.verdict import denoising_errors

FEWEST_IMAGES = 4


@dataclass(frozen=True)
class Evidence:
    """`images` photographs at a short side of `size` px."""

    images: int
    size: int
    denoising: tuple[ErrorRow, ...]
    rising: tuple[RisingRow, ...]
    seen: tuple[SeenRow, ...]

    def to_json(self) -> dict[str, object]:
        return {
            "images": self.images,
            "size": self.size,
            "denoising": [asdict(row) | {"ratio": row.ratio} for row in self.denoising],
            "rising": [asdict(row) for row in self.rising],
            "seen": [asdict(row) for row in self.seen],
        }


def check_model(
    scorer: Scorer, paths: Sequence[Path], *, limit: int | None, progress: ProgressSink
) -> Evidence:
    """Read the photographs of `paths` (the first `limit`) and make the tables.

    Raises InputError for fewer than four images of the working size or more.
    """
    size = scorer.calibration.lens.working_size
    pictures = _pictures(paths, size, limit, progress)
    if len(pictures) < FEWEST_IMAGES:
        raise InputError(
            f"a check needs at least {FEWEST_IMAGES} images with a short side of {size} px or "
            f"more, found {len(pictures)}",
            code="too_few_images",
        )
    versions = tuple(at_sides(p.pixels, (size,)) for p in pictures)
    crop = scorer.model.card.data.crop
    progress(Progress("denoising", 0, None, "crops"))
    denoising = denoising_errors(
        scorer.model.denoiser,
        CropPool(versions[::2], crop),
        CropPool(versions[1::2], crop),
        Scales(size, crop, (size,)),
        seed=0,
    )
    images = torch.stack([bring_to_size(p.pixels, size) for p in pictures])

    def on_ladder(done: int, total: int) -> None:
        progress(Progress("climbing ladders", done, total, "ladders"))

    def on_change(done: int, total: int) -> None:
        progress(Progress("changing", done, total, "changes"))

    rising = rising_table(scorer, images, on_ladder)
    return Evidence(len(pictures), size, denoising, rising, seen_table(scorer, images, on_change))


def save_evidence(path: Path, model: ScoreModel, evidence: Evidence) -> None:
    """Put the tables in the card of the model's file."""
    card = replace(model.card, evidence=evidence.to_json())
    save_model(path, model.denoiser, card, model.calibration)


def evidence_from_json(block: Json) -> Evidence:
    """Back from a card; raises TypeError or KeyError for another shape."""
    return Evidence(
        images=whole(block["images"]),
        size=whole(block["size"]),
        denoising=tuple(_error_row(mapping(row)) for row in sequence(block["denoising"])),
        rising=tuple(_rising_row(mapping(row)) for row in sequence(block["rising"])),
        seen=tuple(_seen_row(mapping(row)) for row in sequence(block.get("seen", []))),
    )


def _error_row(row: Json) -> ErrorRow:
    return ErrorRow(number(row["sigma"]), number(row["network"]), number(row["wiener"]))


def _rising_row(row: Json) -> RisingRow:
    return RisingRow(
        str(row["name"]),
        str(row["unit"]),
        numbers(row["rungs"]),
        numbers(row["medians"]),
        number(row["strength"]),
        number(row["score_norm"]),
        number(row["pixel_rms"]),
    )


def _seen_row(row: Json) -> SeenRow:
    noise_sd = row["noise_sd"]
    return SeenRow(
        name=text(row["name"]),
        median=number(row["median"]),
        noise_sd=None if noise_sd is None else number(noise_sd),
        strength=number(row["strength"]),
        score_gap=number(row["score_gap"]),
        typicality=number(row["typicality"]),
        pixel_rms=number(row["pixel_rms"]),
    )


def _pictures(
    paths: Sequence[Path], size: int, limit: int | None, progress: ProgressSink
) -> list[Picture]:
    candidates = [f for f in find(paths) if isinstance(f, Candidate)][:limit]
    pictures: list[Picture] = []
    for done, item in enumerate(read(candidates, workers=0)):
        progress(Progress("reading", done + 1, len(candidates), "images"))
        if isinstance(item, Picture) and min(item.pixels.shape[1:]) >= size:
            pictures.append(item)
    return pictures
