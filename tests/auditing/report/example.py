"""Made-up audits to draw: one that has everything, hostile names too, and one that has little."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

from augscore.auditing.audit import (
    Audit,
    Comparison,
    DataResult,
    Delta,
    Design,
    Estimate,
    Gate,
    Histogram,
    PolicyResult,
    Scale,
)
from augscore.auditing.finding import Check
from tests.auditing.report.example_findings import CHECKS, FINDINGS
from tests.auditing.report.example_ops import HOSTILE_FILE, OPS, estimate
from tests.auditing.report.example_pictures import EXAMPLES

MODEL = "3f2a9c1d5be04a7780c2f6f1b1e7d9aa3f2a9c1d5be04a7780c2f6f1b1e7d9aa"


def histogram() -> Histogram:
    edges = tuple(round(0.05 * n, 2) for n in range(33))
    middles = [(a + b) / 2 for a, b in pairwise(edges)]

    def bell(middle: float, sd: float, count: int) -> tuple[int, ...]:
        return tuple(round(count * math.exp(-0.5 * ((m - middle) / sd) ** 2)) for m in middles)

    views = tuple(a + b for a, b in zip(bell(0.54, 0.17, 390), bell(0.02, 0.02, 90), strict=True))
    return Histogram(edges, views, bell(0.68, 0.19, 260), bell(1.0, 0.15, 130))


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
