"""Do the intervals of an audit cover as they say, and how often does it cry wolf?

Nothing is timed. Coverage: images are drawn from a pool of measured strengths, whose mean is the
truth, thousands of times. False alarms: whole audits of made-up tables of clean policies whose
images move as those of the pool do; any finding of level fail or warn is one.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from augscore.auditing.anatomy.part import Axis
from augscore.auditing.audit import Estimate
from augscore.auditing.findings.judge import judge
from augscore.auditing.statistics.mean import mean_estimates
from augscore.auditing.statistics.share import clustered_share_estimate
from tests.auditing.tables import Op, table

Floats = npt.NDArray[np.float64]

SIZES = (100, 200, 1000)
REPETITIONS, AUDITS, OP_IMAGES = 2000, 200, 200
_AT_ONCE = 100
_MADE_UP_IMAGES = 2000
_LEVELS = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
_FACTORS = (0.2, 0.467, 0.733, 1.0, 1.267, 1.533, 1.8)


def show(pools: list[Path], repetitions: int = REPETITIONS, audits: int = AUDITS) -> None:
    """Coverage of each pool, then the false alarms of each policy on each pool."""
    named = {pool.parent.name: strengths_of(pool) for pool in pools} or {"made up": _made_up()}
    for name, pool in named.items():
        print(f"\n95 % intervals that hold the truth, {repetitions:,} repetitions, pool {name}")
        print(f"{'images':>8}{'all views':>12}{'views at 0.5':>14}{'share at 0.1':>14}")
        for images in SIZES:
            shares = [f"{100 * s:.1f} %" for s in coverages(pool, images, repetitions)]
            print(f"{images:>8}{shares[0]:>12}{shares[1]:>14}{shares[2]:>14}")
    for name, pool in named.items():
        print(f"\nfalse alarms in {audits} audits of {OP_IMAGES} images, pool {name}")
        for policy in POLICIES:
            alarms, told = false_alarms(policy, pool, audits)
            rate = f"{alarms} ({100 * alarms / audits:.1f} %)"
            print(f"{policy:<16}{rate:>12}   {', '.join(f'{c} {n}' for c, n in told.items())}")


def strengths_of(rows: Path) -> Floats:
    """(N, K) raw strengths of the rows that `augscore measure --out` wrote, one a view."""
    views: dict[str, list[float]] = {}
    for row in map(json.loads, rows.read_text().splitlines()):
        views.setdefault(row["path"], []).append(row["strength"])
    return np.array(list(views.values()))


def coverages(pool: Floats, images: int, repetitions: int) -> tuple[float, float, float]:
    """Of the mean over all views, over views that an operation of p = 0.5 has, and of a share of
    views (those in the highest tenth)."""
    random = np.random.default_rng(images)
    high = float(np.quantile(pool, 0.9))
    truth, share = float(pool.mean()), float((pool > high).mean())
    held = np.zeros(3)
    for first in range(0, repetitions, _AT_ONCE):
        count = min(_AT_ONCE, repetitions - first)
        drawn = pool[random.integers(0, len(pool), (images, count))].transpose(0, 2, 1)
        some = np.where(random.random(drawn.shape) < 0.5, drawn, np.nan)
        for place, values in enumerate((drawn, some)):
            found = mean_estimates(values, seed=first)
            held[place] += sum(_holds(estimate, truth) for estimate in found)
        hits = (drawn > high).astype(np.float64)
        held[2] += sum(_holds(clustered_share_estimate(hits[:, :, k]), share) for k in range(count))
    a, b, c = (held / repetitions).tolist()
    return a, b, c


def false_alarms(policy: str, pool: Floats, audits: int) -> tuple[int, Counter[str]]:
    """How many audits of a clean policy find anything of level fail or warn, and what."""
    means = pool.mean(axis=1)
    sizes = (means[means > 0] / means.mean()).tolist()
    choose = 2 if policy == RANDAUGMENT else 0
    alarms, told = 0, Counter[str]()
    for seed in range(audits):
        made = table(POLICIES[policy], images=OP_IMAGES, seed=seed, sizes=sizes, choose=choose)
        findings, _ = judge(made, seed=seed)
        wrong = [f"{f.code} {f.part or ''}".strip() for f in findings if f.level != "info"]
        alarms += bool(wrong)
        told.update(wrong)
    return alarms, told


def _holds(estimate: Estimate | None, truth: float) -> bool:
    assert estimate is not None
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low <= truth <= estimate.high


def _made_up() -> Floats:
    """Half of the views untouched, the others log-normal, as in audit simulations elsewhere."""
    random = np.random.default_rng(0)
    own = random.lognormal(0, 0.5, (_MADE_UP_IMAGES, 1))
    views = own * random.lognormal(0, 0.6, (_MADE_UP_IMAGES, 4))
    return np.where(random.random(views.shape) < 0.5, 0.0, views)


def _levelled(name: str, *curve: float, flat: bool = False) -> Op:
    """A row of RandAugment's table: two of fourteen are drawn a view, at level 10 of 30."""
    axis = Axis("level", "of 30", _LEVELS, set_to=10.0)
    chance = 1 - (13 / 14) ** 2
    return Op(name, chance, relative=curve[2], curve=curve, axis=axis, magnitude_free=flat)


def _ranged(name: str, chance: float, relative: float, *curve: float, neutral: float) -> Op:
    """A factor that is drawn from both sides of its neutral value."""
    axis = Axis(name, "", _FACTORS, neutral=neutral, weakest=neutral)
    return Op(name, chance, relative, curve=curve, axis=axis)


RANDAUGMENT = "randaugment"
POLICIES: dict[str, tuple[Op, ...]] = {
    "simclr": (
        Op("RandomResizedCrop", 1.0, 0.66, rms=0.70),
        Op("RandomHorizontalFlip", 0.5, 0.63, rms=0.72, magnitude_free=True),
        _ranged("brightness", 0.8, 0.45, 0.98, 0.53, 0.22, 0.0, 0.22, 0.42, 0.57, neutral=1.0),
        _ranged("contrast", 0.8, 0.35, 0.99, 0.55, 0.22, 0.0, 0.19, 0.37, 0.52, neutral=1.0),
        _ranged("saturation", 0.8, 0.25, 0.63, 0.37, 0.14, 0.0, 0.11, 0.23, 0.33, neutral=1.0),
        Op("RandomGrayscale", 0.2, 0.30, rms=0.12, magnitude_free=True),
        Op("GaussianBlur", 0.5, 0.52, rms=0.13, curve=(0.0, 0.01, 0.32, 0.54, 0.69, 0.80, 0.89)),
    ),
    RANDAUGMENT: (
        _levelled("ShearX", 0.0, 0.21, 0.32, 0.39, 0.45, 0.50, 0.55),
        _levelled("ShearY", 0.0, 0.21, 0.32, 0.39, 0.45, 0.50, 0.55),
        _levelled("TranslateX", 0.0, 0.38, 0.58, 0.71, 0.81, 0.90, 0.98),
        _levelled("TranslateY", 0.0, 0.38, 0.58, 0.71, 0.81, 0.90, 0.98),
        _levelled("Rotate", 0.0, 0.27, 0.40, 0.48, 0.54, 0.59, 0.62),
        _levelled("Brightness", 0.0, 0.20, 0.38, 0.53, 0.67, 0.78, 0.88),
        _levelled("Color", 0.0, 0.06, 0.11, 0.16, 0.20, 0.24, 0.27),
        _levelled("Contrast", 0.0, 0.09, 0.17, 0.24, 0.30, 0.35, 0.40),
        _levelled("Sharpness", 0.0, 0.04, 0.07, 0.10, 0.13, 0.16, 0.19),
        _levelled("Posterize", 0.0, 0.02, 0.04, 0.07, 0.11, 0.15, 0.20),
        _levelled("Solarize", 0.01, 0.15, 0.42, 0.53, 0.70, 1.00, 1.80),
        _levelled("AutoContrast", *(0.32,) * 7, flat=True),
        _levelled("Equalize", *(0.81,) * 7, flat=True),
    ),
    "pad-crop-flip": (
        Op("RandomCrop", 1.0, 0.40, rms=0.42),
        Op("RandomHorizontalFlip", 0.5, 0.45, rms=0.50, magnitude_free=True),
    ),
}
"""About as on photographs with the default model, in strength over unrelated images."""
