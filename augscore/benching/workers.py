"""Processes that stay, each with its share of a batch, and outputs in memory that all share."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

import torch
import torch.multiprocessing

from augscore.benching.peers.own import NAME as OWN
from augscore.benching.peers.own import Share
from augscore.benching.peers.per_image import LIBRARIES
from augscore.benching.task import Task
from augscore.errors import HostError

_SHARED = Path("/dev/shm")
_PATIENCE = 10.0


@dataclass(frozen=True)
class Job:
    """`library`, or the engine itself, makes `task` of the images; both tensors lie in shared
    memory."""

    library: str
    task: Task
    images: torch.Tensor
    out: torch.Tensor


class Workers:
    """As many processes as asked for, of one thread each. Image n is the work of process n modulo
    their number."""

    def __init__(self, count: int) -> None:
        context = torch.multiprocessing.get_context("spawn")
        self.count = count
        self._pipes: list[Connection] = []
        self._processes = []
        for place in range(count):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, place, count), daemon=True)
            with _no_interrupts():
                process.start()
            there.close()
            self._pipes.append(here)
            self._processes.append(process)

    def take(self, job: Job) -> int:
        """Prepare a job; its number."""
        return self._all(job)

    def run(self, number: int) -> None:
        """Do a job, whole; returns when its output is there."""
        self._all(number)

    def _all(self, message: Job | int) -> int:
        for pipe in self._pipes:
            pipe.send(message)
        answers = [_answer(pipe) for pipe in self._pipes]
        return answers[0]

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(_PATIENCE)
            if process.is_alive():
                process.terminate()
                process.join()


def fits_in_shared_memory(number: int) -> bool:
    """Whether so many bytes do; where the system does not tell, they are taken to."""
    return not _SHARED.is_dir() or shutil.disk_usage(_SHARED).free > number


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Ctrl-C goes to every process of a terminal; those started here leave it to the first."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Its start, which a process's first start brings about, would let interrupts in again.
    resource_tracker.ensure_running()
    former = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _answer(pipe: Connection) -> int:
    try:
        answer = pipe.recv()
    except EOFError:
        raise HostError("a process that times a library ended", code="worker_failed") from None
    if isinstance(answer, str):
        raise HostError(f"a library cannot be timed: {answer}", code="worker_failed")
    number: int = answer
    return number


def _serve(pipe: Connection, place: int, count: int) -> None:
    """Until the other end is closed: a job prepares it, a number does one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    jobs: list[Share | _Prepared] = []
    with suppress(EOFError, BrokenPipeError):
        while True:
            message: Job | int = pipe.recv()
            try:
                if isinstance(message, Job):
                    jobs.append(_prepared(message, place, count))
                    message = len(jobs) - 1
                else:
                    jobs[message].run()
            except Exception as error:
                # Told to the process that asked, which raises it.
                pipe.send(f"{type(error).__name__}: {error}")
            else:
                pipe.send(message)


def _prepared(job: Job, place: int, count: int) -> Share | _Prepared:
    if job.library == OWN:
        return Share(job.task, job.images, job.out, place, count)
    return _Prepared(job, place, count)


class _Prepared:
    """A job's own images, in the library's own form."""

    def __init__(self, job: Job, place: int, count: int) -> None:
        library = LIBRARIES[job.library]
        self._out = job.out[place::count]
        self._images = [library.read(image) for image in job.images[place::count]]
        self._make = library.make(job.task)

    def run(self) -> None:
        for target, image in zip(self._out, self._images, strict=True):
            target.copy_(self._make(image))
