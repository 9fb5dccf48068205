"""A limit on time: kept, taken away again, and no one else's timer touched."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType

import pytest

from augscore.engine.bring.time_limit import TookTooLong, can_limit, limited


def test_what_takes_longer_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(TookTooLong), limited(0.1):
        time.sleep(60)
    assert time.monotonic() - began < 20


def _stubborn() -> None:
    try:
        time.sleep(60)
    except Exception:
        pytest.fail("it was caught")


def test_code_that_catches_everything_it_knows_is_ended_as_well() -> None:
    with pytest.raises(TookTooLong), limited(0.1):
        _stubborn()


def test_nothing_is_left_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with limited(0.05):
        pass
    for _ in range(3):
        with pytest.raises(TookTooLong), limited(0.02):
            time.sleep(60)
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_errors_inside_pass_through() -> None:
    with pytest.raises(KeyError), limited(5.0):
        raise KeyError("mine")
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_timer_of_the_programs_own_is_left_alone() -> None:
    rang: list[int] = []

    def ring(number: int, frame: FrameType | None) -> None:
        rang.append(number)

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        assert not can_limit()
        with limited(0.01):
            time.sleep(0.05)
        assert rang == []
        time.sleep(0.3)
        assert rang == [signal.SIGALRM]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_only_the_main_thread_can() -> None:
    assert can_limit()
    seen: list[bool] = []

    def elsewhere() -> None:
        seen.append(can_limit())
        with limited(0.01):
            time.sleep(0.05)
        seen.append(True)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [False, True]
