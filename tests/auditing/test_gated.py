"""Gates, baselines and second policies on real, small audits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from augscore.auditing.api import Audited, audit_images
from augscore.auditing.gating.baseline import check_baseline, setup_of
from augscore.auditing.gating.compare import compare
from augscore.auditing.gating.gates import Gates, Rule
from augscore.auditing.gating.keys import Key
from augscore.auditing.gating.verdict import exit_code
from augscore.auditing.keeping.report_file import audit_from_json
from augscore.auditing.options import AuditOptions
from augscore.auditing.plan import plan_audit
from augscore.auditing.report.annotations import to_annotations
from augscore.auditing.report.junit import to_junit
from augscore.auditing.report.markdown import to_markdown
from augscore.engine.nodes import Step
from augscore.engine.policy import Policy, View
from augscore.errors import GatesError
from augscore.measuring.sources import folder_source
from augscore.outputs import to_json
from augscore.strength.scorer import Scorer

OPTIONS = AuditOptions(images=8, op_images=8, draws=2, levels=2, shifts=False, workers=0)
FLIP = Step("RandomHorizontalFlip", p=0.5)


def policy(threshold: float) -> Policy:
    solarize = Step("RandomSolarize", (("threshold", (threshold, threshold)),), p=1.0)
    return Policy("two", 48, (View((FLIP, solarize)),))


@pytest.fixture(autouse=True)
def _quick(small_chunks: None) -> None:
    """Small images in small chunks."""


def run(scenes: Path, tiny: Scorer, threshold: float, gates: Gates) -> Audited:
    plan = plan_audit(policy(threshold), folder_source([scenes]), tiny, OPTIONS)
    return audit_images(plan, gates)


def test_an_operation_that_is_not_there_is_refused_before_anything_is_measured(
    scenes: Path, tiny_scorer: Scorer
) -> None:
    plan = plan_audit(policy(0.5), folder_source([scenes]), tiny_scorer, OPTIONS)
    told: list[object] = []
    gates = Gates((Rule(Key("ops", "strength", "RandomSolarise"), 0, 1),), file="g.yaml")
    with pytest.raises(GatesError, match="Did you mean RandomSolarize"):
        audit_images(
            plan,
            gates,
            progress=told.append,
            record=lambda entry, place: told.append(entry),
        )
    assert told == []


def test_two_policies_differ_where_their_operations_do(scenes: Path, tiny_scorer: Scorer) -> None:
    now = run(scenes, tiny_scorer, 0.3, Gates(()))
    before = run(scenes, tiny_scorer, 0.6, Gates(()))
    check_baseline(before.audit, setup_of(now.audit), "old.json")
    found = compare(now.audit, before.audit, what="compare", tables=(now.table, before.table))
    deltas = {delta.key: delta for delta in found.deltas}
    flip, solarize = (
        deltas[f"ops.{op}.strength"] for op in ("RandomHorizontalFlip", "RandomSolarize")
    )
    assert found.images == 8
    assert flip.change is not None
    assert solarize.change is not None
    # The same flips of the same images, whatever else the policies do.
    assert (flip.change.value, flip.change.low, flip.change.high) == (0, 0, 0)
    assert flip.paired
    assert solarize.now is not None
    assert solarize.before is not None
    assert solarize.change.value == pytest.approx(solarize.now - solarize.before)
    assert solarize.change.low is not None
    assert solarize.change.high is not None
    assert not solarize.change.low <= 0 <= solarize.change.high


def test_every_form_tells_the_same_verdict(scenes: Path, tiny_scorer: Scorer) -> None:
    never = Step("RandomGrayscale", p=0.0)
    given = Policy("three", 48, (View((FLIP, never)),))
    plan = plan_audit(given, folder_source([scenes]), tiny_scorer, OPTIONS)
    now = audit_images(plan, Gates((Rule(Key("findings", "P_ZERO"), None, 0),))).audit
    assert (now.status, exit_code(now)) == ("fail", 1)
    read = audit_from_json(json.loads(to_json(now.to_json())))
    assert replace(read, examples=()) == replace(now, examples=())
    assert ": FAIL" in to_markdown(now)
    assert 'failures="2"' in to_junit(now)
    assert to_annotations(now, "p.yaml")[0].startswith("::error file=p.yaml,title=P_ZERO Random")
