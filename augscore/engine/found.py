"""A policy that was brought for inspection, with what is wrong about how it was made."""

from __future__ import annotations

from dataclasses import dataclass

from augscore.engine.policy import Policy


@dataclass(frozen=True)
class IgnoredArgument:
    """An argument that a library does not know, warned of and dropped; `line` is that of the file
    of code which gave it, where a warning told."""

    op: str
    argument: str
    message: str
    line: int | None = None


@dataclass(frozen=True)
class Found:
    """`pipelines` are the live objects behind the views, one each, none for a policy of our own
    form; `warnings` is what code of the user's warned of while it made them. `file` is the policy
    file that was read, `code` the SHA-256 of the file of code; both are empty for anything else."""

    policy: Policy
    pipelines: tuple[object, ...] = ()
    ignored: tuple[IgnoredArgument, ...] = ()
    warnings: tuple[str, ...] = ()
    file: str = ""
    code: str = ""
