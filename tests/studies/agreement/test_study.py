"""The study goes on where it was stopped, and its control is no copy of the reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from augscore.errors import UsageError
from augscore.runtime import Progress, StopFlag, Stopped
from augscore.strength.scorer import Scorer
from augscore.studies.agreement.other_models import load_other_models
from augscore.studies.agreement.public_metrics import load_metrics
from augscore.studies.agreement.study import (
    AgreementHooks,
    AgreementResult,
    AgreementStudy,
    run_agreement,
)
from augscore.studies.agreement.within.sets import SetSizes
from augscore.studies.figures.sweeps import SWEEPS
from tests.studies.agreement.folders import cifar_folder, photo_folder, turn_only

SET = "within image, photographs"
pytestmark = pytest.mark.usefixtures("few_sweeps", "small_chunks")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photo_folder(tmp_path_factory.mktemp("judges"), 3)


def run(
    folder: Path,
    out: Path,
    scorer: Scorer,
    pictures: int = 3,
    stop_after: int = 99,
    metrics: Sequence[str] = (),
) -> AgreementResult:
    def progress(event: Progress) -> None:
        if event.done == stop_after:
            raise Stopped("SIGTERM")

    others = load_metrics(metrics, scorer.device)
    study = AgreementStudy(folder, out, pictures, scorer, "augscore …", others=others)
    return run_agreement(study, AgreementHooks(progress, StopFlag()))


def test_a_stopped_study_ends_like_one_that_never_was(
    folder: Path, tmp_path: Path, tiny_scorer: Scorer
) -> None:
    whole = run(folder, tmp_path / "whole", tiny_scorer)
    assert whole.left_out == (
        "RAID: its files are not in the folder",
        "TID2013: its files are not in the folder",
        "within image, CIFAR-10: cifar10_10k.npz is not in the folder",
        "accuracy: cifar10_10k.npz is not in the folder",
    )
    first = run(folder, tmp_path / "stopped", tiny_scorer, stop_after=5)
    assert (first.found, first.stopped_by) == (None, "SIGTERM")
    assert not (tmp_path / "stopped" / "agreement.json").exists()
    second = run(folder, tmp_path / "stopped", tiny_scorer)
    assert second.found == whole.found
    for name in ("rows.jsonl", "table.md", "agreement.json"):
        assert (tmp_path / "stopped" / name).read_bytes() == (
            tmp_path / "whole" / name
        ).read_bytes()
    document = json.loads((tmp_path / "whole" / "agreement.json").read_text())
    by_name = {row["name"]: row["figures"] for row in document["contenders"]}
    assert list(by_name) == ["strength", "untrained", "pixel RMS", "1 - SSIM", "level number"]
    by_level = {figure["what"]: figure for figure in by_name["level number"]}
    assert by_level["within kinds"]["value"] == pytest.approx(1)
    assert by_level["at equal levels"]["value"] is None
    for what in ("mean", "least operation", "5th percentile"):
        assert by_level[what]["value"] == pytest.approx(1)
        assert by_level[what]["judge"] == "within image, photographs"
    assert by_name["untrained"] != by_name["strength"]
    assert "| KADID-10k | pooled |" in (tmp_path / "whole" / "table.md").read_text()


def test_another_number_of_pictures_is_another_study(
    folder: Path, tmp_path: Path, tiny_scorer: Scorer
) -> None:
    run(folder, tmp_path / "s", tiny_scorer, pictures=2)
    with pytest.raises(UsageError, match="pictures: 2 → 3"):
        run(folder, tmp_path / "s", tiny_scorer, pictures=3)


@pytest.mark.usefixtures("stand_in")
def test_classifiers_judge_where_their_pictures_are(
    tmp_path: Path, tiny_scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_only(monkeypatch, SWEEPS[:3])
    folder = cifar_folder(tmp_path / "judges")
    result = run(folder, tmp_path / "s", tiny_scorer)
    assert result.found is not None
    small = "within image, CIFAR-10"
    assert [(f.judge, f.what) for f in result.found.figures["strength"]] == [
        ("accuracy", "pooled"),
        ("accuracy", "corruptions"),
        ("strength", "Kendall's tau, operations"),
        (small, "mean"),
        (small, "least operation"),
        (small, "5th percentile"),
    ]
    assert [(one.judge, one.side) for one in result.found.followed] == [(small, 32)]
    rows = (tmp_path / "s" / "rows.jsonl").read_text().splitlines()
    assert [json.loads(row)["reference"] for row in rows][:2] == ["noise", "blur"]
    assert len(json.loads(rows[0])["drops"]) == 5
    assert run(folder, tmp_path / "s", tiny_scorer).found == result.found


def test_rows_of_before_the_sets_are_kept_and_what_is_missing_is_added(
    folder: Path, tmp_path: Path, tiny_scorer: Scorer
) -> None:
    whole = run(folder, tmp_path / "s", tiny_scorer, pictures=2)
    rows = tmp_path / "s" / "rows.jsonl"
    kept = [row for row in rows.read_text().splitlines(True) if json.loads(row)["judge"] != SET]
    assert len(kept) == 2
    rows.write_text("".join(kept))
    assert run(folder, tmp_path / "s", tiny_scorer, pictures=2).found == whole.found
    assert rows.read_text().splitlines(True)[:2] == kept


def test_a_set_of_another_size_is_another_study(
    folder: Path, tmp_path: Path, tiny_scorer: Scorer
) -> None:
    run(folder, tmp_path / "s", tiny_scorer, pictures=2)
    study = AgreementStudy(folder, tmp_path / "s", 2, tiny_scorer, "…", sizes=SetSizes(4, 3))
    with pytest.raises(UsageError, match=f"pictures {SET}: 2 → 3"):
        run_agreement(study, AgreementHooks(lambda event: None, StopFlag()))


def test_rows_of_judges_that_are_gone_stand_for_no_one_else(
    folder: Path, tmp_path: Path, tiny_scorer: Scorer
) -> None:
    whole = run(folder, tmp_path / "s", tiny_scorer, pictures=2)
    rows = tmp_path / "s" / "rows.jsonl"
    first, *others = rows.read_text().splitlines(True)
    gone = json.loads(first) | {"judge": "gone"}
    rows.write_text("".join([json.dumps(gone) + "\n", *others]))
    assert run(folder, tmp_path / "s", tiny_scorer, pictures=2).found == whole.found


@pytest.mark.usefixtures("stand_in")
def test_metrics_that_come_later_read_alone_what_all_have_read(
    tmp_path: Path, tiny_scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("augscore.studies.agreement.functional.classifier.EPOCHS", 2)
    turn_only(monkeypatch, SWEEPS[-1:])
    folder = photo_folder(cifar_folder(tmp_path / "judges", training=8), 2)
    at_once = run(folder, tmp_path / "once", tiny_scorer, 2, metrics=["gmsd"]).found
    first = run(folder, tmp_path / "s", tiny_scorer, 2).found
    assert first is not None
    assert at_once is not None
    monkeypatch.setattr("augscore.studies.agreement.work.prepared_exam", None)
    out = tmp_path / "s"
    before = (out / "rows.jsonl").read_bytes()
    stopped = run(folder, out, tiny_scorer, 2, stop_after=4, metrics=["gmsd"])
    assert stopped.found is None
    without = run(folder, out, tiny_scorer, 2).found
    assert without == first
    later = run(folder, out, tiny_scorer, 2, metrics=["gmsd"]).found
    assert later == at_once
    assert list(later.figures) == [*first.figures, "GMSD"]
    rows = (out / "rows.jsonl").read_bytes()
    assert rows.startswith(before)
    added = [json.loads(row) for row in rows[len(before) :].splitlines()]
    assert all(list(row.get("readings") or row["agreements"]) == ["GMSD"] for row in added)
    assert 2 * len(added) == len(rows.splitlines())
    assert run(folder, out, tiny_scorer, 2).found == later
    document = json.loads((out / "agreement.json").read_text())
    assert document["metrics_package"].startswith("piq 0.8")


@pytest.mark.usefixtures("stand_in")
def test_another_model_stands_beside_the_one_that_is_judged(
    tmp_path: Path, tiny_run: Path, tiny_scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("augscore.studies.agreement.functional.classifier.EPOCHS", 2)
    turn_only(monkeypatch, SWEEPS[:2])
    folder = cifar_folder(tmp_path / "judges", training=8)
    (same,) = load_other_models([str(tiny_run), str(tiny_run)], "cpu")
    assert same.name == f"run {tiny_scorer.model.sha256[:8]}"
    study = AgreementStudy(folder, tmp_path / "s", 2, tiny_scorer, "…", others=(same,))
    found = run_agreement(study, AgreementHooks(lambda event: None, StopFlag())).found
    assert found is not None
    assert found.figures[same.name] == found.figures["strength"]
    tau = {name: figures[2].value for name, figures in found.figures.items()}
    assert tau["strength"] == tau[same.name] == 1
    assert tau["untrained"] < 1
    document = json.loads((tmp_path / "s" / "agreement.json").read_text())
    assert document["metrics_package"] is None
