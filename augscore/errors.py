"""Every expected failure, as one tree with one exit code each.

AugscoreError
├── UsageError        2  what the user wrote: an option, a config file, a policy (also a ValueError)
│   ├── PolicyError   2  a policy file or mapping, with every mistake in it
│   ├── GatesError    2  a file of gates, with every mistake in it
│   └── TensorError   2  a tensor of the wrong shape, dtype or range given to the Python API
├── InputError        3  the input cannot be used, nothing was measured (also a ValueError)
│   └── ModelError    3  a model file that is missing, damaged or of another kind
├── HostError         4  the machine: device, disk, a missing library
└── ToldElsewhere        of several processes the first tells what happened; its exit code is this

Findings and skipped files are results, never exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_TOLD = 50


class AugscoreError(Exception):
    """What happened, a stable code for programs, and what to do about it."""

    exit_code: int = 70

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class UsageError(AugscoreError, ValueError):
    exit_code = 2


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a file; `where` is file:line:column, or a path in a mapping."""

    code: str
    where: str
    message: str
    hint: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        told = f"{self.where}: {self.message}"
        return f"{told}. {self.hint}" if self.hint else told


class MistakesError(UsageError):
    """All mistakes of one file at once; the code is that of the first."""

    def __init__(self, what: str, mistakes: Sequence[Mistake]) -> None:
        told = [str(mistake) for mistake in mistakes[:_TOLD]]
        if len(mistakes) > 1:
            told.insert(0, f"{len(mistakes):,} mistakes in {what}")
        if len(mistakes) > _TOLD:
            told.append(f"and {len(mistakes) - _TOLD:,} more")
        super().__init__("\n".join(told), code=mistakes[0].code)
        self.mistakes = tuple(mistakes)


class PolicyError(MistakesError):
    """Codes: `policy_syntax`, `policy_too_large`, `policy_duplicate_key`, `policy_alias`,
    `policy_unsafe`, `policy_unknown`, `policy_unknown_op`, `policy_unknown_arg`, `policy_value`.
    """


class GatesError(MistakesError):
    """Codes: `gates_syntax`, `gates_too_large`, `gates_duplicate_key`, `gates_alias`,
    `gates_unsafe`, `gates_unknown_key`, `gates_unknown_op`, `gates_value`."""


class TensorError(UsageError, TypeError):
    """Code `bad_tensor`: names the argument, what it got and what it wanted."""


class InputError(AugscoreError, ValueError):
    exit_code = 3


class ModelError(InputError):
    """Codes `model_missing`, `model_corrupt`, `model_pickle`, `model_mismatch`, `model_version`."""


class HostError(AugscoreError, OSError):
    """Codes `device_unavailable`, `out_of_memory`, `disk_full`, `output_unwritable`,
    `library_missing`, `download_failed`, `export_differs`, `process_lost`."""

    exit_code = 4


class ToldElsewhere(AugscoreError):
    """Ends a process that torchrun started beside the one that tells what happened."""

    def __init__(self, cause: AugscoreError) -> None:
        super().__init__(cause.message, code=cause.code, hint=cause.hint)
        self.exit_code = cause.exit_code
