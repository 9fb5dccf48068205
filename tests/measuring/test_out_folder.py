"""The folder of a measurement: begun, interrupted anywhere, continued to the same bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from augscore.errors import UsageError
from augscore.measuring.measurement import Measurement
from augscore.measuring.out_folder import OutFolder, begin_folder, claim_folder
from augscore.measuring.plan import MeasurePlan
from augscore.measuring.row_json import to_record
from augscore.measuring.run import run_measurement
from augscore.runs.parts import placed

Plan = Callable[..., MeasurePlan]

pytestmark = pytest.mark.usefixtures("small_sheets")


@pytest.fixture
def mixed(scenes: Path, tmp_path: Path) -> Path:
    """Seven pictures, two broken files among them, one of them twice."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    for path in sorted(scenes.iterdir())[:6]:
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "scene-02-again.png").write_bytes((folder / "scene-00.png").read_bytes())
    (folder / "scene-01-cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "scene-05-empty.png").write_bytes(b"")
    return folder


def measured(out: OutFolder, plan: MeasurePlan, stop_after: int | None = None) -> Measurement:
    """Run, or stop once so many new records were written."""
    new = 0

    def record(item: Any, place: int) -> None:
        nonlocal new
        new += 1
        journal.append(placed(to_record(item), place))

    with out.journal() as journal:
        return run_measurement(
            plan,
            earlier=out.earlier(),
            record=record,
            stopped=lambda: "SIGINT" if stop_after is not None and new >= stop_after else None,
        )


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "run.json"}


@pytest.mark.parametrize("stops", [(1,), (4,), (9,), (1, 3, 2)])
def test_an_interrupted_measurement_continues_to_the_same_bytes(
    plan: Plan, mixed: Path, tmp_path: Path, stops: tuple[int, ...]
) -> None:
    straight = begin_folder(_new(tmp_path / "a"), plan(mixed, views=2), force=False)
    whole = measured(straight, plan(mixed, views=2))
    straight.publish(whole, "jsonl")
    for stop in stops:
        out = begin_folder(_new(tmp_path / "b"), plan(mixed, views=2, batch_size=2), force=False)
        part = measured(out, plan(mixed, views=2, batch_size=2), stop)
        assert (part.complete, part.stopped_by) == (False, "SIGINT")
        out.publish(part, "jsonl")
        assert json.loads((out.folder / "summary.json").read_text())["complete"] is False
    out = begin_folder(tmp_path / "b", plan(mixed, views=2, batch_size=3), force=False)
    before = len(list(out.earlier()))
    assert before >= sum(stops)
    result = measured(out, plan(mixed, views=2, batch_size=3))
    out.publish(result, "jsonl")
    assert result == whole
    assert files(tmp_path / "b") == files(tmp_path / "a")
    assert sorted(files(tmp_path / "a")) == [
        "rows.jsonl",
        "sheet.png",
        "skipped.jsonl",
        "summary.json",
    ]


def test_earlier_files_are_not_read_again(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    out = begin_folder(_new(tmp_path / "b"), plan(mixed, batch_size=4), force=False)
    measured(out, plan(mixed, batch_size=4), 4)
    status = {p: p.stat() for p in mixed.iterdir()}
    for path in sorted(mixed.iterdir())[:4]:
        path.write_bytes(b"\0" * status[path].st_size)
        _set_time(path, status[path].st_mtime_ns)
    again = begin_folder(tmp_path / "b", plan(mixed, batch_size=4), force=False)
    assert measured(again, plan(mixed, batch_size=4)).data.measured == 7


def test_a_torn_last_line_is_measured_again(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    whole = run_measurement(plan(mixed))
    out = begin_folder(_new(tmp_path / "b"), plan(mixed), force=False)
    measured(out, plan(mixed), 5)
    journal = out.folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])
    again = begin_folder(out.folder, plan(mixed), force=False)
    assert measured(again, plan(mixed)) == whole


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 1}, "seed: 0 → 1"),
        ({"views": 2}, "views: 1 → 2"),
        ({"policy": "identity"}, "policy: simclr → identity"),
        ({"max_pixels": 10**6}, "max-pixels: 100000000 → 1000000"),
    ],
)
def test_other_settings_are_refused_by_name(
    plan: Plan, mixed: Path, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    out = begin_folder(_new(tmp_path / "b"), plan(mixed), force=False)
    measured(out, plan(mixed), 2)
    other = plan(mixed, **change)
    with pytest.raises(UsageError, match=words) as caught:
        begin_folder(out.folder, other, force=False)
    assert caught.value.code == "output_exists"
    assert list(begin_folder(out.folder, other, force=True).earlier()) == []


def test_other_images_are_refused(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    out = begin_folder(_new(tmp_path / "b"), plan(mixed), force=False)
    measured(out, plan(mixed), 2)
    (mixed / "new.png").write_bytes((mixed / "scene-00.png").read_bytes())
    with pytest.raises(UsageError, match="images: others"):
        begin_folder(out.folder, plan(mixed), force=False)


def test_bad_58_an_output_inside_the_input_is_not_measured(plan: Plan, mixed: Path) -> None:
    for _ in range(2):
        claim_folder(mixed / "out", [mixed], force=True)
        out = begin_folder(mixed / "out", plan(mixed), force=True)
        result = measured(out, plan(mixed))
        out.publish(result, "csv")
        assert result.data.measured == 7
        assert result.data.ignored_by_reason == {"own_output": 1}
    assert plan(mixed / "out").survey.wanted == 0


RUN = '{"schema": "augscore.run/1", "command": "measure", "settings": {}}'
FINISHED = '{"complete": true, "summary": {}}'


def test_bad_59_a_finished_result_is_kept(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(RUN)
    (tmp_path / "summary.json").write_text(FINISHED)
    with pytest.raises(UsageError, match="finished") as caught:
        claim_folder(tmp_path, [], force=False)
    assert caught.value.code == "output_exists"
    claim_folder(tmp_path, [], force=True)
    assert (tmp_path / "summary.json").exists()


@pytest.mark.parametrize(
    "text", ['{"complete": false, "summary": {}}', '{"complete": true, "summary": null}', "{", "[]"]
)
def test_an_unfinished_one_may_be_taken(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(RUN)
    (tmp_path / "summary.json").write_text(text)
    for name in ("rows.jsonl", ".rows.jsonl.tmp-12", "journal.jsonl"):
        (tmp_path / name).touch()
    claim_folder(tmp_path, [], force=False)


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path, plan: Plan, scenes: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(UsageError, match=r"holiday\.jpg"):
        claim_folder(tmp_path, [], force=False)
    assert [p.name for p in tmp_path.iterdir()] == ["holiday.jpg"]
    claim_folder(tmp_path, [], force=True)
    begin_folder(tmp_path, plan(scenes), force=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["holiday.jpg", "run.json"]


@pytest.mark.parametrize(
    "run", [None, "{}", RUN.replace("run/1", "x/1"), RUN.replace("measure", "train score")]
)
@pytest.mark.parametrize("name", ["sheet.png", "rows.csv", "summary.json", "run.json"])
def test_files_of_our_names_that_somebody_else_wrote_are_never_replaced(
    tmp_path: Path, name: str, run: str | None
) -> None:
    if run is not None:
        (tmp_path / "run.json").write_text(run)
    (tmp_path / name).write_text("mine")
    for force in (False, True):
        with pytest.raises(UsageError, match="did not write"):
            claim_folder(tmp_path, [], force=force)
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("where", [".", "..", "link"])
def test_the_images_are_never_inside_the_output(tmp_path: Path, where: str) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (tmp_path / "photos" / "link").symlink_to("..")
    with pytest.raises(UsageError, match="holds the images"):
        claim_folder(photos / where, [photos], force=True)
    claim_folder(photos / "measured", [photos], force=False)


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    claim_folder(tmp_path / "a/b", [], force=False)
    assert list((tmp_path / "a/b").iterdir()) == []


def _new(folder: Path) -> Path:
    claim_folder(folder, [], force=False)
    return folder


def _set_time(path: Path, time_ns: int) -> None:
    os.utime(path, ns=(time_ns, time_ns))


def test_a_record_that_has_moved_is_refused(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    out = begin_folder(_new(tmp_path / "b"), plan(mixed), force=False)
    measured(out, plan(mixed), 4)
    journal = out.folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))
    with pytest.raises(UsageError, match="has moved"):
        measured(out, plan(mixed))


def test_classes_may_be_given_anew(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    out = begin_folder(_new(tmp_path / "b"), plan(mixed), force=False)
    measured(out, plan(mixed), 4)
    labelled = plan(mixed, labels=lambda name: name[7])
    again = begin_folder(out.folder, labelled, force=False)
    assert {row.label for row in measured(again, labelled).images} == set("012345")


@pytest.mark.parametrize("kind", ["pipe", "deep", "long"])
def test_bad_10_whatever_is_called_like_our_files_neither_blocks_nor_breaks(
    plan: Plan, mixed: Path, kind: str
) -> None:
    (mixed / "sub").mkdir()
    for name in (mixed / "sub" / "run.json", mixed / "summary.json"):
        if kind == "pipe":
            os.mkfifo(name)
        else:
            name.write_text("[" * 60_000 if kind == "deep" else " " * 100_000 + "{}")
    assert plan(mixed).survey.wanted == 9
    with pytest.raises(UsageError, match="did not write"):
        claim_folder(mixed, [], force=True)
