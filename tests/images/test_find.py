from __future__ import annotations

from pathlib import Path

import pytest

from augscore.errors import UsageError
from augscore.images.find import find
from augscore.images.records import Candidate


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def names(*roots: Path, **options: bool) -> list[str]:
    return [f.name for f in find(roots, **options) if isinstance(f, Candidate)]


def others(*roots: Path, **options: bool) -> dict[str, str]:
    return {f.name: f.reason for f in find(roots, **options) if not isinstance(f, Candidate)}


def test_every_entry_comes_out_once_in_byte_order(tmp_path: Path) -> None:
    touch(tmp_path, "b/2.png", "b/10.png", "B.jpg", "a.jpg", "é.jpg", "notes.txt", "noextension")
    found = [f.name for f in find([tmp_path])]
    assert found == ["B.jpg", "a.jpg", "b/10.png", "b/2.png", "noextension", "notes.txt", "é.jpg"]
    assert others(tmp_path) == {"notes.txt": "other_extension"}


def test_one_root_is_left_out_of_names_and_several_lead_them(tmp_path: Path) -> None:
    touch(tmp_path, "p/x/1.jpg", "q/x/1.jpg", "q/y/1.jpg", "q/y/2.dat")
    assert names(tmp_path / "p/x") == ["1.jpg"]
    assert names(tmp_path / "p/x", tmp_path / "q/y") == ["x/1.jpg", "y/1.jpg"]
    assert names(tmp_path / "p/x", tmp_path / "q/x") == ["p/x/1.jpg", "q/x/1.jpg"]
    assert names(tmp_path / "p/x", tmp_path / "p/x") == ["1.jpg"]
    assert names(tmp_path / "q/y/2.dat") == ["2.dat"]
    assert names(tmp_path / "q/y/2.dat", tmp_path / "q/y") == ["2.dat", "y/1.jpg"]


def test_current_folder_has_names_without_a_prefix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "d/1.jpg")
    monkeypatch.chdir(tmp_path)
    assert names(Path(".")) == ["d/1.jpg"]
    assert names(Path("d")) == ["1.jpg"]


def test_bad_01_missing_path(tmp_path: Path) -> None:
    touch(tmp_path, "photos/1.jpg")
    with pytest.raises(UsageError) as caught:
        find([tmp_path / "fotos"])
    assert caught.value.code == "not_found"
    assert caught.value.hint == f"Did you mean {str(tmp_path / 'photos')!r}?"
    with pytest.raises(UsageError, match="photos"):
        find([tmp_path / "photoss" / "deeper" / "still"])


def test_bad_02_empty_folder(tmp_path: Path) -> None:
    assert list(find([tmp_path])) == []


def test_bad_04_a_named_file_is_a_candidate_whatever_its_name(tmp_path: Path) -> None:
    touch(tmp_path, "picture.dat")
    assert names(tmp_path / "picture.dat") == ["picture.dat"]


def test_a_link_to_a_file_is_a_candidate(tmp_path: Path) -> None:
    touch(tmp_path, "1.jpg")
    (tmp_path / "2.jpg").symlink_to("1.jpg")
    assert names(tmp_path) == ["1.jpg", "2.jpg"]
