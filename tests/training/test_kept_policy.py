"""A run keeps its policy as a file, from which an audit takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from augscore.engine.check import canonical
from augscore.engine.nodes import Foreign
from augscore.engine.policy import Policy, View
from augscore.engine.policy_file.digest import policy_digest
from augscore.engine.presets import preset
from augscore.errors import InputError
from augscore.training.kept_policy import POLICY_FILE, is_pair_run, keep_policy, policy_of_run


@pytest.mark.parametrize("name", ["simclr-cifar", "byol", "randaugment(2,9)"])
def test_a_policy_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    policy = preset(name)
    keep_policy(policy, tmp_path)
    assert policy_of_run(tmp_path) == canonical(policy)
    assert policy_digest(policy_of_run(tmp_path)) == policy_digest(policy)


def test_a_pipeline_that_runs_as_it_is_has_no_file(tmp_path: Path) -> None:
    policy = Policy("theirs", 32, (View((Foreign("torchvision 0", "X()", False),)),))
    keep_policy(policy, tmp_path)
    assert not (tmp_path / POLICY_FILE).exists()
    with pytest.raises(InputError, match=POLICY_FILE):
        policy_of_run(tmp_path)


def test_other_folders_are_no_runs(tmp_path: Path) -> None:
    assert not is_pair_run(tmp_path)
    assert not is_pair_run(tmp_path / "nowhere")
    (tmp_path / "run.json").write_text('{"schema": "augscore.run/1", "command": "train score"}')
    assert not is_pair_run(tmp_path)
    (tmp_path / "run.json").write_text('{"schema": "augscore.run/1", "command": "train vicreg"}')
    assert is_pair_run(tmp_path)
