"""Operations of a made-up audit, hostile names too, with their curves."""

from __future__ import annotations

import math

from augscore.auditing.audit import (
    Curve,
    CurvePoint,
    Estimate,
    OpResult,
)

HOSTILE_FILE = "holiday/<img src=x onerror=alert(1)>.jpg"


HOSTILE_OP = "Tone\"'><script>alert(2)</script>"


def estimate(value: float, half: float | None = None, n: int = 1000) -> Estimate:
    half = 0.05 * abs(value) + 0.004 if half is None else half
    return Estimate(value, value - half, value + half, n)


def curve(
    axis: str,
    unit: str,
    levels: tuple[float, ...],
    strengths: tuple[float, ...],
    neutral: float | None = None,
    set_to: float | None = None,
    clipped: float = 0.0,
    destroyed: float = 0.0,
) -> Curve:
    """Shares of clipped values and destroyed views that grow with strength, to what is given."""
    most = max(strengths)
    points = tuple(
        CurvePoint(
            level,
            estimate(s, 0.012 + 0.05 * s, 200),
            estimate(0.4 * s * math.cos(3 * s), 0.02 + 0.05 * s, 200),
            estimate(0.31 * s**1.2, 0.05 * s**1.2, 200),
            clipped * s / most,
            destroyed * max(0.0, 2 * s / most - 1),
        )
        for level, s in zip(levels, strengths, strict=True)
    )
    return Curve(axis, unit, neutral, set_to, points)


def op(
    name: str,
    declared: float | None,
    seen: float | None,
    strength: float | None,
    curves: tuple[Curve, ...] = (),
    findings: tuple[str, ...] = (),
    line: int | None = None,
    container: str = "RandAugment",
) -> OpResult:
    applied = None if seen is None else estimate(seen, 0.015, 4000)
    reached = None if strength is None else estimate(strength)
    whole = None if strength is None or seen is None else estimate(strength * seen)
    return OpResult(
        path=f"{container} > {name}" if container else name,
        op=name,
        view=0,
        line=line,
        declared=declared,
        applied=applied,
        strength=reached,
        effective=whole,
        contribution=None if strength is None else estimate(0.3 * strength),
        rms=None if strength is None else estimate(0.28 * strength),
        curves=curves,
        findings=findings,
    )


OPS = (
    op(
        "Solarize",
        0.2,
        0.198,
        0.402,
        (
            curve(
                "threshold",
                "",
                (1.0, 0.8, 0.6, 0.4, 0.2, 0.0),
                (0.93, 0.88, 0.71, 0.42, 0.15, 0.012),
                neutral=1.0,
                set_to=0.4,
            ),
        ),
        ("REVERSED",),
        14,
    ),
    op(
        "Brightness",
        0.8,
        0.803,
        0.61,
        (
            curve(
                "factor",
                "×",
                (0.1, 0.37, 0.64, 1.0, 1.27, 1.54, 1.9),
                (0.97, 0.55, 0.28, 0.003, 0.2, 0.44, 0.86),
                neutral=1.0,
                clipped=0.77,
                destroyed=0.44,
            ),
        ),
        ("NON_MONOTONE", "DESTRUCTIVE"),
        9,
    ),
    op(
        "Rotate",
        0.5,
        0.502,
        0.47,
        (
            curve(
                "angle",
                "°",
                (0.0, 7.5, 15.0, 22.5, 30.0),
                (0.0, 0.27, 0.41, 0.49, 0.545),
                neutral=0.0,
                set_to=22.5,
            ),
        ),
    ),
    op(
        "RandomResizedCrop",
        1.0,
        1.0,
        0.52,
        (
            curve("least area", "", (1.0, 0.8, 0.6, 0.4, 0.2), (0.21, 0.34, 0.46, 0.56, 0.66)),
            curve("aspect", "", (1.0, 1.2, 1.4, 1.6), (0.3, 0.36, 0.41, 0.44), neutral=1.0),
        ),
        container="",
    ),
    op("HorizontalFlip", 0.5, 0.497, 0.35, container=""),
    op(
        "Posterize",
        0.5,
        0.5,
        0.19,
        (curve("bits", "bits", (8, 7, 6, 5, 4), (0.0, 0.03, 0.09, 0.2, 0.37), 8, 4),),
    ),
    op(
        "AutoContrast",
        0.5,
        0.499,
        0.13,
        (curve("magnitude", "", (0, 10, 20, 30), (0.131, 0.131, 0.131, 0.131)),),
        ("MAGNITUDE_FREE",),
    ),
    op(
        "Sharpness",
        0.5,
        0.51,
        0.012,
        (curve("factor", "", (1.0, 1.25, 1.5, 1.9), (0.0, 0.005, 0.009, 0.013), 1.0, 1.5),),
        ("DEAD",),
        21,
    ),
    op("Equalize", 0.3, 0.0, None, (), ("P_ZERO",), 24),
    op(
        HOSTILE_OP,
        0.5,
        0.41,
        0.25,
        (curve("am\"ou'nt<b>", "<i>", (0.0, 0.5, 1.0), (0.0, 0.2, 0.36), 0.0, 0.5),),
        ("P_MISMATCH",),
    ),
)
