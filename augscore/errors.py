"""Every expected failure, as one tree with one exit code each.

AugscoreError
├── UsageError        2  what the user wrote: an option, a config file, a policy (also a ValueError)
│   └── TensorError   2  a tensor of the wrong shape, dtype or range given to the Python API
├── InputError        3  the input cannot be used, nothing was measured (also a ValueError)
│   └── ModelError    3  a model file that is missing, damaged or of another kind
└── HostError         4  the machine: device, disk, a missing library

Findings and skipped files are results, never exceptions.
"""

from __future__ import annotations


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


class TensorError(UsageError, TypeError):
    """Code `bad_tensor`: names the argument, what it got and what it wanted."""


class InputError(AugscoreError, ValueError):
    exit_code = 3


class ModelError(InputError):
    """Codes `model_missing`, `model_corrupt`, `model_pickle`, `model_mismatch`, `model_version`."""


class HostError(AugscoreError, OSError):
    """Codes `device_unavailable`, `out_of_memory`, `disk_full`, `output_unwritable`."""

    exit_code = 4
