"""A study of figures continues, grows and is never half-written, whatever ended it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from augscore.errors import UsageError
from augscore.runs.journal import read_journal
from augscore.runtime import Progress, StopFlag
from augscore.strength.scorer import Scorer
from augscore.studies.figures.choosing import Chosen
from augscore.studies.figures.lab import Lab, lab_of
from augscore.studies.figures.run import FigureHooks, FigureResult, run_figures
from tests.studies.figures.made_up import MadeUpStudy

FILES = ("values.csv", "picture.png", "made-up.json")


def _run(
    study: MadeUpStudy,
    lab: Lab,
    out: Path,
    stop: StopFlag | None = None,
    told: list[Progress] | None = None,
) -> FigureResult:
    events: list[Progress] = [] if told is None else told
    return run_figures(
        study, lab, out, "augscore …", FigureHooks(events.append, stop or StopFlag())
    )


def test_rows_files_and_the_document(lab: Lab, tmp_path: Path) -> None:
    told: list[Progress] = []
    result = _run(MadeUpStudy(), lab, tmp_path / "s", told=told)
    assert result.files == FILES
    assert [(e.done, e.total) for e in told] == [(6 * k, 36) for k in range(1, 7)]
    rows = list(read_journal(tmp_path / "s" / "rows.jsonl"))
    assert [row["piece"] for row in rows] == ["a", "b", "c"]
    document = json.loads((tmp_path / "s" / "made-up.json").read_text())
    assert document["schema"] == "augscore.study-made-up/1"
    assert document["complete"] is True
    assert (document["images"], document["seeds"], document["size"]) == (6, [5], 32)
    assert document["command"] == "augscore …"
    assert "1,000 resamples" in document["spread"]
    assert document["model"]["sha256"] == lab.scorer.model.sha256
    assert document["unrelated_strength"] == lab.unrelated
    few = "Of 6 images alone: intervals over so few mean little."
    assert document["says"] == [few, "It is made up."]
    assert document["values"] == [0, 1, 2]
    table = csv.DictReader((tmp_path / "s" / "values.csv").read_text().splitlines())
    assert [float(row["value"]) for row in table] == [0, 1, 2]


def test_enough_images_need_no_word_of_caution(
    tiny_scorer: Scorer, pictures: torch.Tensor, tmp_path: Path
) -> None:
    ten = torch.cat([pictures, pictures])[:10]
    lab = lab_of("photos", tiny_scorer, Chosen(ten, tuple("abcdefghij"), (), ()), seed=0)
    result = _run(MadeUpStudy(), lab, tmp_path / "s")
    assert result.published is not None
    assert result.published.says == ("It is made up.",)


def test_the_same_again_measures_nothing(lab: Lab, tmp_path: Path) -> None:
    first = _run(MadeUpStudy(), lab, tmp_path / "s")
    again = MadeUpStudy()
    assert _run(again, lab, tmp_path / "s").document == first.document
    assert again.asked == []


def test_a_signal_ends_a_piece_at_once_and_the_same_goes_on(lab: Lab, tmp_path: Path) -> None:
    stop = StopFlag()

    def interrupt(piece: str) -> None:
        if piece == "b":
            stop.stop("SIGINT")
            pytest.fail("the piece went on")

    result = _run(MadeUpStudy(before=interrupt), lab, tmp_path / "s", stop)
    assert (result.published, result.stopped_by) == (None, "SIGINT")
    assert result.missing == ("b", "c")
    assert {path.name for path in (tmp_path / "s").iterdir()} == {"rows.jsonl", "run.json"}
    rest = MadeUpStudy()
    assert _run(rest, lab, tmp_path / "s").files == FILES
    assert rest.asked == ["b", "c"]


def test_what_was_finished_is_kept_when_a_piece_breaks(lab: Lab, tmp_path: Path) -> None:
    def broken(piece: str) -> None:
        if piece == "c":
            raise RuntimeError("power is out")

    with pytest.raises(RuntimeError, match="power is out"):
        _run(MadeUpStudy(before=broken), lab, tmp_path / "s")
    rest = MadeUpStudy()
    _run(rest, lab, tmp_path / "s")
    assert rest.asked == ["c"]


def test_a_row_that_was_cut_short_is_measured_again(lab: Lab, tmp_path: Path) -> None:
    _run(MadeUpStudy(), lab, tmp_path / "s")
    path = tmp_path / "s" / "rows.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    rest = MadeUpStudy()
    _run(rest, lab, tmp_path / "s")
    assert rest.asked == ["c"]


def test_more_pieces_are_added(lab: Lab, tmp_path: Path) -> None:
    _run(MadeUpStudy(), lab, tmp_path / "s")
    wider = MadeUpStudy(names=("a", "b", "c", "d"))
    _run(wider, lab, tmp_path / "s")
    assert wider.asked == ["d"]


def test_other_settings_and_images_are_refused_by_name(lab: Lab, tmp_path: Path) -> None:
    _run(MadeUpStudy(), lab, tmp_path / "s")
    with pytest.raises(UsageError, match="levels: 3 → 4") as refused:
        _run(MadeUpStudy(levels=4), lab, tmp_path / "s")
    assert refused.value.code == "resume_mismatch"
    with pytest.raises(UsageError, match="seed: 5 → 6"):
        _run(MadeUpStudy(), replace(lab, seed=6), tmp_path / "s")


def test_a_folder_of_another_study_is_left_alone(lab: Lab, tmp_path: Path) -> None:
    _run(MadeUpStudy(), lab, tmp_path / "s")

    class Other(MadeUpStudy):
        @property
        def name(self) -> str:
            return "other"

    with pytest.raises(UsageError) as refused:
        _run(Other(), lab, tmp_path / "s")
    assert refused.value.code == "output_exists"
