"""Whose folder is it? What a run may write into, and what it never touches."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from augscore.errors import HostError, UsageError
from augscore.runs.mark import mark
from augscore.runs.run_folder import check_folder, claimed
from augscore.training.score.kind import SCORE_RUN, model_of
from augscore.training.score.run import ScoreRunResult

TrainTiny = Callable[..., ScoreRunResult]
SETTINGS = {"steps": 10}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def refusal(out: Path, *, force: bool) -> str:
    with pytest.raises(UsageError) as caught:
        check_folder(out, SCORE_RUN, SETTINGS, force=force)
    assert caught.value.code == "output_exists"
    return str(caught.value)


def test_a_new_an_empty_and_a_marked_folder_may_be_used(out: Path) -> None:
    check_folder(out / "new", SCORE_RUN, SETTINGS, force=False)
    assert not (out / "new").exists()
    check_folder(out, SCORE_RUN, SETTINGS, force=False)
    (out / ".lock").touch()
    (out / ".run.json.tmp-12").touch()
    check_folder(out, SCORE_RUN, SETTINGS, force=False)
    mark(out, SCORE_RUN.command, SETTINGS, {})
    (out / "notes.txt").touch()
    check_folder(out, SCORE_RUN, SETTINGS, force=False)


def test_bad_79_a_run_without_checkpoints_also_keeps_its_settings(out: Path) -> None:
    mark(out, SCORE_RUN.command, SETTINGS, {})
    with pytest.raises(UsageError, match="steps: 10 → 11") as caught:
        check_folder(out, SCORE_RUN, {"steps": 11}, force=False)
    assert caught.value.code == "resume_mismatch"
    check_folder(out, SCORE_RUN, {"steps": 11}, force=True)


def test_files_of_others_are_refused_and_with_force_kept(out: Path, train_tiny: TrainTiny) -> None:
    theirs = {out / "cat.jpg": b"cat", out / ".hidden": b"x", out / "a" / "b.txt": b"b"}
    (out / "a").mkdir()
    for path, data in theirs.items():
        path.write_bytes(data)
    assert "holds other files (.hidden)" in refusal(out, force=False)
    with pytest.raises(UsageError, match="--force to write beside them"):
        train_tiny(out)
    assert {p for p in out.rglob("*") if p.is_file()} == set(theirs)
    assert train_tiny(out, force=True).complete
    assert train_tiny(out, force=True).complete
    assert {path: path.read_bytes() for path in theirs} == theirs


@pytest.mark.parametrize("name", ["model.safetensors", "metrics.jsonl", "checkpoints", "run.json"])
def test_what_no_run_wrote_is_never_replaced(out: Path, name: str) -> None:
    (out / name).write_text("precious")
    for force in (False, True):
        assert f"holds {name} of something else" in refusal(out, force=force)
    with pytest.raises(UsageError), claimed(out, SCORE_RUN, SETTINGS, force=True):
        pytest.fail("claimed")
    assert [(p.name, p.read_text()) for p in out.iterdir()] == [(name, "precious")]


def test_the_folder_of_another_command_is_refused(out: Path) -> None:
    document = {"schema": "augscore.run/1", "command": "measure", "settings": {}}
    (out / "run.json").write_text(json.dumps(document))
    (out / "summary.json").write_text("{}")
    for force in (False, True):
        assert "is the output of augscore measure" in refusal(out, force=force)


def test_of_many_differences_the_first_are_told_and_the_rest_counted(out: Path) -> None:
    mark(out, SCORE_RUN.command, {str(n): n for n in range(9)}, {})
    with pytest.raises(UsageError, match=r"6: 6 → -6; and 2 more\)"):
        check_folder(out, SCORE_RUN, {str(n): -n for n in range(9)}, force=False)


def test_a_folder_that_cannot_be_read_is_the_machine(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", closed)
    with pytest.raises(HostError, match="Permission denied"):
        check_folder(out, SCORE_RUN, SETTINGS, force=False)


def test_a_finished_run_names_the_difference(out: Path) -> None:
    mark(out, SCORE_RUN.command, SETTINGS, {})
    model_of(out).touch()
    with pytest.raises(UsageError, match=r"this run is finished\. "):
        check_folder(out, SCORE_RUN, SETTINGS, force=False)
    with pytest.raises(UsageError, match=r"of other settings \(steps: 10 → 20\)"):
        check_folder(out, SCORE_RUN, {"steps": 20}, force=False)
    check_folder(out, SCORE_RUN, {"steps": 20}, force=True)


@pytest.mark.parametrize("finished", [False, True])
def test_a_run_of_another_length_is_told_that_none_can_be_lengthened(
    out: Path, finished: bool
) -> None:
    mark(out, SCORE_RUN.command, {"epochs": 2, "steps": 10, "lr": 1}, {})
    if finished:
        model_of(out).touch()

    def hint(settings: dict[str, object]) -> str:
        with pytest.raises(UsageError) as caught:
            check_folder(out, SCORE_RUN, settings, force=False)
        return caught.value.hint

    why = "A run cannot be made longer or shorter, for its rates depend on its length: "
    assert hint({"epochs": 4, "steps": 20, "lr": 1}).startswith(why)
    assert hint({"epochs": 2, "steps": 11, "lr": 1}).startswith(why)
    assert "another --out, or --force" in hint({"epochs": 4, "steps": 20, "lr": 1})
    assert "longer" not in hint({"epochs": 4, "steps": 20, "lr": 2})
    assert "longer" not in hint({"epochs": 2, "steps": 10, "lr": 2})
