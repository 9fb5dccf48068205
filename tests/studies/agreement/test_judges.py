"""Judges read their tables, skip what cannot be made again, and show stimuli of 8 bits."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from augscore.errors import InputError
from augscore.studies.agreement.folder import check_folder, human_judges
from augscore.studies.agreement.judges.judge import Condition, Judge
from augscore.studies.agreement.judges.tid2013 import tid_judge
from augscore.studies.agreement.stimuli import kadid, raid, tid
from tests.studies.agreement.folders import kodak_folder, photo_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photo_folder(kodak_folder(tmp_path_factory.mktemp("judges")))


@pytest.fixture(scope="module")
def judges(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judge]:
    """TID2013's with small pictures: it takes whatever size there is."""
    small = kodak_folder(tmp_path_factory.mktemp("small"), 90, 120)
    found = {judge.name: judge for judge in human_judges(folder)}
    return {**found, "TID2013": tid_judge(small)}


def test_opinions_are_larger_for_stronger_changes(judges: dict[str, Judge]) -> None:
    raid_judge = judges["RAID"]
    assert raid_judge.by_picture is not None
    assert raid_judge.by_picture["5", Condition("scale", 10)] == 9
    assert not any(c.kind == "translation" or c.level == 1 for c in raid_judge.opinions)
    assert judges["KADID-10k"].opinions[Condition("jitter", 4)] == 2
    assert not any(c.kind == "denoise" for c in judges["KADID-10k"].opinions)
    assert judges["TID2013"].opinions[Condition("mean_shift", 5)] == 5


@pytest.mark.parametrize(
    ("name", "kinds", "levels", "shape"),
    [
        ("RAID", len(raid.KINDS), 9, (3, 454, 454)),
        ("KADID-10k", len(kadid.KINDS), 5, (3, 96, 128)),
        ("TID2013", len(tid.KINDS), 5, (3, 90, 120)),
    ],
)
def test_a_picture_comes_in_every_condition_and_the_same_again(
    judges: dict[str, Judge], name: str, kinds: int, levels: int, shape: tuple[int, ...]
) -> None:
    judge = judges[name]
    (group,) = judge.groups(1, ())
    assert group.reference.shape == shape
    assert group.images.dtype == torch.uint8
    assert len(set(group.conditions)) == len(group.images) == kinds * levels
    assert set(group.conditions) == set(judge.opinions)
    (again,) = judge.groups(1, ())
    assert torch.equal(group.images, again.images)


def test_pictures_that_are_named_are_left_out(judges: dict[str, Judge]) -> None:
    for name in ("RAID", "KADID-10k", "TID2013"):
        first, second = (group.name for group in judges[name].groups(2, ()))
        assert [group.name for group in judges[name].groups(2, {first})] == [second]


def test_a_judge_without_its_files_is_left_out(tmp_path: Path) -> None:
    photo_folder(tmp_path)
    assert [judge.name for judge in human_judges(tmp_path)] == ["KADID-10k"]


def test_a_folder_without_judges_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no judge"):
        check_folder(tmp_path)
    with pytest.raises(InputError, match="no such folder"):
        check_folder(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("kadid10k_conditions.csv", "name,level\njitter,1\n", "no rows with mean_dmos"),
        ("kadid10k_conditions.csv", "", "no rows with name"),
        ("kadid10k_conditions.csv", "name,level,mean_dmos\njitter,1,x\n", "not a number: 'x'"),
        ("photos.zip", "no archive", "photos.zip: "),
    ],
)
def test_spoiled_files_are_named(tmp_path: Path, name: str, content: str, told: str) -> None:
    photo_folder(tmp_path)
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=told):
        human_judges(tmp_path)
