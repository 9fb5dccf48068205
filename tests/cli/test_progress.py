"""When a plain line of progress is due, and what it says."""

from __future__ import annotations

import io

import pytest

from augscore.runtime import Progress
from augscore_cli.figures import duration, four, rate, size
from augscore_cli.progress import PlainProgress, progress_sink
from augscore_cli.render import progress_bar
from augscore_cli.streams import open_streams


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def lines_of(events: list[tuple[float, int]], total: int | None = 1000) -> list[tuple[float, str]]:
    clock = Clock()
    written: list[tuple[float, str]] = []
    sink = PlainProgress(lambda text: written.append((clock.now, text)), clock)
    for when, done in events:
        clock.now = when
        sink(Progress("measured", done, total, "img"))
    return written


def test_the_first_line_comes_after_ten_seconds() -> None:
    assert lines_of([(0, 0), (9.9, 500)]) == []
    assert [t for t, _ in lines_of([(0, 0), (10, 10)])] == [10]


def test_then_thirty_seconds_and_a_tenth_whichever_is_later() -> None:
    slow = lines_of([(0, 0), *((t, t) for t in range(1, 400))])
    assert [t for t, _ in slow] == [10, 110, 210, 310]
    fast = lines_of([(0, 0), *((t, 12 * t) for t in range(1, 83))])
    assert [t for t, _ in fast] == [10, 40, 70]


def test_an_unknown_total_goes_by_time_alone() -> None:
    lines = lines_of([(0, 0), *((t, t) for t in range(1, 100))], total=None)
    assert [t for t, _ in lines] == [10, 40, 70]
    assert lines[0][1] == "measured 10 1.0 img/s"


def test_what_a_line_says() -> None:
    (line,) = lines_of([(0, 0), (10, 4000)], total=100_000)
    assert line[1] == "measured 4,000/100,000 (4 %) 400 img/s left 4 min"


def test_a_stage_has_its_own_pace() -> None:
    clock = Clock()
    written: list[str] = []
    sink = PlainProgress(written.append, clock)
    sink(Progress("found", 0, None, "files"))
    clock.now = 20.0
    sink(Progress("measured", 0, 100, "img"))
    clock.now = 60.0
    sink(Progress("measured", 80, 100, "img"))
    assert written[-1] == "measured 80/100 (80 %) 2.0 img/s left 10 s"


def test_the_pace_counts_from_when_the_total_is_known() -> None:
    clock = Clock()
    written: list[str] = []
    sink = PlainProgress(written.append, clock)
    sink(Progress("calibrating", 0, None, "img"))
    clock.now = 30.0
    sink(Progress("calibrating", 10, 100, "img"))
    clock.now = 70.0
    sink(Progress("calibrating", 50, 100, "img"))
    assert written[-1] == "calibrating 50/100 (50 %) 1.0 img/s left 50 s"


def test_nothing_to_do_is_all_done() -> None:
    assert lines_of([(0, 0), (10, 0)], total=0)[0][1] == "measured 0/0 (100 %)"


@pytest.mark.parametrize(("progress", "quiet"), [("never", False), ("auto", True)])
def test_no_progress_when_not_wanted(
    progress: str, quiet: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress_sink(open_streams("auto", progress, quiet=quiet)) as sink:
        assert not isinstance(sink, PlainProgress)
        sink(Progress("measured", 1, 2, "img"))
    assert capsys.readouterr() == ("", "")


def test_a_pipe_gets_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_sink(open_streams("auto", "auto", quiet=False)) as sink:
        assert isinstance(sink, PlainProgress)
        sink(Progress("measured", 1, 2, "img"))
    assert capsys.readouterr() == ("", "")


def test_the_bar_shows_stage_amount_and_pace() -> None:
    file = io.StringIO()
    clock = Clock()
    with progress_bar(file, clock, colour=False) as sink:
        sink(Progress("measured", 0, 100, "img"))
        clock.now = 5.0
        sink(Progress("measured", 50, 100, "img"))
    text = file.getvalue()
    assert "measured" in text
    assert "50/100 (50 %) 10 img/s left 5.0 s" in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (3.42, "3.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (150, "2 min"),
        (3599, "1 h"),
        (4000, "1 h 7 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.0, "0"), (0.12345, "0.1235"), (1234.5, "1,234"), (1e-7, "1.000e-07"), (-0.5, "-0.5")],
)
def test_four_digits(number: float, text: str) -> None:
    assert four(number) == text


@pytest.mark.parametrize(
    ("number", "text"), [(12, "12 B"), (1_500, "1.5 kB"), (4_700_000, "4.7 MB"), (9.1e9, "9.1 GB")]
)
def test_sizes(number: float, text: str) -> None:
    assert size(int(number)) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [(1234.5, "1,234 img/s"), (9.96, "10.0 img/s"), (0.1, "0.1 img/s"), (0.025, "1.5 img/min")],
)
def test_slow_work_is_told_by_the_minute(per_second: float, text: str) -> None:
    assert rate(per_second, "img") == text
