"""Which operations RandAugment and its like choose among, and how far each goes."""

from __future__ import annotations

import math
from dataclasses import replace

from augscore.engine.nodes import Levelled, require
from augscore.engine.ops.arguments import as_shares
from augscore.engine.ops.record import LevelMap, Op
from augscore.engine.ops.table import OPS
from augscore.errors import UsageError
from augscore.nearest import did_you_mean

IDENTITY = "Identity"

# (operation, chance, level of 0 to 9); operations without a magnitude have level 0.
Learnt = tuple[str, float, int]


def level_map(row: Levelled) -> tuple[Op, LevelMap] | None:
    """The operation of a row and how a level drives it; None for `Identity`.

    `row.op` is a name of torchvision's augmentation space or of the table of operations. Raises
    UsageError (`policy_unknown_op`, `policy_unknown_arg`) naming the nearest right name.
    """
    if row.op == IDENTITY:
        _check_argument(row, {""})
        return None
    if row.op not in _MAPS:
        raise UsageError(
            f"no operation that a level can drive is named {row.op!r}",
            code="policy_unknown_op",
            hint=did_you_mean(row.op, [IDENTITY, *_MAPS]),
        )
    op, maps = _MAPS[row.op]
    _check_argument(row, set(maps))
    return op, maps[row.argument]


def check_row(row: Levelled) -> None:
    """Raise UsageError for a row that `level_map` does not know, or for a range that leads out of
    what the operation takes (`policy_value`)."""
    found = level_map(row)
    if found is None:
        return
    low, high = _bounds(*found)
    ends = (row.start, row.end)
    reach = ends + (tuple(-end for end in ends) if row.signed else ())
    fits = all(math.isfinite(end) and low <= end <= high for end in reach)
    either = ", either way" if row.signed else ""
    proposed = as_shares(ends) if (low, high) == (0.0, 1.0) else ""
    written = f"{row.start:g} to {row.end:g}"
    hint = f"It lies in {low:g} to {high:g}{either}{proposed}"
    require(fits, f"{row.op}: {row.argument} is {written}", hint)


def check_rows(rows: tuple[Levelled, ...]) -> None:
    """The same for a whole table, in which each operation is there once."""
    for row in rows:
        check_row(row)
    names = [canonical_row(row).op for row in rows]
    twice = next((name for name in names if names.count(name) > 1), None)
    require(twice is None, f"{twice} is in the table twice", "give each operation once")


def canonical_row(row: Levelled) -> Levelled:
    """The row by the name of torchvision's augmentation space."""
    found = level_map(row)
    name = IDENTITY if found is None else found[1].label
    if not row.argument:
        return Levelled(name)
    return replace(row, op=name, start=float(row.start), end=float(row.end))


def _bounds(op: Op, how: LevelMap) -> tuple[float, float]:
    """Between which a value of a row may lie; a share of a side is no more than all of it."""
    if how.side:
        return -1.0, 1.0
    if not how.magnitude:
        return 0.0, 0.0
    magnitude = op.magnitude(how.magnitude)
    return magnitude.low - how.about, magnitude.high - how.about


def published(label: str) -> Levelled:
    """A row with RandAugment's range, by its name in torchvision's augmentation space."""
    if label == IDENTITY:
        return Levelled(IDENTITY)
    _, maps = _MAPS[label]
    first = next(iter(maps.values()))
    return Levelled(label, first.argument, first.start, first.end, first.signed)


def level_names() -> list[str]:
    """Every name that a row may have, torchvision's first."""
    return [IDENTITY, *_MAPS]


def level_arguments(name: str) -> list[str]:
    """What the operation of a row may be driven by; [""] for those without a magnitude."""
    return [""] if name == IDENTITY else list(_MAPS[name][1])


def _check_argument(row: Levelled, known: set[str]) -> None:
    if row.argument not in known:
        raise UsageError(
            f"{row.op} is not driven by {row.argument or 'nothing'}",
            code="policy_unknown_arg",
            hint=did_you_mean(row.argument, sorted(known - {""})),
        )


def _maps() -> dict[str, tuple[Op, dict[str, LevelMap]]]:
    driven = {op.name: (op, {m.argument: m for m in op.levels}) for op in OPS.values() if op.levels}
    labels = {op.levels[0].label: driven[op.name] for op, _ in driven.values()}
    return labels | driven


_MAPS = _maps()

RAND_AUGMENT = tuple(
    published(label)
    for label in (
        "Identity",
        "ShearX",
        "ShearY",
        "TranslateX",
        "TranslateY",
        "Rotate",
        "Brightness",
        "Color",
        "Contrast",
        "Sharpness",
        "Posterize",
        "Solarize",
        "AutoContrast",
        "Equalize",
    )
)

TRIVIAL_AUGMENT_WIDE = (
    Levelled("Identity"),
    Levelled("ShearX", "slope", 0.0, 0.99, True),
    Levelled("ShearY", "slope", 0.0, 0.99, True),
    Levelled("TranslateX", "pixels", 0.0, 32.0, True),
    Levelled("TranslateY", "pixels", 0.0, 32.0, True),
    Levelled("Rotate", "degrees", 0.0, 135.0, True),
    Levelled("Brightness", "factor", 0.0, 0.99, True),
    Levelled("Color", "factor", 0.0, 0.99, True),
    Levelled("Contrast", "factor", 0.0, 0.99, True),
    Levelled("Sharpness", "sharpness_factor", 0.0, 0.99, True),
    Levelled("Posterize", "bits", 8.0, 2.0),
    Levelled("Solarize", "threshold", 1.0, 0.0),
    Levelled("AutoContrast"),
    Levelled("Equalize"),
)

AUTO_AUGMENT = (*RAND_AUGMENT[1:], published("Invert"))

# Cubuk et al. 2019, arXiv 1805.09501, tables 7 to 9, as torchvision has them.
SUB_POLICIES: dict[str, tuple[tuple[Learnt, Learnt], ...]] = {
    "cifar10": (
        (("Invert", 0.1, 0), ("Contrast", 0.2, 6)),
        (("Rotate", 0.7, 2), ("TranslateX", 0.3, 9)),
        (("Sharpness", 0.8, 1), ("Sharpness", 0.9, 3)),
        (("ShearY", 0.5, 8), ("TranslateY", 0.7, 9)),
        (("AutoContrast", 0.5, 0), ("Equalize", 0.9, 0)),
        (("ShearY", 0.2, 7), ("Posterize", 0.3, 7)),
        (("Color", 0.4, 3), ("Brightness", 0.6, 7)),
        (("Sharpness", 0.3, 9), ("Brightness", 0.7, 9)),
        (("Equalize", 0.6, 0), ("Equalize", 0.5, 0)),
        (("Contrast", 0.6, 7), ("Sharpness", 0.6, 5)),
        (("Color", 0.7, 7), ("TranslateX", 0.5, 8)),
        (("Equalize", 0.3, 0), ("AutoContrast", 0.4, 0)),
        (("TranslateY", 0.4, 3), ("Sharpness", 0.2, 6)),
        (("Brightness", 0.9, 6), ("Color", 0.2, 8)),
        (("Solarize", 0.5, 2), ("Invert", 0.0, 0)),
        (("Equalize", 0.2, 0), ("AutoContrast", 0.6, 0)),
        (("Equalize", 0.2, 0), ("Equalize", 0.6, 0)),
        (("Color", 0.9, 9), ("Equalize", 0.6, 0)),
        (("AutoContrast", 0.8, 0), ("Solarize", 0.2, 8)),
        (("Brightness", 0.1, 3), ("Color", 0.7, 0)),
        (("Solarize", 0.4, 5), ("AutoContrast", 0.9, 0)),
        (("TranslateY", 0.9, 9), ("TranslateY", 0.7, 9)),
        (("AutoContrast", 0.9, 0), ("Solarize", 0.8, 3)),
        (("Equalize", 0.8, 0), ("Invert", 0.1, 0)),
        (("TranslateY", 0.7, 9), ("AutoContrast", 0.9, 0)),
    ),
    "imagenet": (
        (("Posterize", 0.4, 8), ("Rotate", 0.6, 9)),
        (("Solarize", 0.6, 5), ("AutoContrast", 0.6, 0)),
        (("Equalize", 0.8, 0), ("Equalize", 0.6, 0)),
        (("Posterize", 0.6, 7), ("Posterize", 0.6, 6)),
        (("Equalize", 0.4, 0), ("Solarize", 0.2, 4)),
        (("Equalize", 0.4, 0), ("Rotate", 0.8, 8)),
        (("Solarize", 0.6, 3), ("Equalize", 0.6, 0)),
        (("Posterize", 0.8, 5), ("Equalize", 1.0, 0)),
        (("Rotate", 0.2, 3), ("Solarize", 0.6, 8)),
        (("Equalize", 0.6, 0), ("Posterize", 0.4, 6)),
        (("Rotate", 0.8, 8), ("Color", 0.4, 0)),
        (("Rotate", 0.4, 9), ("Equalize", 0.6, 0)),
        (("Equalize", 0.0, 0), ("Equalize", 0.8, 0)),
        (("Invert", 0.6, 0), ("Equalize", 1.0, 0)),
        (("Color", 0.6, 4), ("Contrast", 1.0, 8)),
        (("Rotate", 0.8, 8), ("Color", 1.0, 2)),
        (("Color", 0.8, 8), ("Solarize", 0.8, 7)),
        (("Sharpness", 0.4, 7), ("Invert", 0.6, 0)),
        (("ShearX", 0.6, 5), ("Equalize", 1.0, 0)),
        (("Color", 0.4, 0), ("Equalize", 0.6, 0)),
        (("Equalize", 0.4, 0), ("Solarize", 0.2, 4)),
        (("Solarize", 0.6, 5), ("AutoContrast", 0.6, 0)),
        (("Invert", 0.6, 0), ("Equalize", 1.0, 0)),
        (("Color", 0.6, 4), ("Contrast", 1.0, 8)),
        (("Equalize", 0.8, 0), ("Equalize", 0.6, 0)),
    ),
    "svhn": (
        (("ShearX", 0.9, 4), ("Invert", 0.2, 0)),
        (("ShearY", 0.9, 8), ("Invert", 0.7, 0)),
        (("Equalize", 0.6, 0), ("Solarize", 0.6, 6)),
        (("Invert", 0.9, 0), ("Equalize", 0.6, 0)),
        (("Equalize", 0.6, 0), ("Rotate", 0.9, 3)),
        (("ShearX", 0.9, 4), ("AutoContrast", 0.8, 0)),
        (("ShearY", 0.9, 8), ("Invert", 0.4, 0)),
        (("ShearY", 0.9, 5), ("Solarize", 0.2, 6)),
        (("Invert", 0.9, 0), ("AutoContrast", 0.8, 0)),
        (("Equalize", 0.6, 0), ("Rotate", 0.9, 3)),
        (("ShearX", 0.9, 4), ("Solarize", 0.3, 3)),
        (("ShearY", 0.8, 8), ("Invert", 0.7, 0)),
        (("Equalize", 0.9, 0), ("TranslateY", 0.6, 6)),
        (("Invert", 0.9, 0), ("Equalize", 0.6, 0)),
        (("Contrast", 0.3, 3), ("Rotate", 0.8, 4)),
        (("Invert", 0.8, 0), ("TranslateY", 0.0, 2)),
        (("ShearY", 0.7, 6), ("Solarize", 0.4, 8)),
        (("Invert", 0.6, 0), ("Rotate", 0.8, 4)),
        (("ShearY", 0.3, 7), ("TranslateX", 0.9, 3)),
        (("ShearX", 0.1, 6), ("Invert", 0.6, 0)),
        (("Solarize", 0.7, 2), ("TranslateY", 0.6, 7)),
        (("ShearY", 0.8, 4), ("Invert", 0.8, 0)),
        (("ShearX", 0.7, 9), ("TranslateY", 0.8, 3)),
        (("ShearY", 0.8, 5), ("AutoContrast", 0.7, 0)),
        (("ShearX", 0.7, 2), ("Invert", 0.1, 0)),
    ),
}

# google-research/augmix augmentations.py: a level of 10, whole degrees, bits and pixels.
AUG_MIX = (
    Levelled("AutoContrast"),
    Levelled("Equalize"),
    Levelled("Posterize", "bits", 4.0, 0.0),
    Levelled("Rotate", "degrees", 0.0, 30.0, True),
    Levelled("Solarize", "threshold", 256 / 255, 0.0),
    Levelled("ShearX", "slope", 0.0, 0.3, True),
    Levelled("ShearY", "slope", 0.0, 0.3, True),
    Levelled("TranslateX", "fraction", 0.0, 1 / 3, True),
    Levelled("TranslateY", "fraction", 0.0, 1 / 3, True),
)
AUG_MIX_COLOUR = (
    Levelled("Color", "factor", -0.9, 0.9),
    Levelled("Contrast", "factor", -0.9, 0.9),
    Levelled("Brightness", "factor", -0.9, 0.9),
    Levelled("Sharpness", "sharpness_factor", -0.9, 0.9),
)
