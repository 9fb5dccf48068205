"""Findings of a made-up audit, and what its checks say."""

from __future__ import annotations

from dataclasses import replace

from augscore.auditing.finding import Check, Finding
from tests.auditing.report.example_ops import HOSTILE_FILE, HOSTILE_OP, OPS


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


CHECKS = (
    *(Check(code, "clear") for code in (
        "RAISES", "OUT_OF_RANGE", "NON_DETERMINISTIC", "SATURATED", "REDUNDANT", "DOMINANT",
        "NEAR_IDENTICAL_VIEWS", "BEYOND_RANDOM_PAIRS")),
    *(Check(f.code, "found") for f in FINDINGS),
    Check("WEAK", "inconclusive", "Posterize: its interval holds the threshold"),
    Check("REPEATED_DRAWS", "not_measured", "no loader of the user's was given"),
    Check("CLASS_IMBALANCED_STRENGTH", "not_measured", "fewer than 30 images a class"),
)  # fmt: skip
