"""Every operation with a magnitude, and how far each is turned.

Ranges are RandAugment's where it has the operation, else those of the paper or library that the
operation's record names, at most as far as a stronger turn is also a larger change: hue to half a
turn, rotation to 45 degrees. Lengths in px follow the size of the image.
"""

from __future__ import annotations

from collections.abc import Sequence

from augscore.engine.ops.table import find_op
from augscore.errors import UsageError
from augscore.nearest import did_you_mean
from augscore.studies.figures.sweep import Direction, Kind, Scaled, Sweep

WITHOUT = {
    "ColorJitter": "its four are Brightness, Contrast, Saturation and Hue",
    "RandomChannelPermutation": "the numbers of its orders have no order",
    "RandomChannelDrop": "the numbers of its channels have no order",
}
"""Operations with numbers that are no sweep of their own, and why."""

_SIDE = 1
_ONE = Scaled(1.0)


def _sweep(
    name: str,
    kind: Kind,
    *,
    below: Scaled | float | None = None,
    above: Scaled | float | None = None,
    unit: str | None = None,
    grain: Scaled | None = None,
    fixed: tuple[tuple[str, Scaled], ...] = (),
) -> Sweep:
    op, _, argument = name.partition(".")
    knob = next(knob for knob in find_op(op).knobs if knob.argument == argument)
    told = knob.unit if unit is None else unit
    low, high = _scaled(below), _scaled(above)
    return Sweep(op, argument, told, kind, knob.weakest, low, high, grain, fixed)


def _scaled(end: Scaled | float | None) -> Scaled | None:
    return Scaled(end) if isinstance(end, int | float) else end


def _shift(name: str) -> Sweep:
    """By a quarter of the side, either way."""
    return _sweep(name, "geometry", below=Scaled(-1 / 4, _SIDE), above=Scaled(1 / 4, _SIDE))


def _share(name: str) -> Sweep:
    """By RandAugment's share of the side."""
    return _sweep(name, "geometry", below=-0.45, above=0.45)


def _factor(name: str) -> Sweep:
    return _sweep(name, "colour", below=0.1, above=1.9)


SWEEPS: tuple[Sweep, ...] = (
    _sweep("RandomResizedCrop.scale", "geometry", below=0.08),
    _sweep("RandomResizedCrop.ratio", "geometry", below=0.5, above=2.0),
    _sweep("RandomCrop.padding", "geometry", above=Scaled(1 / 4, _SIDE), grain=_ONE),
    _shift("Translate.dx"),
    _shift("Translate.dy"),
    _share("TranslateX.fraction"),
    _share("TranslateY.fraction"),
    _sweep("Rotate.degrees", "geometry", below=-45.0, above=45.0),
    _sweep("ShearX.slope", "geometry", below=-0.3, above=0.3, unit="px per px"),
    _sweep("ShearY.slope", "geometry", below=-0.3, above=0.3, unit="px per px"),
    _sweep("RandomAffine.degrees", "geometry", below=-45.0, above=45.0),
    _sweep("RandomAffine.scale", "geometry", below=0.5, above=2.0),
    _sweep("RandomAffine.shear", "geometry", below=-30.0, above=30.0),
    _sweep("RandomAffine.shear_y", "geometry", below=-30.0, above=30.0),
    _sweep("RandomPerspective.distortion_scale", "geometry", above=0.8),
    _factor("Brightness.factor"),
    _factor("Contrast.factor"),
    _factor("Saturation.factor"),
    _sweep("Hue.turns", "colour", below=-0.5, above=0.5),
    _sweep("Gamma.gamma", "colour", below=0.3, above=3.0, unit="exponent"),
    _sweep("RandomSolarize.threshold", "colour", below=0.0),
    _sweep("RandomPosterize.bits", "colour", below=1.0, grain=_ONE),
    _sweep("RandomAdjustSharpness.sharpness_factor", "detail", below=0.0, above=3.0),
    _sweep("GaussianBlur.sigma", "detail", above=Scaled(1 / 16, _SIDE)),
    _sweep("MotionBlur.length", "detail", above=Scaled(1 / 4, _SIDE)),
    _sweep("GaussianNoise.sd", "detail", above=0.3),
    _sweep("ShotNoise.photons", "detail", below=3.0),
    _sweep("ImpulseNoise.amount", "detail", above=0.3),
    _sweep("JPEG.quality", "detail", below=5.0, grain=_ONE),
    # Displacements of 5 % of the side (root mean square), smooth over a sixteenth of it.
    _sweep(
        "ElasticTransform.alpha",
        "geometry",
        above=Scaled(0.0384, 2 * _SIDE),
        fixed=(("sigma", Scaled(1 / 16, _SIDE)),),
    ),
    _sweep("RandomErasing.scale", "erasing", above=0.5, fixed=(("ratio", _ONE),)),
    _sweep("Cutout.length", "erasing", above=Scaled(3 / 4, _SIDE), grain=Scaled(2.0)),
)


def sweeps_of(op: str) -> tuple[Sweep, ...]:
    """Those of one operation; UsageError (`policy_unknown_op`, `usage`) where there is none."""
    found = tuple(sweep for sweep in SWEEPS if sweep.op == find_op(op).name)
    if not found:
        why = WITHOUT.get(op, "it has none")
        raise UsageError(f"{op} cannot be turned through magnitudes: {why}", code="usage")
    return found


def find_sweeps(names: Sequence[str]) -> tuple[Sweep, ...]:
    """Of `Rotate` all, of `RandomAffine.scale` that one, in the order of the table; all for none.

    Raises UsageError as `sweeps_of`, and (`policy_unknown_arg`) for another argument.
    """
    if not names:
        return SWEEPS
    chosen = {sweep for name in names for sweep in _named(name)}
    return tuple(sweep for sweep in SWEEPS if sweep in chosen)


def first_sweep(name: str) -> Sweep:
    """One alone: that of `RandomAffine.scale`, the first of `Translate`. Raises as
    `find_sweeps`."""
    return _named(name)[0]


def _named(name: str) -> tuple[Sweep, ...]:
    op, _, argument = name.partition(".")
    found = sweeps_of(op)
    chosen = tuple(sweep for sweep in found if argument in ("", sweep.argument))
    if not chosen:
        raise UsageError(
            f"{op} has no magnitude named {argument!r}",
            code="policy_unknown_arg",
            hint=did_you_mean(argument, [sweep.argument for sweep in found]),
        )
    return chosen


def sweep_name(sweep: Sweep) -> str:
    """`Rotate`, `RandomAffine.scale`: the operation, and which argument where it has several."""
    alone = sum(other.op == sweep.op for other in SWEEPS) == 1
    return sweep.op if alone else sweep.name


def case_name(sweep: Sweep, direction: Direction) -> str:
    """`Rotate −`, `RandomAffine.scale +`; of a one-sided sweep the name alone."""
    sign = {"below": " −", "above": " +"}[direction] if len(sweep.directions) == 2 else ""
    return sweep_name(sweep) + sign
