"""`augscore audit RUN`: the policy that a training run used, in the run's own feed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result

from augscore.auditing.probing.feed import feed_facts
from augscore.auditing.table import LoaderFacts
from augscore.engine.policy import Policy
from augscore.engine.policy_file.digest import policy_digest
from augscore.engine.presets import preset
from augscore.training.kept_feed import KeptFeed
from augscore.training.kept_policy import policy_of_run

Invoke = Callable[..., Result]

TRAINED = ("--size", "48", "--arch", "small", "--set", "projector.hidden=16", "--workers", "0",
           "--steps", "1", "--batch-size", "4", "--set", "projector.out=8", "--device", "cpu",
           "--policy", "simsiam-cifar", "--seed", "5")  # fmt: skip
FEW = ("--n", "4", "--op-images", "0", "--draws", "2", "--json", "-")


@pytest.fixture
def audited(invoke: Invoke, photos: Path, model_file: Path) -> Callable[..., dict[str, Any]]:
    """`audit` of a new run in `run`, as its report."""
    trained = invoke("train", "simclr", str(photos), "--out", "run", *TRAINED)
    assert trained.exit_code == 0, trained.output

    def report(*options: str) -> dict[str, Any]:
        command = ("audit", "run", "--data", str(photos), "--model", str(model_file))
        result = invoke(*command, *FEW, *options)
        assert result.exit_code == 0, result.output
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    return report


def test_the_policy_of_a_run_is_audited_in_its_own_feed(
    audited: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[KeptFeed] = []

    def watched(policy: Policy, kept: KeptFeed, image: torch.Tensor) -> LoaderFacts:
        asked.append(kept)
        return feed_facts(policy, kept, image)

    monkeypatch.setattr("augscore.auditing.concluding.facts.feed_facts", watched)
    report = audited()
    assert asked == [KeptFeed(seed=5, batch_size=4, views=2, size=48, workers=0)]
    assert policy_digest(policy_of_run(Path("run"))) == policy_digest(preset("simsiam-cifar"))
    assert report["policy"]["name"] == "simsiam-cifar"
    assert (report["design"]["seed"], report["data"]["size"]) == (5, 48)
    states = {check["code"]: check["state"] for check in report["checks"]}
    assert (states["REPEATED_DRAWS"], states["NON_DETERMINISTIC"]) == ("clear", "clear")


def test_another_size_and_seed_may_be_asked_for(audited: Callable[..., dict[str, Any]]) -> None:
    report = audited("--size", "64", "--seed", "7")
    assert (report["design"]["seed"], report["data"]["size"]) == (7, 64)
