"""The result of an audit, as frozen data: printed, written as report.json, returned in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from augscore.auditing.finding import Check, Finding
from augscore.keys import ImageId

SCHEMA = "augscore.audit/1"

Status = Literal["pass", "fail", "inconclusive", "error"]
Verdict = Literal["pass", "fail", "warn", "inconclusive"]


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval over images; the ends are None for too few of them."""

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class CurvePoint:
    """One operation at one level: strength over that of two unrelated images, the shift of the
    score value, pixel RMS, and the shares of values that clip and of views that are destroyed."""

    level: float
    strength: Estimate
    shift: Estimate | None
    rms: Estimate
    clipped: float
    destroyed: float


@dataclass(frozen=True)
class Curve:
    axis: str
    unit: str
    neutral: float | None
    set_to: float | None
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class OpResult:
    """One operation of the policy. `strength` is relative, given that it is applied; `effective`
    is that times the share of views that have it; `contribution` is how much of the policy's
    strength is gone without it. None: not measured."""

    path: str
    op: str
    view: int
    line: int | None
    declared: float | None
    applied: Estimate | None
    strength: Estimate | None
    effective: Estimate | None
    contribution: Estimate | None
    rms: Estimate | None
    curves: tuple[Curve, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Histogram:
    """Counts between `edges` (one more than counts), of strengths over that of unrelated images."""

    edges: tuple[float, ...]
    views: tuple[int, ...]
    between: tuple[int, ...]
    unrelated: tuple[int, ...]


@dataclass(frozen=True)
class PolicyResult:
    """`strength` of views against their originals and `view_strength` of two views, both relative;
    `noise_sd` is the noise that reads as the median view, None below the floor or past the
    ladder. `unchanged_share` of views equal their original."""

    name: str
    source: str
    sha256: str
    library: str
    tree: tuple[str, ...]
    notes: tuple[str, ...]
    strength: Estimate | None
    view_strength: Estimate | None
    noise_sd: float | None
    noise_bound: str | None
    unchanged_share: Estimate | None
    destroyed_share: Estimate | None
    histogram: Histogram | None


@dataclass(frozen=True)
class Example:
    """A view worth looking at: `kind` is weakest, typical or strongest; `strength` is relative.

    `steps` say what was done to it; `command` draws it again.
    """

    kind: str
    image: ImageId
    view: int
    strength: float
    steps: tuple[Mapping[str, object], ...]
    command: str


@dataclass(frozen=True)
class DataResult:
    """`fingerprint` is the digest of the list of images, `root` a label and no path."""

    root: str | None
    found: int
    measured: int
    probed: int
    skipped: int
    skipped_by_reason: Mapping[str, int]
    skipped_files: tuple[Mapping[str, str], ...]
    ignored: int
    fingerprint: str
    size: int
    classes: int


@dataclass(frozen=True)
class Design:
    """How it was measured; two audits of one design, data and model are compared view by view."""

    seed: int
    draws: int
    images: int
    op_images: int
    levels: int
    alpha: float
    resamples: int
    interval: str
    device: str
    model: str
    model_sha256: str
    reading: str


@dataclass(frozen=True)
class Scale:
    """`floor_rms` and `floor_strength`: under them nothing happened. `unrelated_*`: the medians
    between two different images of the data."""

    floor_rms: float
    floor_strength: float
    unrelated_rms: float | None
    unrelated_strength: float | None


@dataclass(frozen=True)
class Gate:
    """One line of gates.yaml, or of the default ones, with its verdict.

    One of level warn is never the reason for the status of the audit, unless `fail_on` has warn.
    `fails` is the consequence: whether the audit fails by it, as level and `fail_on` have it.
    """

    key: str
    allowed: str
    value: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    why: str = ""
    level: Literal["fail", "warn"] = "fail"
    fails: bool = False

    @property
    def hangs(self) -> bool:
        """Whether the status of the audit hangs on it."""
        return self.verdict == "inconclusive" and (self.level == "fail" or self.fails)


@dataclass(frozen=True)
class Delta:
    """One quantity, `key` as in report.json, here minus there; paired over images and draws."""

    key: str
    before: float | None
    now: float | None
    change: Estimate | None
    paired: bool


@dataclass(frozen=True)
class Comparison:
    """Against a second policy or an earlier report: `appeared` and `gone` are findings."""

    what: str
    policy: str
    sha256: str
    images: int
    deltas: tuple[Delta, ...]
    appeared: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Audit:
    """One object, three faces: the command prints it, report.json holds it, Python returns it."""

    status: Status
    complete: bool
    stopped_by: str | None
    tool: Mapping[str, str | None]
    policy: PolicyResult
    data: DataResult
    design: Design
    scale: Scale
    ops: tuple[OpResult, ...]
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    gates: tuple[Gate, ...] = ()
    comparison: Comparison | None = None
    examples: tuple[Example, ...] = ()
    warnings: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """The document of schema `augscore.audit/1`; holds no NaN, no time, host or output path."""
        return {"schema": SCHEMA, **asdict(self)}
