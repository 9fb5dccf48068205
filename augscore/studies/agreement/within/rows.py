"""A row a set and sweep: how well each contender follows the magnitude in each picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import numpy as np
import torch

from augscore.json_values import Json
from augscore.strength.scorer import Scorer
from augscore.studies.agreement.contenders import LEVEL, Against, Contender
from augscore.studies.agreement.within.sets import PictureSet
from augscore.studies.figures.level_views import level_views
from augscore.studies.figures.originals import Originals
from augscore.studies.figures.rank_agreement import Digests, Floats
from augscore.studies.figures.sweep import Sweep
from augscore.studies.figures.sweeps import SWEEPS
from augscore.studies.figures.within_image import LEVELS, within_image

_SEED = 0


def rows_of_set(
    pictures: PictureSet,
    scorer: Scorer,
    contenders: Sequence[Contender],
    lacking: Callable[[str], Collection[str]],
) -> Iterator[Json]:
    """One a sweep that contenders have not read, by their names in `lacking`. `agreements`: by
    contender, a list a direction of the sweep, of each picture's correlation; null where the
    operation leaves it alone."""
    sweeps = [sweep for sweep in SWEEPS if lacking(sweep.name)]
    if not sweeps:
        return
    read = pictures.read()
    originals = Originals.of(scorer, read.pixels, read.ids)
    eyes = {contender.name: contender.look(originals.pixels) for contender in contenders}
    for sweep in sweeps:
        names = lacking(sweep.name)
        mine = {name: against for name, against in eyes.items() if name in names}
        values = sweep.levels(originals.side, LEVELS)
        readings, digests = _read(scorer, originals, sweep, values, mine)
        if LEVEL in names:
            readings[LEVEL] = np.broadcast_to(_sizes(sweep, values), digests.shape)
        found = {name: within_image(sweep, values, r, digests) for name, r in readings.items()}
        yield {
            "judge": pictures.name,
            "reference": sweep.name,
            "pictures": len(originals),
            "side": originals.side,
            "agreements": {
                name: [_json(one.agreement) for one in ways] for name, ways in found.items()
            },
        }


def _read(
    scorer: Scorer,
    originals: Originals,
    sweep: Sweep,
    values: Sequence[float],
    eyes: Mapping[str, Against],
) -> tuple[dict[str, Floats], Digests]:
    """By contender (N, L), and digests of the views: all contenders see the same ones."""
    shape = (len(originals), len(values))
    digests = np.empty(shape, dtype=np.int64)
    readings = {name: np.empty(shape) for name in eyes}
    steps = [(sweep.step(value, originals.side),) for value in values]
    for batch in level_views(scorer, originals, steps, seed=_SEED):
        at = (batch.images, batch.levels)
        digests[at] = batch.digests()
        views = batch.views.to(torch.device("cpu"))
        for name, against in eyes.items():
            readings[name][at] = against(batch.images, views).numpy()
    return readings, digests


def _sizes(sweep: Sweep, values: Sequence[float]) -> Floats:
    sizes: Floats = np.abs(np.array(values) - sweep.weakest)
    return sizes


def _json(agreement: Floats) -> list[float | None]:
    return [None if math.isnan(value) else value for value in agreement.tolist()]
