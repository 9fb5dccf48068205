"""The policy that the command line names, and what the user should know of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .names import shown
from .streams import Streams

if TYPE_CHECKING:
    from augscore.engine.policy import Policy

allow_code: Callable[..., Callable[..., None]] = click.option(
    "--allow-code",
    is_flag=True,
    help="Run the code of a policy that is named FILE.py:NAME or MODULE:NAME.",
)


def named_policy(name: str, allowed: bool) -> Policy:
    """A preset, a file, or with --allow-code an object in code."""
    from augscore.engine.policies import find_policy

    return find_policy(name, allow_code=allowed)


def policy_files(name: str) -> tuple[Path, ...]:
    """The file that is read to get the policy, if there is one."""
    from augscore.engine.bring.code import code_file
    from augscore.engine.policies import is_policy_file

    code = code_file(name)
    if is_policy_file(name):
        return (Path(name),)
    return () if code is None else (code,)


def tell_notes(policy: Policy, streams: Streams) -> None:
    """What a pipeline that was brought from elsewhere lost on the way, on stderr."""
    for note in policy.notes:
        streams.note(f"note: {shown(note)}")
