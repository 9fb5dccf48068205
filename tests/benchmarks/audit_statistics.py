"""Do the intervals of an audit cover as they say, and how often does it cry wolf?

Nothing is timed. Coverage: images are drawn from a pool of measured strengths, whose mean is the
truth, thousands of times. False alarms: whole audits of made-up tables of clean policies whose
images move as those of the pool do; any finding of level fail or warn is one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from augscore.auditing.audit import Estimate
from augscore.auditing.findings.judge import judge
from augscore.auditing.statistics.mean import mean_estimates
from augscore.auditing.statistics.share import clustered_share_estimate
from augscore.auditing.part import Axis
from tests.auditing.tables import Op, table

Floats = npt.NDArray[np.float64]

SIZES = (100, 200, 1000)
REPETITIONS, AUDITS, OP_IMAGES = 2000, 200, 200
_AT_ONCE = 100
_MADE_UP_IMAGES = 2000
_LEVELS = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0)


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
        for policy, ops in POLICIES.items():
            alarms, told = false_alarms(ops, pool, audits)
            rate = f"{alarms} ({100 * alarms / audits:.1f} %)"
            print(f"{policy:<16}{rate:>12}   {', '.join(f'{c} {n}' for c, n in told.items())}")


def strengths_of(rows: Path) -> Floats:
    """(N, K) raw strengths of the rows that `augscore measure --out` wrote."""
    read = (json.loads(line) for line in rows.read_text().splitlines())
    return np.array([[view["strength"] for view in row["views"]] for row in read])


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
        held[2] += sum(
            _holds(clustered_share_estimate(hits[:, :, k]), share) for k in range(count)
        )
    a, b, c = (held / repetitions).tolist()
    return a, b, c


def false_alarms(ops: tuple[Op, ...], pool: Floats, audits: int) -> tuple[int, Counter[str]]:
    """How many audits of a clean policy find anything of level fail or warn, and what."""
    sizes = pool.mean(axis=1) / pool.mean()
    alarms, told = 0, Counter[str]()
    for seed in range(audits):
        findings, _ = judge(table(ops, images=OP_IMAGES, seed=seed, sizes=sizes.tolist()), seed=seed)
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


def _levelled(name: str, strength: float, rms: float, *curve: float) -> Op:
    """One of RandAugment's fourteen: two are drawn a view, at level 9 of 30."""
    axis = Axis("level", "of 30", _LEVELS, set_to=10.0)
    return Op(name, 1 - (13 / 14) ** 2, strength, rms, curve, axis=axis)


def _flat(name: str, strength: float) -> Op:
    own = _levelled(name, strength, strength, *(strength,) * len(_LEVELS))
    return Op(own.name, own.chance, strength, strength, own.curve, axis=own.axis, magnitude_free=True)


def _factor(name: str, far: float, rms: float) -> Axis:
    del far, rms
    return Axis(name, "", (0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6), neutral=1.0, weakest=1.0)


def _clean() -> Iterator[tuple[str, tuple[Op, ...]]]:
    yield from ()


POLICIES: dict[str, tuple[Op, ...]] = {}
