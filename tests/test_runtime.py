from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch

from augscore import runtime
from augscore.errors import HostError, UsageError
from augscore.runtime import (
    Interruptions,
    Progress,
    StopFlag,
    Stopped,
    host_facts,
    memory_errors,
    pick_device,
    usable_cores,
)


def have(monkeypatch: pytest.MonkeyPatch, *, cuda: int = 0, mps: bool = False) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


def test_auto_takes_the_best_device_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, cuda=2, mps=True)
    assert pick_device("auto") == torch.device("cuda")
    assert pick_device("cuda:1") == torch.device("cuda:1")
    have(monkeypatch, mps=True)
    assert pick_device("auto") == torch.device("mps")
    have(monkeypatch)
    assert pick_device("auto") == pick_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:9", "mps"])
def test_bad_60_an_absent_device(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    have(monkeypatch)
    with pytest.raises(HostError) as caught:
        pick_device(name)
    assert (caught.value.code, caught.value.exit_code) == ("device_unavailable", 4)
    assert caught.value.hint == "Present: cpu"
    have(monkeypatch, cuda=2)
    if name == "cuda:9":
        with pytest.raises(HostError, match="Present: cuda, cuda:0, cuda:1, cpu"):
            pick_device(name)


@pytest.mark.parametrize("name", ["", "gpu", "CPU", "cuda:", "cuda:-1", "cuda:01", "cpu:0", "meta"])
def test_bad_60_a_word_that_is_no_device(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        pick_device(name)
    assert caught.value.exit_code == 2


def test_host_facts_hold_no_host_and_no_path() -> None:
    facts = host_facts(torch.device("cpu"))
    assert set(facts) == {
        *("python", "torch", "torchvision", "kornia"),
        *("device", "device_name", "threads", "platform"),
    }
    assert facts["torch"] == torch.__version__
    assert facts["device"] == "cpu"
    assert facts["device_name"]
    assert os.uname().nodename not in facts.values()
    assert not any(str(value).startswith("/") for value in facts.values())


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, None),
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.max": "250000 100000\n"}, 2),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu.max": "rubbish"}, None),
        ({"cpu/cpu.cfs_quota_us": "400000", "cpu/cpu.cfs_period_us": "100000"}, 4),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
    ],
)
def test_the_quota_of_a_container(tmp_path: Path, files: dict[str, str], cores: int | None) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert runtime._container_cores(tmp_path) == cores


def test_usable_cores_obey_affinity_and_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(6)), raising=False)
    for quota, cores in ((None, 6), (2, 2), (64, 6)):
        monkeypatch.setattr(runtime, "_container_cores", lambda path, quota=quota: quota)
        assert usable_cores() == cores


def test_progress_is_a_plain_value() -> None:
    assert Progress("measure", 3, None, "images") == Progress("measure", 3, None, "images")


LOOP = """
import os, signal, sys, time
from augscore.runtime import Interruptions
before = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
try:
    with Interruptions() as flag:
        print("ready", flush=True)
        told = None
        for _ in range(3000):
            time.sleep(0.01)
            if flag.stopped_by != told:
                told = flag.stopped_by
                print(told, flush=True)
                if "stop" in sys.argv: break
except KeyboardInterrupt:
    print("KeyboardInterrupt", flush=True)
print([signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)] == before, flush=True)
"""


def interrupted(*signals: signal.Signals, stop: bool = False) -> list[str]:
    command = [sys.executable, "-c", LOOP, *(["stop"] if stop else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        for index, number in enumerate(signals):
            os.kill(process.pid, number)
            if index == 0:
                lines.append(process.stdout.readline())
        lines += process.stdout.readlines()
        process.wait(timeout=20)
    return [line.strip() for line in lines]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_sets_the_flag(number: signal.Signals) -> None:
    assert interrupted(number, stop=True) == ["ready", number.name, "True"]


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_second_sigint_leaves_at_once(first: signal.Signals) -> None:
    told = interrupted(first, signal.SIGINT)
    assert told == ["ready", first.name, "KeyboardInterrupt", "True"]


def test_more_sigterms_change_nothing() -> None:
    with Interruptions() as flag:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGTERM):
            signal.raise_signal(number)
        assert flag.stopped_by == "SIGINT"
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_where_ctrl_c_comes_twice_the_second_changes_nothing() -> None:
    with Interruptions(once=True) as flag:
        for _ in range(3):
            signal.raise_signal(signal.SIGINT)
        assert flag.stopped_by == "SIGINT"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_where_nothing_is_worth_finishing_raises(number: signal.Signals) -> None:
    with Interruptions() as flag:
        with pytest.raises(Stopped) as caught, flag.at_once():
            signal.raise_signal(number)
        assert caught.value.by == flag.stopped_by == number.name


def test_a_signal_that_came_before_raises_too() -> None:
    with Interruptions() as flag:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Stopped), flag.at_once():
            pytest.fail("entered")


def test_after_such_a_place_a_signal_only_sets_the_flag() -> None:
    with Interruptions() as flag:
        with flag.at_once():
            pass
        signal.raise_signal(signal.SIGINT)
        assert flag.ask() == "SIGINT"


def test_places_lie_within_each_other() -> None:
    flag = StopFlag()
    with flag.at_once():
        with flag.when_asked():
            flag.stop("SIGINT")
        assert flag.ask() == "SIGINT"
        with pytest.raises(Stopped):
            flag.stop("SIGTERM")


def test_leaving_a_place_leaves_the_one_around_it() -> None:
    flag = StopFlag()
    with flag.at_once():
        with flag.at_once():
            pass
        with pytest.raises(Stopped):
            flag.stop("SIGTERM")


def test_an_ignored_signal_stays_ignored() -> None:
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interruptions() as flag:
            os.kill(os.getpid(), signal.SIGINT)
            assert flag.stopped_by is None
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, former)


def test_outside_the_main_thread_nothing_changes() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def work() -> None:
        with Interruptions() as flag:
            seen.append((flag.stopped_by, signal.getsignal(signal.SIGINT) is before))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [(None, True)]


def test_importing_loads_no_torch() -> None:
    code = "import sys, augscore.runtime; print('torch' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory: you"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    ],
)
def test_memory_that_runs_out_is_the_machine(error: Exception) -> None:
    with (
        pytest.raises(HostError, match=r"not enough memory\. Take less") as caught,
        memory_errors("Take less"),
    ):
        raise error
    assert (caught.value.code, caught.value.exit_code) == ("out_of_memory", 4)


def test_a_real_allocation_that_fails_is_the_machine() -> None:
    with pytest.raises(HostError), memory_errors("Take less"):
        torch.empty(1 << 58, dtype=torch.uint8)


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shape"), memory_errors("Take less"):
        raise RuntimeError("shape mismatch")
