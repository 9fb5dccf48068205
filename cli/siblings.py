"""The processes that torchrun starts on one machine fail alike: the first speaks for all."""

from __future__ import annotations

import os
import time

PATIENCE = 15.0
"""Seconds; the first may be that much slower to find what is wrong."""


def first_speaks() -> bool:
    """Whether another process tells of a failure; False for the first one, and without torchrun.

    torchrun ends all processes by SIGTERM when one has failed. So the others wait for that: leaving
    earlier would end the first before it has spoken. One that waits in vain failed alone.
    """
    if os.environ.get("LOCAL_RANK", "0") == "0":
        return False
    try:
        time.sleep(PATIENCE)
    except SystemExit:
        return True
    return False
