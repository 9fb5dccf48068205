"""The numbers of an audit by the names that they have in report.json."""

from __future__ import annotations

from collections.abc import Mapping

from augscore.auditing.audit import Estimate, OpResult, PolicyResult


def numbers_of_policy(policy: PolicyResult) -> Mapping[str, Estimate | None]:
    return {
        "strength": policy.strength,
        "view_strength": policy.view_strength,
        "unchanged_share": policy.unchanged_share,
        "destroyed_share": policy.destroyed_share,
    }


def numbers_of_op(op: OpResult) -> Mapping[str, Estimate | None]:
    return {
        "strength": op.strength,
        "effective": op.effective,
        "applied": op.applied,
        "contribution": op.contribution,
        "rms": op.rms,
    }
