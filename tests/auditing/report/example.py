"""Made-up audits to draw: one that has everything, hostile names too, and one that has little."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from augscore.auditing.audit import (
    Audit,
    Comparison,
    Curve,
    CurvePoint,
    DataResult,
    Delta,
    Design,
    Estimate,
    Example,
    Gate,
    Histogram,
    OpResult,
    PolicyResult,
    Scale,
)
from augscore.auditing.finding import Check, Finding
from augscore.auditing.report.picture import Picture, picture_of
from augscore.images.resize import bring_to_size

SAMPLES = Path(__file__).resolve().parents[3] / "assets" / "samples"
HOSTILE_FILE = "holiday/<img src=x onerror=alert(1)>.jpg"
HOSTILE_OP = "Tone\"'><script>alert(2)</script>"
MODEL = "3f2a9c1d5be04a7780c2f6f1b1e7d9aa3f2a9c1d5be04a7780c2f6f1b1e7d9aa"


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


def finding(
    code: str, level: str, place: int | None, statement: str, statistic: str = ""
) -> Finding:
    assert level in ("fail", "warn", "info")
    part = None if place is None else OPS[place].path
    line = None if place is None else OPS[place].line
    # mypy narrows a str by "in" to nothing more than a str.
    return Finding(code, level, part, statement, statistic, line=line)  # type: ignore[arg-type]


FINDINGS = (
    replace(
        finding(
            "ARG_IGNORED", "fail", None, "GaussNoise takes no var_limit: albumentations dropped it."
        ),
        advice="Write std_range=(0.03, 0.06) instead of var_limit=(10, 50).",
        line=17,
    ),
    replace(
        finding("P_ZERO", "fail", 8, "Equalize is never applied.", "share of views that have it"),
        value=0.0,
        low=0.0,
        high=0.00075,
        threshold=0.01,
        n=4000,
        advice="Remove it, or raise its p.",
    ),
    replace(
        finding(
            "REVERSED",
            "fail",
            0,
            "Solarize gets weaker as its magnitude grows.",
            "rank correlation of level and strength",
        ),
        value=-1.0,
        low=-1.0,
        high=-0.94,
        threshold=-0.9,
        n=200,
        p_adjusted=0.0004,
        advice="Turn the axis round: a lower threshold inverts more of the image.",
        images=("city.jpg", HOSTILE_FILE),
    ),
    replace(
        finding(
            "DEAD",
            "fail",
            7,
            "Sharpness has no visible effect on these images.",
            "mean strength where applied, upper bound",
        ),
        value=0.012,
        low=0.009,
        high=0.015,
        threshold=0.02,
        n=1000,
        p_adjusted=0.0012,
        advice="Raise the factor beyond 1.9, or take it out: it costs time and does nothing.",
        images=("lake.jpg", "forest.jpg"),
    ),
    replace(
        finding(
            "DESTRUCTIVE",
            "fail",
            1,
            "Brightness turns 3.1 % of its views nearly white or black.",
            "share of destroyed views",
        ),
        value=0.031,
        low=0.026,
        high=0.037,
        threshold=0.01,
        n=3212,
        p_adjusted=2e-9,
        advice="Keep the factor between 0.4 and 1.6.",
        images=("dunes.jpg",),
    ),
    replace(
        finding(
            "NON_MONOTONE",
            "warn",
            1,
            "Brightness is weakest in the middle of its range: its strength has the shape of a V.",
            "largest drop from one level to the next",
        ),
        value=-0.42,
        low=-0.45,
        high=-0.39,
        threshold=0.0,
        n=200,
        advice="Take the magnitude as the distance from 1 and draw its sign.",
    ),
    replace(
        finding("P_MISMATCH", "warn", 9, f"{HOSTILE_OP} is applied less often than set.", "share"),
        value=0.41,
        low=0.395,
        high=0.425,
        threshold=0.5,
        n=4000,
    ),
    finding("MAGNITUDE_FREE", "info", 6, "AutoContrast does the same at every magnitude."),
)


def histogram() -> Histogram:
    edges = tuple(round(0.05 * n, 2) for n in range(33))
    middles = [(a + b) / 2 for a, b in pairwise(edges)]

    def bell(middle: float, sd: float, count: int) -> tuple[int, ...]:
        return tuple(round(count * math.exp(-0.5 * ((m - middle) / sd) ** 2)) for m in middles)

    views = tuple(a + b for a, b in zip(bell(0.54, 0.17, 390), bell(0.02, 0.02, 90), strict=True))
    return Histogram(edges, views, bell(0.68, 0.19, 260), bell(1.0, 0.15, 130))


def example_of(kind: str, image: str, view: int, strength: float, op: str, **at: float) -> Example:
    steps = (
        {"op": "random_resized_crop", "applied": True, "magnitudes": {"area": 0.61, "ratio": 1.1}},
        {"op": op, "applied": True, "magnitudes": dict(at), "stage": "RandAugment 1"},
        {"op": "horizontal_flip", "applied": False, "magnitudes": {}},
    )
    command = f"augscore policy draw my-policy.yaml {image!r} --seed 0 --view {view}"
    return Example(kind, image, view, strength, steps, command)


EXAMPLES = (
    example_of("weakest", "lake.jpg", 2, 0.008, "sharpness", factor=1.02),
    example_of("weakest", HOSTILE_FILE, 0, 0.011, "posterize", bits=8),
    example_of("weakest", "meadow.jpg", 3, 0.014, "sharpness", factor=1.31),
    example_of("typical", "city.jpg", 1, 0.531, "rotate", angle=-21.4),
    example_of("typical", "fruit.png", 0, 0.532, "rotate", angle=17.2),
    example_of("typical", "pebbles.jpg", 3, 0.533, "rotate", angle=24.9),
    example_of("strongest", "hills.png", 1, 1.31, "solarize", threshold=0.02),
    example_of("strongest", "forest.jpg", 0, 1.27, "solarize", threshold=0.11),
    example_of("strongest", "page.jpg", 2, 1.24, "brightness", factor=1.9),
)

POLICY = PolicyResult(
    name="contrastive-96",
    source="policies/contrastive-96.yaml",
    sha256="9c5e0b7d2f4a11aa5be04a7780c2f6f1b1e7d9aa3f2a9c1d5be04a7780c2f6f1",
    library="torchvision 0.28.0",
    tree=(
        "RandomResizedCrop(96, scale=(0.2, 1.0))",
        "HorizontalFlip(p=0.5)",
        "RandAugment(num_ops=2, magnitude=9)",
        "  Solarize, Brightness, Rotate, Posterize, …",
        "Normalize (split off)",
    ),
    notes=("A trailing Normalize was split off; views are judged before it.",),
    strength=estimate(0.534, 0.012),
    view_strength=estimate(0.681, 0.015),
    noise_sd=0.118,
    noise_bound=None,
    unchanged_share=estimate(0.021, 0.005, 4000),
    destroyed_share=estimate(0.025, 0.005, 4000),
    histogram=histogram(),
)

GATES = (
    Gate("findings.DEAD", "at most 0", 1, None, None, "fail", "Sharpness", fails=True),
    Gate("findings.REVERSED", "at most 0", 1, None, None, "fail", "Solarize", fails=True),
    Gate("policy.strength", "0.4 to 0.9", 0.534, 0.522, 0.546, "pass"),
    Gate(
        "policy.unchanged_share",
        "at most 0.02",
        0.021,
        0.016,
        0.026,
        "inconclusive",
        "about 9,000 images would settle it",
    ),
    Gate("ops.Solarize.strength", "at least 0.05", 0.402, 0.378, 0.426, "pass"),
    Gate("findings.NON_MONOTONE", "at most 0", 1, None, None, "warn", "Brightness", "warn"),
)

COMPARISON = Comparison(
    what="Against an earlier report",
    policy="contrastive-96 of main",
    sha256="11aa5be04a7780c2f6f1b1e7d9aa3f2a9c1d5be04a7780c2f6f1b1e7d9aa3f2a",
    images=1000,
    deltas=(
        Delta("policy.strength", 0.497, 0.534, Estimate(0.037, 0.029, 0.045, 1000), True),
        Delta("policy.view_strength", 0.676, 0.681, Estimate(0.005, -0.006, 0.016, 1000), True),
        Delta("ops.Solarize.strength", 0.13, 0.402, Estimate(0.272, 0.25, 0.294, 1000), True),
        Delta("ops.Rotate.strength", 0.531, 0.47, Estimate(-0.061, -0.07, -0.052, 1000), True),
        Delta("ops.Posterize.strength", None, 0.19, None, False),
    ),
    appeared=("REVERSED RandAugment > Solarize", "DESTRUCTIVE RandAugment > Brightness"),
    gone=("WEAK RandAugment > Rotate",),
    changed=(),
)

DATA = DataResult(
    root="photos",
    found=1013,
    measured=1000,
    probed=200,
    skipped=3,
    skipped_by_reason={"truncated": 2, "not_an_image": 1},
    skipped_files=(
        {"path": "a/0412.jpg", "reason": "truncated", "detail": "the file ends early"},
        {"path": HOSTILE_FILE, "reason": "truncated", "detail": "the file ends early"},
        {"path": "notes.png", "reason": "not_an_image", "detail": "text"},
    ),
    ignored=10,
    fingerprint="c2f6f1b1e7d9aa3f2a9c1d5be04a7780c2f6f1b1e7d9aa3f2a9c1d5be04a7780",
    size=96,
    classes=10,
)

DESIGN = Design(
    seed=0,
    draws=4,
    images=1000,
    op_images=200,
    levels=7,
    alpha=0.05,
    resamples=2000,
    interval="percentile bootstrap",
    device="cpu",
    model="default 1.0",
    model_sha256=MODEL,
    reading="strength 1",
)

CHECKS = (
    *(Check(code, "clear") for code in (
        "RAISES", "OUT_OF_RANGE", "NON_DETERMINISTIC", "SATURATED", "REDUNDANT", "DOMINANT",
        "NEAR_IDENTICAL_VIEWS", "BEYOND_RANDOM_PAIRS")),
    *(Check(f.code, "found") for f in FINDINGS),
    Check("WEAK", "inconclusive", "Posterize: its interval holds the threshold"),
    Check("REPEATED_DRAWS", "not_measured", "no loader of the user's was given"),
    Check("CLASS_IMBALANCED_STRENGTH", "not_measured", "fewer than 30 images a class"),
)  # fmt: skip

TOOL: dict[str, str | None] = {
    "version": "0.1.0",
    "python": "3.11.2",
    "torch": "2.14.1",
    "torchvision": "0.28.0",
    "kornia": "0.9.0",
    "albumentations": None,
}


def full() -> Audit:
    """Everything at once."""
    return Audit(
        status="fail",
        complete=True,
        stopped_by=None,
        tool=TOOL,
        policy=POLICY,
        data=DATA,
        design=DESIGN,
        scale=Scale(0.0039, 0.0021, 0.281, 3.41),
        ops=OPS,
        findings=FINDINGS,
        checks=CHECKS,
        gates=GATES,
        comparison=COMPARISON,
        examples=EXAMPLES,
        warnings=(),
    )


def thin() -> Audit:
    """Interrupted after a few images: no curves, no pictures, no intervals."""
    policy = replace(
        POLICY,
        strength=Estimate(0.41, None, None, 12),
        view_strength=None,
        noise_sd=None,
        noise_bound="below_floor",
        unchanged_share=None,
        destroyed_share=None,
        histogram=None,
        notes=(),
    )
    data = replace(DATA, root=None, measured=12, probed=0, skipped=0, skipped_files=())
    return Audit(
        status="inconclusive",
        complete=False,
        stopped_by="signal",
        tool=TOOL,
        policy=policy,
        data=data,
        design=DESIGN,
        scale=Scale(0.0039, 0.0021, None, None),
        ops=(replace(OPS[4], strength=Estimate(0.35, None, None, 12), effective=None),),
        findings=(),
        checks=(Check("DEAD", "not_measured", "fewer than 50 images"),),
        warnings=("Only 12 images were measured: no verdicts but on exact facts.",),
    )


def pictures(side: int = 96) -> list[Picture]:
    """One for every example, and those of three findings."""
    shown = [_picture(example, side) for example in EXAMPLES]
    reversed_, dead, destructive = FINDINGS[2], FINDINGS[3], FINDINGS[4]
    evidence = (
        (example_of("evidence", "city.jpg", 1, 0.93, "solarize", threshold=0.1), reversed_),
        (example_of("evidence", HOSTILE_FILE, 1, 0.88, "solarize", threshold=0.2), reversed_),
        (example_of("evidence", "lake.jpg", 0, 0.009, "sharpness", factor=1.5), dead),
        (example_of("evidence", "forest.jpg", 0, 0.012, "sharpness", factor=1.5), dead),
        (example_of("evidence", "dunes.jpg", 2, 0.97, "brightness", factor=1.9), destructive),
    )
    return shown + [_picture(example, side, found) for example, found in evidence]


def _picture(example: Example, side: int, found: Finding | None = None) -> Picture:
    name = str(example.image)
    path = SAMPLES / ("fallen-leaves.jpg" if name == HOSTILE_FILE else name)
    with Image.open(path) as opened:
        levels = torch.from_numpy(np.array(opened.convert("RGB"))).permute(2, 0, 1)
    original = bring_to_size(levels, side)
    return picture_of(example, original, _view(original, example), found)


def _view(image: torch.Tensor, example: Example) -> torch.Tensor:
    step = example.steps[1]
    op = step["op"]
    if op == "solarize":
        return torch.where(image >= 0.2, 1 - image, image)
    if op == "brightness":
        return (image + 0.75).clamp(0, 1)
    if op == "rotate":
        return image.roll((9, -14), (1, 2)).flip(2)
    return (image + 0.01 * torch.sin(torch.arange(image.shape[-1]) / 2.0)).clamp(0, 1)
