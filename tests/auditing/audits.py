"""Audits as they could be, for whatever reads them: `audit(...)`, with names that mean harm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    Histogram,
    OpResult,
    PolicyResult,
    Scale,
)
from augscore.auditing.finding import Check, Finding

SHA = "3f2a9c1d" * 8
HOSTILE = (
    "<img src=x onerror=alert(1)>.jpg",
    "a | b `c` **d** [e](http://f.example) @everyone #1 <!-- g -->",
    "line\r\nbreak\x1b[31m\u202ebidi\udcff",
    "%0A::error::::,:\ufffe\x00]]>&amp;'\"",
    "www.evil.example $x$ :tada: ~~s~~ \\|",
)


def estimate(value: float, reach: float | None = 0.02, n: int = 1000) -> Estimate:
    """`value` ± `reach`; None for no interval."""
    if reach is None:
        return Estimate(value, None, None, n)
    return Estimate(value, value - reach, value + reach, n)


def op(path: str, strength: float | None = 0.4, **changes: Any) -> OpResult:
    found = None if strength is None else estimate(strength)
    values: dict[str, Any] = {
        "path": path,
        "op": path.rpartition(" > ")[2],
        "view": 0,
        "line": None,
        "declared": 0.5,
        "applied": estimate(0.5),
        "strength": found,
        "effective": found,
        "contribution": found,
        "rms": estimate(0.1),
        "curves": (curve(),),
        "findings": (),
    }
    return OpResult(**(values | changes))


def curve(strengths: Sequence[float] = (0.0, 0.1, 0.2, 0.3, 0.4)) -> Curve:
    points = tuple(
        CurvePoint(float(level), estimate(value), estimate(0.01), estimate(value / 4), 0.0, 0.0)
        for level, value in enumerate(strengths)
    )
    return Curve("magnitude", "level", 0.0, 9.0, points)


def finding(
    code: str = "DEAD", level: str = "fail", part: str | None = "A", **more: Any
) -> Finding:
    statement = more.pop("statement", f"{code} of {part}")
    advice = more.pop("advice", "Raise the magnitude")
    return Finding(code, level, part, statement, "relative strength", **more, advice=advice)  # type: ignore[arg-type]


def policy(**changes: Any) -> PolicyResult:
    values: dict[str, Any] = {
        "name": "randaugment",
        "source": "preset",
        "sha256": SHA,
        "library": "augscore",
        "tree": ("RandAugment(2, 9)",),
        "notes": (),
        "strength": estimate(0.5),
        "view_strength": estimate(0.7),
        "noise_sd": 0.12,
        "noise_bound": None,
        "unchanged_share": estimate(0.05, 0.01),
        "destroyed_share": estimate(0.005, 0.002),
        "histogram": Histogram((0.0, 0.5, 1.0), (3, 4), (1, 2), (0, 9)),
    }
    return PolicyResult(**(values | changes))


def data(**changes: Any) -> DataResult:
    values: dict[str, Any] = {
        "root": "photos",
        "found": 1201,
        "measured": 1000,
        "probed": 200,
        "skipped": 1,
        "skipped_by_reason": {"truncated": 1},
        "skipped_files": ({"path": "x.jpg", "reason": "truncated", "detail": ""},),
        "ignored": 0,
        "fingerprint": "ab" * 32,
        "size": 32,
        "classes": 0,
    }
    return DataResult(**(values | changes))


def design(**changes: Any) -> Design:
    values: dict[str, Any] = {
        "seed": 0,
        "draws": 4,
        "images": 1000,
        "op_images": 200,
        "levels": 11,
        "alpha": 0.05,
        "resamples": 1000,
        "interval": "percentile bootstrap over images",
        "device": "cpu",
        "model": "default 1.0",
        "model_sha256": SHA,
        "reading": "strength/2",
    }
    return Design(**(values | changes))


def audit(
    ops: Sequence[OpResult] = (),
    findings: Sequence[Finding] = (),
    checks: Sequence[Check] | None = None,
    **changes: Any,
) -> Audit:
    """Complete and of 1,000 images; what has no finding is clear."""
    codes = {f.code for f in findings} | {"DEAD", "REVERSED", "WEAK", "REPEATED_DRAWS"}
    found = {f.code for f in findings}
    made = tuple(Check(code, "found" if code in found else "clear") for code in sorted(codes))
    values: dict[str, Any] = {
        "status": "pass",
        "complete": True,
        "stopped_by": None,
        "tool": {"version": "0.1.0", "torch": "2.14.0"},
        "policy": policy(),
        "data": data(),
        "design": design(),
        "scale": Scale(1 / 255, 0.01, 0.3, 1.2),
        "ops": tuple(ops) or (op("A"), op("B"), op("RandAugment > Solarize", 0.6)),
        "findings": tuple(findings),
        "checks": made if checks is None else tuple(checks),
    }
    return Audit(**(values | changes))


def comparison(**changes: Any) -> Comparison:
    values: dict[str, Any] = {
        "what": "baseline",
        "policy": "randaugment",
        "sha256": SHA,
        "images": 1000,
        "deltas": (
            Delta("policy.strength", 0.4, 0.5, estimate(0.1), True),
            Delta("ops.A.strength", 0.4, 0.4, estimate(0.0), True),
        ),
        "appeared": ("DEAD A",),
        "gone": (),
        "changed": (),
    }
    return Comparison(**(values | changes))


def example(name: str = "a.jpg", kind: str = "weakest") -> Example:
    return Example(kind, name, 0, 0.1, ({"op": "Solarize"},), "augscore policy draw randaugment")


def hostile_audit() -> Audit:
    """Every name of the user's is one of HOSTILE."""
    ops = [op(f"RandAugment > {name}", 0.3, line=3) for name in HOSTILE]
    findings = [
        finding(part=part.path, statement=f"{part.op} does nothing", advice=part.op, line=12)
        for part in ops
    ]
    return audit(
        ops,
        findings,
        policy=policy(name=HOSTILE[0], source=HOSTILE[1], tree=HOSTILE),
        data=data(
            root=HOSTILE[2],
            skipped_files=({"path": HOSTILE[2], "reason": "truncated", "detail": HOSTILE[3]},),
        ),
        comparison=comparison(
            policy=HOSTILE[1],
            deltas=tuple(
                Delta(f"ops.{part.path}.strength", 0.1, 0.3, estimate(0.2), True) for part in ops
            ),
            appeared=tuple(f"DEAD {part.path}" for part in ops),
        ),
        examples=tuple(example(name) for name in HOSTILE),
        warnings=HOSTILE,
    )
