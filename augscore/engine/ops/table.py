"""The table of operations: a policy may name these and no others."""

from __future__ import annotations

from augscore.engine.ops import (
    affine,
    blur,
    channels,
    colour,
    compression,
    elastic,
    erase,
    geometry,
    histogram,
    jitter,
    motion,
    noise,
    perspective,
    sharpness,
    shift,
    tone,
)
from augscore.engine.ops.record import Op
from augscore.errors import UsageError
from augscore.nearest import did_you_mean

OPS: dict[str, Op] = {
    op.name: op
    for op in (
        geometry.RANDOM_RESIZED_CROP,
        geometry.RANDOM_CROP,
        geometry.RANDOM_HORIZONTAL_FLIP,
        geometry.RANDOM_VERTICAL_FLIP,
        geometry.TRANSLATE,
        shift.TRANSLATE_X,
        shift.TRANSLATE_Y,
        affine.ROTATE,
        affine.SHEAR_X,
        affine.SHEAR_Y,
        affine.RANDOM_AFFINE,
        perspective.RANDOM_PERSPECTIVE,
        jitter.COLOR_JITTER,
        colour.BRIGHTNESS,
        colour.CONTRAST,
        colour.SATURATION,
        colour.HUE,
        colour.RANDOM_GRAYSCALE,
        channels.RANDOM_CHANNEL_PERMUTATION,
        channels.RANDOM_CHANNEL_DROP,
        tone.GAMMA,
        tone.RANDOM_SOLARIZE,
        tone.RANDOM_POSTERIZE,
        tone.RANDOM_INVERT,
        histogram.RANDOM_EQUALIZE,
        histogram.RANDOM_AUTOCONTRAST,
        sharpness.RANDOM_ADJUST_SHARPNESS,
        blur.GAUSSIAN_BLUR,
        motion.MOTION_BLUR,
        noise.GAUSSIAN_NOISE,
        noise.SHOT_NOISE,
        noise.IMPULSE_NOISE,
        compression.JPEG,
        elastic.ELASTIC_TRANSFORM,
        erase.RANDOM_ERASING,
        erase.CUTOUT,
    )
}


def find_op(name: str) -> Op:
    """The record of an operation; UsageError (`policy_unknown_op`) naming the nearest one."""
    if name not in OPS:
        raise UsageError(
            f"there is no operation named {name!r}",
            code="policy_unknown_op",
            hint=did_you_mean(name, OPS),
        )
    return OPS[name]
