"""Processes for tests that kill: forks of one that has imported what a training run needs.

Each is killed, stopped and limited as any other process is. That which is saved are five seconds of
imports for each of them.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["augscore.training.train", "augscore.training.score.run"])


@dataclass(frozen=True)
class Fork:
    """A process, and the files that its two streams go to."""

    process: BaseProcess
    out: Path
    err: Path

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs; of a signal, less than 0."""
        return self.process.exitcode

    @property
    def stdout(self) -> str:
        return self.out.read_text("utf-8")

    @property
    def stderr(self) -> str:
        return self.err.read_text("utf-8")

    def wait(self, seconds: float = 300) -> None:
        self.process.join(seconds)
        assert self.process.exitcode is not None, "it still runs"


def forked(target: Callable[..., None], *arguments: str, folder: Path) -> Fork:
    """Start `target(*arguments)`, a function of a module, with its streams in a folder."""
    folder.mkdir(exist_ok=True)
    number = len(list(folder.glob("out-*")))
    out, err = (folder / f"{stream}-{number}.txt" for stream in ("out", "err"))
    out.touch()
    err.touch()
    process = CONTEXT.Process(target=_told_into, args=(out, err, target, arguments))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(ROOT), *sys.path])
        process.start()
    return Fork(process, out, err)


def _told_into(
    out: Path, err: Path, target: Callable[..., None], arguments: tuple[str, ...]
) -> None:
    import torch

    for stream, path in ((1, out), (2, err)):
        file = os.open(path, os.O_WRONLY)
        os.dup2(file, stream)
        os.close(file)
    torch.set_num_threads(1)
    target(*arguments)
