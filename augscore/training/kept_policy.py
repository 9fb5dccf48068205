"""The policy of a run, kept beside it as a policy file: for audits, and for whoever asks."""

from __future__ import annotations

from pathlib import Path

from augscore.engine.nodes import foreign_in
from augscore.engine.policy import Policy
from augscore.engine.policy_file.read import read_policy
from augscore.engine.policy_file.write import to_yaml
from augscore.errors import InputError
from augscore.outputs import write_text
from augscore.runs.mark import marked_command

POLICY_FILE = "policy.yaml"


def keep_policy(policy: Policy, folder: Path) -> None:
    """A pipeline that runs as it is has no file, and is left out."""
    if not any(list(foreign_in(view.steps)) for view in policy.views):
        write_text(folder / POLICY_FILE, to_yaml(policy))


def is_pair_run(folder: Path) -> bool:
    """Whether the folder is that of a run of pair training."""
    command = marked_command(folder) if folder.is_dir() else None
    return command is not None and command.startswith("train ") and command != "train score"


def policy_of_run(folder: Path) -> Policy:
    """Raises InputError (`policy_unreadable`) for a run that kept none."""
    path = folder / POLICY_FILE
    if not path.is_file():
        raise InputError(
            f"{str(folder)!r} holds no {POLICY_FILE}",
            code="policy_unreadable",
            hint="A pipeline that runs as it is has no file, and older runs kept none: name it",
        )
    return read_policy(path)
