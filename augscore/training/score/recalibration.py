"""Calibrate a finished network for this version of the reading: its weights stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from augscore.images.batches import read
from augscore.images.find import find
from augscore.images.records import Candidate, Read
from augscore.runtime import Progress, ProgressSink, pick_device
from augscore.score.crops import CropPool
from augscore.score.model import ModelCard, load_model, save_model
from augscore.strength.calibrate import calibrate
from augscore.strength.calibration import Calibration
from augscore.training.score.photo_pool import load_photo_pool
from augscore.training.score.plan import CALIBRATION_CROPS, too_small
from augscore.training.score.scales import Scales, working_crops


def calibrate_anew(
    path: Path, paths: Sequence[Path], *, device: str, progress: ProgressSink
) -> Calibration:
    """Measure the ladders of the model at `path` on the images of `paths`, and write it there.

    What a check and judges found is dropped from the card: it was with the calibration before. With
    the images of the training the result is what training would have written. Raises ModelError for
    a file that is no model, InputError where no image reaches its working size.
    """
    model = load_model(path)
    target = pick_device(device)
    clean = working_crops(
        _pool(model.card, paths, progress),
        model.card.working_size,
        count=CALIBRATION_CROPS,
        seed=_seed(model.card),
    )
    if clean is None:
        raise too_small(model.card.working_size)
    denoiser = model.denoiser.to(target)
    calibration = calibrate(denoiser, clean, model.card.working_size, progress)
    save_model(
        path, denoiser, replace(model.card, evidence={}, agreement={}), calibration.to_json()
    )
    return calibration


def _pool(card: ModelCard, paths: Sequence[Path], progress: ProgressSink) -> CropPool:
    candidates = [found for found in find(paths) if isinstance(found, Candidate)]

    def counted() -> Iterator[Read]:
        for done, item in enumerate(read(candidates, workers=0)):
            progress(Progress("reading", done + 1, len(candidates), "images"))
            yield item

    scales = Scales(card.working_size, card.data.crop, card.data.scales)
    return load_photo_pool(counted(), scales, expected=len(candidates), seed=_seed(card)).train


def _seed(card: ModelCard) -> int:
    return int(str(card.training.get("seed", 0)))
