"""The machine: device, cores, facts for provenance, progress as events, interruptions as a flag."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Literal

from augscore.errors import HostError, UsageError

if TYPE_CHECKING:
    import torch

_DEVICE = re.compile(r"auto|cpu|mps|cuda(:(0|[1-9][0-9]{0,3}))?")
_NO_MEMORY = re.compile(r"out of memory|not enough memory|allocate memory", re.IGNORECASE)
"""In the words of torch's allocators, whose errors have no class of their own on a CPU."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

StopSignal = Literal["SIGINT", "SIGTERM"]


def pick_device(name: str) -> torch.device:
    """`auto` (cuda, then mps, then cpu; never fails), `cpu`, `cuda`, `cuda:1` or `mps`.

    Raises `UsageError` (`usage`) for another word, `HostError` (`device_unavailable`) for a device
    that this machine does not have.
    """
    import torch

    if not _DEVICE.fullmatch(name):
        raise UsageError(
            f"unknown device {name!r}", code="usage", hint="Use auto, cpu, cuda, cuda:N or mps"
        )
    present = _devices()
    if name == "auto":
        return torch.device(present[0])
    if name not in present:
        raise HostError(
            f"device {name!r} is not available",
            code="device_unavailable",
            hint=f"Present: {', '.join(present)}",
        )
    return torch.device(name)


def _devices() -> list[str]:
    """Every accepted name of a device that is there, best first."""
    import torch

    present: list[str] = []
    if torch.cuda.is_available():
        present += ["cuda", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        present.append("mps")
    return [*present, "cpu"]


def favours_bf16(device: torch.device) -> bool:
    """Whether convolutions in bf16 are the faster ones: on CUDA from Ampere on, and on a CPU of
    AVX-512."""
    import torch

    if device.type == "cpu":
        return torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    return device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0)


def host_facts(device: torch.device) -> dict[str, Any]:
    """What a result may depend on: versions, device, threads, platform; no host name, no path."""
    import torch

    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "torchvision": _version("torchvision"),
        "kornia": _version("kornia"),
        "device": str(device),
        "device_name": _device_name(device),
        "threads": torch.get_num_threads(),
        "platform": f"{platform.system()} {platform.machine()}",
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _device_name(device: torch.device) -> str:
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.processor() or platform.machine()


def usable_cores() -> int:
    """Cores this process may use: its affinity and its container's quota; at least 1."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    quota = _container_cores(Path("/sys/fs/cgroup"))
    return max(1, min(cores, quota) if quota else cores)


def _container_cores(cgroup: Path) -> int | None:
    """Whole cores of a CPU quota (cgroup 2, else 1); None without one."""
    try:
        quota, period = (cgroup / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota = (cgroup / "cpu/cpu.cfs_quota_us").read_text()
            period = (cgroup / "cpu/cpu.cfs_period_us").read_text()
        except OSError:
            return None
    try:
        cores = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):
        return None
    return max(1, int(cores)) if cores > 0 else None


@contextmanager
def memory_errors(hint: str) -> Iterator[None]:
    """Where memory runs out inside, of the machine or of a device: HostError (`out_of_memory`)."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not (isinstance(error, MemoryError) or _NO_MEMORY.search(str(error))):
            raise
        raise HostError("not enough memory", code="out_of_memory", hint=hint) from error


@dataclass(frozen=True)
class Progress:
    """`done` of `total` (None: not known) `unit`s of a stage."""

    stage: str
    done: int
    total: int | None
    unit: str


ProgressSink = Callable[[Progress], None]


@dataclass(frozen=True)
class Note:
    """Something a person should know that does not end the work; `code` is for programs."""

    code: str
    text: str


NoteSink = Callable[[Note], None]


class Stopped(BaseException):
    """A signal asked for an end where nothing is worth finishing first."""

    def __init__(self, by: StopSignal) -> None:
        super().__init__(by)
        self.by = by


class StopFlag:
    """Read between batches: the signal that asked for an end, or None."""

    def __init__(self) -> None:
        self.stopped_by: StopSignal | None = None
        self._raises = False

    def ask(self) -> StopSignal | None:
        return self.stopped_by

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """While entered, a signal raises `Stopped`, also one that came before."""
        with self._raising(True):
            if self.stopped_by is not None:
                raise Stopped(self.stopped_by)
            yield

    @contextmanager
    def when_asked(self) -> Iterator[None]:
        """While entered, also within `at_once`, a signal only sets the flag."""
        with self._raising(False):
            yield

    @contextmanager
    def _raising(self, raises: bool) -> Iterator[None]:
        former, self._raises = self._raises, raises
        try:
            yield
        finally:
            self._raises = former

    def stop(self, by: StopSignal) -> None:
        self.stopped_by = by
        if self._raises:
            raise Stopped(by)


class Interruptions:
    """While entered, the first SIGINT or SIGTERM only sets the flag, or raises `Stopped` where the
    flag says `at_once`; a later SIGINT raises KeyboardInterrupt, but not with `once`, for processes
    of torchrun: it hands on a Ctrl-C that they may have had already, and kills those that take too
    long. The former handlers come back at the end.

    Outside the main thread, and for a signal the process ignores (nohup), nothing changes.
    """

    def __init__(self, *, once: bool = False) -> None:
        self._once = once
        self._flag = StopFlag()
        self._former: dict[signal.Signals, Any] = {}

    def __enter__(self) -> StopFlag:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                former = signal.getsignal(number)
                if former is not signal.SIG_IGN:
                    self._former[number] = former
                    signal.signal(number, self._handle)
        return self._flag

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, former in self._former.items():
            signal.signal(number, signal.SIG_DFL if former is None else former)
        self._former.clear()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._flag.stopped_by is None:
            self._flag.stop("SIGINT" if number == signal.SIGINT else "SIGTERM")
        elif number == signal.SIGINT and not self._once:
            raise KeyboardInterrupt
