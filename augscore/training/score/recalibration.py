"""Calibrate a finished network for this version of the reading: its weights stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from augscore.errors import InputError
from augscore.images.find import find
from augscore.images.records import Skipped
from augscore.outputs import check_writable
from augscore.runtime import ProgressSink, pick_device
from augscore.score.crops import DrawnCrops
from augscore.score.model import ModelCard, ScoreModel, load_model, save_model
from augscore.strength.calibrate import calibrate
from augscore.strength.calibration import Calibration
from augscore.training.score.photo_pool import FEWEST_IMAGES, PhotoPool, read_pool
from augscore.training.score.plan import CALIBRATION_CROPS
from augscore.training.score.scales import Scales, working_crops
from augscore.training.score.source import Files


@dataclass(frozen=True)
class Recalibrated:
    """The model as its file has it now; `lost`: tables that its card had, and has no more."""

    model: ScoreModel
    calibration: Calibration
    skipped: tuple[Skipped, ...]
    lost: bool


def calibrate_anew(
    path: Path, paths: Sequence[Path], *, device: str, progress: ProgressSink
) -> Recalibrated:
    """Measure the ladders of the model at `path` on the images of `paths`, and write it there.

    What a check and judges found is dropped from the card: it was with the calibration before. With
    the images of the training the result is what training would have written. Raises ModelError for
    a file that is no model, InputError (`no_images`, `too_few_images`) for fewer than two images
    that reach its working size.
    """
    model = load_model(path)
    check_writable(path)
    target = pick_device(device)
    pool = _pool(model.card, paths, progress)
    clean = _clean(model.card, pool)
    denoiser = model.denoiser.to(target)
    calibration = calibrate(denoiser, clean, model.card.working_size, progress)
    card = replace(model.card, evidence={}, agreement={})
    save_model(path, denoiser, card, calibration.to_json())
    return Recalibrated(load_model(path), calibration, pool.skipped, card != model.card)


def _pool(card: ModelCard, paths: Sequence[Path], progress: ProgressSink) -> PhotoPool:
    source = Files(tuple(find(paths)))
    if not source.names:
        raise InputError("no image in the folder", code="no_images")
    scales = Scales(card.working_size, card.data.crop, card.data.scales)
    return read_pool(source, scales, seed=_seed(card), workers=0, progress=progress)


def _clean(card: ModelCard, pool: PhotoPool) -> DrawnCrops:
    crops = working_crops(pool.train, card.working_size, count=CALIBRATION_CROPS, seed=_seed(card))
    if crops is None or sum(pool.image_counts) < FEWEST_IMAGES:
        raise InputError(
            f"calibrating needs at least {FEWEST_IMAGES} readable images with a short side of "
            f"{card.working_size} px or more",
            code="too_few_images",
            hint="Give those that the model was trained on, or others of their kind",
        )
    return crops


def _seed(card: ModelCard) -> int:
    return int(str(card.training.get("seed", 0)))
