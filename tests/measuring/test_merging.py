"""Parts joined are the single measurement, to the last byte; what is no whole is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from augscore.engine.policies import find_policy
from augscore.errors import UsageError
from augscore.images.pairs import open_pairs
from augscore.measuring.measurement import Measurement
from augscore.measuring.merging import Finished, join, read_parts
from augscore.measuring.out_folder import begin_folder, begin_merged, claim_folder
from augscore.measuring.plan import MeasurePlan
from augscore.measuring.row_json import to_record
from augscore.measuring.run import run_measurement
from augscore.measuring.sources import Images, Source, folder_source, matched_source, pairs_source
from augscore.runs.parts import placed
from augscore.runs.shard import Shard
from augscore.runtime import Note

Plan = Callable[..., MeasurePlan]

pytestmark = pytest.mark.usefixtures("small_sheets")


@pytest.fixture
def mixed(scenes: Path, tmp_path: Path) -> Path:
    """Fifteen entries in two folders: copies, broken files, other files."""
    folder = tmp_path / "mixed"
    (folder / "b").mkdir(parents=True)
    for path in sorted(scenes.iterdir())[:8]:
        below = folder if path.name < "scene-04" else folder / "b"
        (below / path.name).write_bytes(path.read_bytes())
    for i, name in enumerate(["a-copy.png", "b/copy.png", "z-copy.png", "b/z-copy.png"]):
        (folder / name).write_bytes((folder / f"scene-0{i // 2}.png").read_bytes())
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "b" / "empty.png").write_bytes(b"")
    (folder / "gone.png").symlink_to("nowhere")
    (folder / "notes.txt").write_text("no image")
    return folder


def kept(folder: Path, plan: MeasurePlan, form: str = "jsonl") -> Measurement:
    """Measured into a folder, as the command does it."""
    claim_folder(folder, [], force=False)
    out = begin_folder(folder, plan, force=False)
    with out.journal() as journal:
        result = run_measurement(
            plan,
            earlier=out.earlier(),
            record=lambda item, place: journal.append(placed(to_record(item), place)),
        )
    out.publish(result, form)
    return result


def merged(
    folder: Path, parts: list[Path], notes: list[Note] | None = None, **changes: Any
) -> Measurement:
    told: list[Note] = [] if notes is None else notes
    finished = read_parts(parts, changes.get("policy"), told.append)
    claim_folder(folder, [], force=False)
    out = begin_merged(folder, finished.settings, finished.terms, force=False)
    with out.journal() as journal:
        result = join(
            finished, record=lambda item, place: journal.append(placed(to_record(item), place))
        )
    out.publish(result, finished.form)
    return result


def sharded(
    base: Path, plan: Plan, source: Source | Images, count: int, **changes: Any
) -> list[Path]:
    """The folders of all parts, the last one first."""
    form = changes.pop("form", "jsonl")
    folders = [base / f"part-{i}" for i in range(count, 0, -1)]
    for index, folder in zip(range(count, 0, -1), folders, strict=True):
        kept(folder, plan(source, shard=Shard(index, count), **changes), form)
    return folders


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "run.json"}


@pytest.mark.parametrize(
    ("count", "changes"),
    [
        (3, {"views": 2}),
        (1, {}),
        (2, {"limit": 7, "form": "csv"}),
        (4, {"sample": 6, "seed": 5, "form": "parquet"}),
        (20, {"batch_size": 1}),
        (2, {"policy": "randaugment"}),
    ],
)
def test_joined_parts_are_the_single_measurement(
    plan: Plan, mixed: Path, tmp_path: Path, count: int, changes: dict[str, Any]
) -> None:
    parts = sharded(tmp_path, plan, mixed, count, **changes)
    form = changes.pop("form", "jsonl")
    whole = kept(tmp_path / "one", plan(mixed, **changes), form)
    result = merged(tmp_path / "joined", parts)
    assert result == whole
    assert files(tmp_path / "joined") == files(tmp_path / "one")
    runs = [json.loads((tmp_path / n / "run.json").read_text()) for n in ("joined", "one")]
    assert runs[0]["settings"] == runs[1]["settings"]


def test_a_part_tells_of_its_own_images(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    whole = kept(tmp_path / "one", plan(mixed))
    results = [kept(tmp_path / f"{i}", plan(mixed, shard=Shard(i, 2))) for i in (1, 2)]
    assert [r.config.shard for r in results] == ["1/2", "2/2"]
    assert sum(r.data.measured for r in results) == whole.data.measured == 12
    assert sum(r.data.skipped for r in results) == whole.data.skipped == 3
    for index, part in enumerate(results, 1):
        assert 0 < part.data.measured < 12
        assert part.data.found == whole.data.found
        assert part.data.ignored_by_reason == {"other_extension": 1}
        assert part.summary is not None
        assert whole.summary is not None
        assert part.summary.strength.count == part.data.measured
        assert part.summary.unrelated == whole.summary.unrelated
        mine = [row for row in whole.images if Shard(index, 2).takes(row.path)]
        assert [row.path for row in part.images] == [row.path for row in mine]
        assert [row.views for row in part.images] == [row.views for row in mine]
        planned = plan(mixed, shard=Shard(index, 2)).survey
        assert (planned.wanted, planned.records) == (
            part.data.measured + sum(s.reason != "broken_link" for s in part.skipped),
            part.data.measured + part.data.skipped,
        )


def test_copies_are_told_across_shards(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    parts = sharded(tmp_path, plan, mixed, 2)
    rows = merged(tmp_path / "joined", parts).images
    assert [row.notes.count("duplicate") for row in rows] == [bool(r.duplicate_of) for r in rows]
    found = {row.path: row.duplicate_of for row in rows}
    assert {path: first for path, first in found.items() if first} == {
        "b/copy.png": "a-copy.png",
        "scene-00.png": "a-copy.png",
        "scene-01.png": "b/z-copy.png",
        "z-copy.png": "b/z-copy.png",
    }
    lines = [line for part in parts for line in (part / "rows.jsonl").read_text().splitlines()]
    alone = {row["path"]: row["duplicate_of"] for row in map(json.loads, lines)}
    assert alone != found, "no pair of copies fell on two shards, so nothing was tested"


@pytest.mark.parametrize("kind", ["lists", "pairs", "matched"])
def test_sources_of_every_kind_are_joined(
    kind: str, plan: Plan, mixed: Path, scenes: Path, tmp_path: Path
) -> None:
    """Several folders and files, out of the order of their names; a table; two folders."""
    if kind == "lists":
        source = folder_source([scenes / "scene-09.png", mixed / "b", scenes, mixed])
    elif kind == "pairs":
        table = tmp_path / "pairs.csv"
        names = ["scene-05.png", "scene-01.png", "gone.png", "scene-08.png", "scene-01.png"]
        lines = [f"{scenes / name},{scenes / 'scene-02.png'},{i}" for i, name in enumerate(names)]
        table.write_text("\n".join(["distorted,reference,extra", *lines]) + "\n")
        assert open_pairs(table).path == table
        source = pairs_source(table)
    else:
        other = tmp_path / "augmented"
        shutil.copytree(scenes, other)
        (other / "alone.png").write_bytes((other / "scene-00.png").read_bytes())
        (other / "scene-03.png").unlink()
        source = matched_source(other, scenes)
    parts = sharded(tmp_path, plan, source, 3)
    whole = kept(tmp_path / "one", plan(source))
    assert whole.data.skipped > 0
    assert merged(tmp_path / "joined", parts) == whole
    assert files(tmp_path / "joined") == files(tmp_path / "one")


def test_an_interrupted_part_is_refused_and_then_continued(
    plan: Plan, mixed: Path, tmp_path: Path
) -> None:
    parts = sharded(tmp_path, plan, mixed, 2)
    whole = kept(tmp_path / "one", plan(mixed))
    shutil.rmtree(parts[0])
    claim_folder(parts[0], [], force=False)
    planned = plan(mixed, shard=Shard(2, 2), batch_size=2)
    out = begin_folder(parts[0], planned, force=False)
    new = 0

    def record(item: Any, place: int) -> None:
        nonlocal new
        new += 1
        journal.append(placed(to_record(item), place))

    with out.journal() as journal:
        result = run_measurement(
            planned, record=record, stopped=lambda: "SIGINT" if new >= 2 else None
        )
    out.publish(result, "jsonl")
    with pytest.raises(UsageError, match=r"part-2' is an unfinished part, shard 2/2") as caught:
        read_parts(parts, None, lambda note: None)
    assert caught.value.code == "part_unfinished"
    kept(parts[0], plan(mixed, shard=Shard(2, 2)))
    assert merged(tmp_path / "joined", parts) == whole
    assert files(tmp_path / "joined") == files(tmp_path / "one")


def test_another_shard_does_not_continue_a_part(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    begin_folder(tmp_path, plan(mixed, shard=Shard(1, 2)), force=False).journal().close()
    with pytest.raises(UsageError, match="shard: 1/2 → 2/2"):
        begin_folder(tmp_path, plan(mixed, shard=Shard(2, 2)), force=False)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": 3}, "seed: 0 → 3"),
        ({"views": 2}, "views: 1 → 2"),
        ({"size": 64}, "size: 48 → 64"),
        ({"policy": "identity"}, "policy"),
        ({"limit": 5}, "limit: null → 5"),
    ],
)
def test_parts_of_other_settings_are_refused(
    plan: Plan, mixed: Path, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    kept(tmp_path / "a", plan(mixed, shard=Shard(1, 2)))
    kept(tmp_path / "b", plan(mixed, shard=Shard(2, 2), **changes))
    with pytest.raises(UsageError, match=words) as caught:
        read_parts([tmp_path / "a", tmp_path / "b"], None, lambda note: None)
    assert caught.value.code == "parts_differ"


@pytest.mark.parametrize("change", ["more", "longer", "renamed"])
def test_parts_of_other_images_are_refused(
    plan: Plan, mixed: Path, tmp_path: Path, change: str
) -> None:
    kept(tmp_path / "a", plan(mixed, shard=Shard(1, 2)))
    if change == "more":
        shutil.copy(mixed / "scene-00.png", mixed / "new.png")
    elif change == "longer":
        (mixed / "scene-00.png").write_bytes((mixed / "scene-00.png").read_bytes() + b"\0")
    else:
        (mixed / "scene-00.png").rename(mixed / "scene-0.png")
    kept(tmp_path / "b", plan(mixed, shard=Shard(2, 2)))
    with pytest.raises(UsageError, match="images: others"):
        read_parts([tmp_path / "a", tmp_path / "b"], None, lambda note: None)


def test_copies_of_the_images_will_do(
    plan: Plan, mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines have their own, of other times."""
    for name in ("one", "two"):
        shutil.copytree(
            mixed, tmp_path / name / "mixed", symlinks=True, copy_function=shutil.copyfile
        )
    parts = []
    for index, name in enumerate(("one", "two"), 1):
        monkeypatch.chdir(tmp_path / name)
        parts.append(tmp_path / f"part-{index}")
        kept(parts[-1], plan(Path("mixed"), shard=Shard(index, 2)))
    whole = kept(tmp_path / "whole", plan(Path("mixed")))
    assert merged(tmp_path / "joined", parts) == whole
    assert files(tmp_path / "joined") == files(tmp_path / "whole")


def test_a_change_that_keeps_every_size_shows_in_the_yardstick(
    plan: Plan, mixed: Path, tmp_path: Path
) -> None:
    def with_unrelated(part: Path, factor: float) -> None:
        document = json.loads((part / "summary.json").read_text())
        document["summary"]["unrelated"] *= factor
        (part / "summary.json").write_text(json.dumps(document))

    parts = sharded(tmp_path, plan, mixed, 2)
    with_unrelated(parts[0], 1 + 1e-6)
    read_parts(parts, None, lambda note: None)
    with_unrelated(parts[0], 1.01)
    with pytest.raises(UsageError, match="the images have changed"):
        read_parts(parts, None, lambda note: None)


def test_without_the_images_only_the_sheet_lacks_them(
    plan: Plan, mixed: Path, tmp_path: Path
) -> None:
    parts = sharded(tmp_path, plan, mixed, 2)
    kept(tmp_path / "one", plan(mixed))
    shutil.rmtree(mixed)
    notes: list[Note] = []
    merged(tmp_path / "joined", parts, notes)
    assert [note.code for note in notes] == ["images_gone"]
    joined, one = files(tmp_path / "joined"), files(tmp_path / "one")
    assert joined.pop("sheet.png") != one.pop("sheet.png")
    assert joined == one


def test_other_machines_are_told(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    parts = sharded(tmp_path, plan, mixed, 2)
    path = parts[0] / "summary.json"
    document = json.loads(path.read_text())
    document["tool"]["threads"] = 99
    path.write_text(json.dumps(document))
    notes: list[Note] = []
    read_parts(parts, None, notes.append)
    assert [note.text for note in notes] == [
        "the parts differ in threads: the last digits may, too"
    ]


def test_a_pipeline_that_no_part_can_hold_is_asked_for(
    plan: Plan, mixed: Path, tmp_path: Path
) -> None:
    import torchvision.transforms.v2 as tv

    from augscore.engine.policy import Policy

    class Odd(tv.Transform):  # type: ignore[misc]
        def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
            return inpt.flip(-1)

    policy = Policy.of(tv.Compose([Odd()]), name="odd")
    parts = sharded(tmp_path, plan, mixed, 2, policy=policy)
    whole = kept(tmp_path / "one", plan(mixed, policy=policy))
    with pytest.raises(UsageError, match="which the parts cannot hold") as caught:
        read_parts(parts, None, lambda note: None)
    assert caught.value.code == "policy_foreign"
    with pytest.raises(UsageError, match="another policy than 'simclr'"):
        read_parts(parts, find_policy("simclr"), lambda note: None)
    assert merged(tmp_path / "joined", parts, policy=policy) == whole
    assert files(tmp_path / "joined") == files(tmp_path / "one")


def test_a_journal_that_lost_a_line_is_refused(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    parts = sharded(tmp_path, plan, mixed, 2)
    path = parts[0] / "journal.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    finished: Finished = read_parts(parts, None, lambda note: None)
    with pytest.raises(UsageError, match="do not fit together"):
        join(finished)
    path.unlink()
    with pytest.raises(UsageError, match="unfinished part"):
        read_parts(parts, None, lambda note: None)


def test_devices_of_several_numbers_are_one(plan: Plan, mixed: Path, tmp_path: Path) -> None:
    parts = sharded(tmp_path, plan, mixed, 2)
    for number, part in enumerate(parts):
        path = part / "part.json"
        document = json.loads(path.read_text())
        document["terms"]["config"]["device"] = f"cuda:{number}"
        path.write_text(json.dumps(document))
    finished = read_parts(parts, None, lambda note: None)
    assert finished.terms.config.device == "cuda"
    assert replace(finished.terms.config, device="cpu") == plan(mixed).config
