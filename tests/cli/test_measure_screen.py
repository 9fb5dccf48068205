"""What `measure` prints, from a made-up result."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore.images.records import Skipped
from augscore.measuring.measurement import ClassSummary, NoiseSpread
from augscore.measuring.rows import PairRow
from augscore_cli.extremes import Extremes
from augscore_cli.lines import plain
from augscore_cli.measure_screen import Facts, Layout, measure_screen
from augscore_cli.names import cells

REMEDY = "augscore train score photos --out runs/score"
PIPE = Layout(80, cut=False, ellipsis="…")
TERMINAL = Layout(80, cut=True, ellipsis="…")


def screen(
    result: Any, layout: Layout = PIPE, *, top: int = 5, detailed: bool = False
) -> list[str]:
    extremes = Extremes(top, keep_all=False)
    for row in (*result.images, *result.pairs):
        extremes.add(row)
    extremes.finish()
    lines = measure_screen(result, extremes, Facts(38.2, 2, REMEDY, detailed), layout)
    return [plain(row) for row in lines]


def test_the_whole_screen(make: Any) -> None:
    names = ["b/0413.jpg", "a/0007.png", "c/scan-12.tif"]
    images = [
        make.image(name, 0.1 + i, make.view(0.5 - i / 10, 0.2 - i / 20))
        for i, name in enumerate(names)
    ]
    skipped = [
        Skipped("x", "truncated", ""),
        Skipped("y", "truncated", ""),
        Skipped("z", "not_an_image", ""),
    ]
    result = make.measurement(images, skipped=skipped, ignored={"ignored_hidden": 2})
    assert screen(result) == [
        "3 images   policy simclr, 1 view each   224 px   model default 1.0",
        "cpu, 2 threads, 38 s",
        "                      median        5 % ... 95 %       95 % interval",
        "strength [noise sd]   0.1180   0.0510 ... 0.2430   0.1150 ... 0.1210",
        "typicality [%]          51.3        4.8 ... 96.0       51.3 ... 51.3",
        "least typical    b/0413.jpg 0.1   a/0007.png 1.1   c/scan-12.tif 2.1",
        "weakest views    c/scan-12.tif 0.1000   a/0007.png 0.1500   b/0413.jpg 0.2000",
        "strongest views  b/0413.jpg 0.2000   a/0007.png 0.1500   c/scan-12.tif 0.1000",
        "3 skipped: 2 truncated, 1 not_an_image",
        "2 ignored: 2 ignored_hidden",
    ]


def test_outside_the_clean_range_the_first_line_says_so(make: Any) -> None:
    summary = make.summary(atypical=0.62, outside=True)
    lines = screen(make.measurement([make.image("a", 1.0)], of=summary))
    assert lines[0].startswith("WARNING: 62 % of these images are unlike")
    assert REMEDY in lines[2]
    assert max(map(len, lines)) <= 80


def test_inside_it_says_nothing(make: Any) -> None:
    lines = screen(make.measurement([make.image("a", 1.0)], of=make.summary(atypical=0.1)))
    assert not any("WARNING" in row for row in lines)
    assert not any(REMEDY in row for row in lines)


@pytest.mark.parametrize(
    ("noise", "expected"),
    [
        ((None, None, None, (None, None), 10, 0), ["< <...<", "<...<"]),
        ((None, None, None, (None, None), 0, 10), ["> >...>", ">...>"]),
        ((0.1, None, None, (None, None), 1, 1), ["0.1000 <...>", "<...>"]),
        ((None, 0.3, None, (0.4, None), 0, 6), ["> 0.3000...>", "0.4000...>"]),
        ((None, None, None, (0.4, None), 4, 5), ["> <...>", "0.4000...>"]),
    ],
    ids=["all below", "all past", "both ends", "mostly past", "just past"],
)
def test_beyond_the_ladder(noise: Any, expected: list[str], make: Any) -> None:
    median, p05, p95, interval, below, past = noise
    ladder = NoiseSpread(median, p05, p95, interval, 0.004, 0.5, below, past)
    lines = screen(make.measurement([make.image("a", 1.0)], of=make.summary(ladder)))
    row = next(row for row in lines if row.startswith("strength"))
    short = row.replace("< 0.0040", "<").replace("> 0.5000", ">").replace(" ... ", "...")
    assert " ".join(short.split()) == " ".join(["strength [noise sd]", *expected])


def test_a_view_beyond_the_ladder(make: Any) -> None:
    weak, strong = make.view(0.0, None, "below_floor"), make.view(9.0, None, "past_ladder")
    lines = screen(make.measurement([make.image("a", 1.0, weak), make.image("b", 1.0, strong)]))
    assert "weakest views    a < 0.0040   b > 0.5000" in lines


def test_several_views_are_numbered(make: Any) -> None:
    row = make.image("a.jpg", 1.0, make.view(0.1, 0.01), make.view(0.2, 0.02))
    lines = screen(make.measurement([row]))
    assert "strongest views  a.jpg view 1 0.0200   a.jpg view 0 0.0100" in lines
    assert "2 views each" in lines[0]


def test_pairs_have_no_policy(make: Any) -> None:
    pair = PairRow("o/a.jpg", "x/a.jpg", 3.0, (), make.view(0.1, 0.01))
    lines = screen(make.measurement(pairs=[pair]))
    assert lines[0].startswith("1 pair   224 px")
    assert "weakest views    x/a.jpg 0.0100" in lines


def test_an_interrupted_result_says_so(make: Any) -> None:
    lines = screen(make.measurement([make.image("a", 1.0)], stopped_by="SIGINT"))
    assert "INCOMPLETE: stopped by SIGINT" in lines
    assert "INCOMPLETE: stopped by SIGINT" in screen(make.measurement(stopped_by="SIGINT"))


def test_details_on_request(make: Any) -> None:
    result = make.measurement([make.image("a", 1.0)])
    assert not any("SSIM" in row for row in screen(result))
    assert any("1 - SSIM" in row for row in screen(result, detailed=True))
    assert any("[of unrelated]" in row for row in screen(result, detailed=True))


def test_top_zero_hides_the_ends(make: Any) -> None:
    lines = screen(make.measurement([make.image("a", 1.0)]), top=0)
    assert not any("views  " in row or "least" in row for row in lines)


def test_a_pipe_cuts_no_name_and_a_terminal_cuts_its_beginning(make: Any) -> None:
    name = "/".join(["long"] * 40) + "/0413.jpg"
    result = make.measurement([make.image(name, 1.0)])
    assert any(name in row for row in screen(result))
    lines = screen(result, TERMINAL)
    assert max(map(cells, lines)) <= 80
    assert any("…" in row and "/0413.jpg 1.0" in row for row in lines)


@given(name=st.text(min_size=1, max_size=120), width=st.integers(60, 120))
def test_no_name_breaks_the_screen(name: str, width: int, make: Any) -> None:
    result = make.measurement([make.image(name, 1.0)], skipped=[Skipped(name, name, name)])
    lines = screen(result, Layout(width, cut=True, ellipsis="..."))
    text = "\n".join(lines)
    text.encode()
    assert "\x1b" not in text
    assert len(text.splitlines()) == len(lines)


def test_classes_are_listed_hardest_first(make: Any) -> None:
    noise = make.summary().strength_noise_sd
    classes = [
        ClassSummary(f"class-{i}", 10 + i, make.spread(0.5 - i / 20, 0.1, 0.5), noise, 50.0)
        for i in range(9)
    ]
    lines = screen(make.measurement([make.image("a", 1.0)], classes=classes))
    first = next(i for i, row in enumerate(lines) if row.startswith("hardest classes"))
    named = [row.split()[0] for row in lines[first + 1 : first + 8]]
    assert named == [*(f"class-{i}" for i in range(5)), "…", "class-8"]
    assert lines[first + 6].split() == ["…", "3", "between"]
    assert not any("hardest" in row for row in screen(make.measurement([make.image("a", 1.0)])))


@pytest.mark.parametrize("count", [1, 2, 3, 7, 10, 12])
def test_no_view_is_both_weakest_and_strongest(make: Any, count: int) -> None:
    images = [make.image(f"x{i}.jpg", 50.0, make.view(0.1 * i, 0.01)) for i in range(count)]
    spread = replace(make.spread(0.3, 0.1, 0.5), count=count)
    lines = screen(make.measurement(images, of=replace(make.summary(), strength=spread)))
    first = next(i for i, row in enumerate(lines) if row.startswith("weakest views"))
    named = re.findall(r"x\d+\.jpg", " ".join(lines[first:]))
    assert len(named) == len(set(named)) == min(count, 10)


def test_too_few_images_have_no_interval(make: Any) -> None:
    few = replace(make.spread(0.3, 0.1, 0.5), interval=None)
    noise = replace(make.summary().strength_noise_sd, interval=None)
    summary = replace(make.summary(noise), typicality=few)
    rows = screen(make.measurement([make.image("a", 1.0)], of=summary))
    numbers = [row for row in rows if row.startswith(("strength [", "typicality"))]
    assert [row.split()[-1] for row in numbers] == ["-", "-"]


def test_a_model_in_doubt_is_told_first(make: Any) -> None:
    result = make.measurement([make.image("a", 1.0)])
    doubtful = replace(result, model=replace(result.model, name="runs/x", doubts=("too young",)))
    lines = screen(doubtful)
    assert lines[0] == "WARNING about the model: too young"
    assert lines[1].endswith("model runs/x")
    assert "model default 1.0" in screen(result)[0]
