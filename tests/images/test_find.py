from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augscore.errors import UsageError
from augscore.images.batches import read
from augscore.images.find import find
from augscore.images.records import Candidate, Ignored, Skipped


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


def as_nobody(code: str, *arguments: Path) -> str:
    """Run as a user without rights: root reads everything."""
    lead = "import os, sys\nfrom pathlib import Path\nfrom augscore.images.batches import read\n"
    lead += "from augscore.images.find import find\n"
    drop = "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
    result = subprocess.run(
        [sys.executable, "-c", lead + drop + code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return result.stdout


def open_to_all(folder: Path) -> None:
    """pytest's own folders are closed to other users."""
    for parent in [folder, *folder.parents]:
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_bad_05_06_unreadable_file_and_folder(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.jpg", "closed/2.jpg", "file.jpg")
    open_to_all(tmp_path)
    (tmp_path / "closed").chmod(0)
    (tmp_path / "file.jpg").chmod(0)
    try:
        out = as_nobody(
            "for r in read(find([Path(sys.argv[1])]), workers=0): print(r.name, r.reason)", tmp_path
        )
    finally:
        (tmp_path / "closed").chmod(0o755)
    assert out.splitlines() == ["a/1.jpg not_an_image", "closed permission", "file.jpg permission"]


def test_bad_07_link_to_parent(tmp_path: Path) -> None:
    touch(tmp_path, "d/1.jpg", "e/2.jpg")
    (tmp_path / "d/self").symlink_to(".")
    (tmp_path / "d/up").symlink_to("..")
    (tmp_path / "d/other").symlink_to("../e")
    assert names(tmp_path) == ["d/1.jpg", "e/2.jpg"]
    assert set(others(tmp_path).values()) == {"link_not_followed"}
    assert names(tmp_path, follow_links=True) == ["d/1.jpg", "d/other/2.jpg"]
    assert others(tmp_path, follow_links=True) == dict.fromkeys(
        ["d/self", "d/up", "e"], "link_loop"
    )


def test_bad_08_09_link_to_itself_and_broken_link(tmp_path: Path) -> None:
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "broken.jpg").symlink_to("nothing")
    (tmp_path / "broken.txt").symlink_to("nothing")
    expected = {
        "loop.jpg": "link_loop",
        "broken.jpg": "broken_link",
        "broken.txt": "other_extension",
    }
    assert others(tmp_path) == expected
    assert others(tmp_path / "broken.jpg") == {"broken.jpg": "broken_link"}


def test_a_link_to_a_file_is_a_candidate(tmp_path: Path) -> None:
    touch(tmp_path, "1.jpg")
    (tmp_path / "2.jpg").symlink_to("1.jpg")
    assert names(tmp_path) == ["1.jpg", "2.jpg"]


def test_bad_10_11_fifo_socket_and_device_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.jpg")
    (tmp_path / "zero.jpg").symlink_to("/dev/zero")
    here = os.getcwd()
    os.chdir(tmp_path)  # the path of a socket has a short limit
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("s.jpg")
    finally:
        os.chdir(here)
    assert others(tmp_path) == dict.fromkeys(["fifo.jpg", "zero.jpg", "s.jpg"], "not_regular")
    assert others(tmp_path / "fifo.jpg") == {"fifo.jpg": "not_regular"}


def test_bad_12_a_folder_named_like_an_image_is_walked(tmp_path: Path) -> None:
    touch(tmp_path, "x.jpg/1.png")
    assert names(tmp_path) == ["x.jpg/1.png"]


def test_bad_13_14_hidden_and_system_files(tmp_path: Path) -> None:
    system = ["._x.jpg", ".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX/x.jpg"]
    touch(tmp_path, ".a.jpg", ".d/b.jpg", *system)
    assert names(tmp_path) == []
    assert set(others(tmp_path).values()) == {"ignored_hidden"}
    assert len(others(tmp_path)) == 7
    assert names(tmp_path, hidden=True) == [".a.jpg", ".d/b.jpg"]
    assert len(others(tmp_path, hidden=True)) == 5


def test_bad_15_fifteen_hundred_nested_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    touch(Path("."), "x.jpg")
    try:
        assert names(tmp_path) == ["d/" * 1500 + "x.jpg"]
    finally:
        os.unlink("x.jpg")
        os.chdir(tmp_path)
        for _ in range(1499):  # shutil.rmtree cannot go so deep
            os.rename("d/d", "next")
            os.rmdir("d")
            os.rename("next", "d")


def test_bad_16_many_files_come_as_a_stream(tmp_path: Path) -> None:
    for folder in range(3):
        (tmp_path / str(folder)).mkdir()
    touch(tmp_path, "0/1.jpg")
    stream = find([tmp_path])
    assert next(stream).name == "0/1.jpg"
    touch(tmp_path, "2/later.jpg")  # the walk has not been there yet
    assert [f.name for f in stream] == ["2/later.jpg"]


def test_bad_54_names_that_differ_only_for_people(tmp_path: Path) -> None:
    same = ["A.jpg", "a.jpg", unicodedata.normalize("NFC", "é.jpg"), "e\u0301.jpg"]
    touch(tmp_path, *same)
    if len(os.listdir(tmp_path)) < 4:
        pytest.skip("this file system folds names")
    assert names(tmp_path) == sorted(same, key=os.fsencode)


def test_a_folder_that_vanishes_is_one_skipped_row(tmp_path: Path) -> None:
    touch(tmp_path, "a/1.jpg", "b/2.jpg", "c/3.jpg")
    stream = find([tmp_path])
    next(stream)
    (tmp_path / "b/2.jpg").unlink()
    (tmp_path / "b").rmdir()
    rest = list(stream)
    assert [(type(f), f.name) for f in rest] == [(Skipped, "b"), (Candidate, "c/3.jpg")]
    assert isinstance(rest[0], Skipped)
    assert rest[0].reason == "vanished"


file_names = st.binary(min_size=1, max_size=40).filter(
    lambda n: b"/" not in n and b"\0" not in n and n not in (b".", b"..")
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(st.sets(file_names, max_size=8))
def test_bad_51_52_any_bytes_make_a_name(raw: set[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in raw:
            with open(os.path.join(os.fsencode(folder), name + b".jpg"), "wb") as file:
                file.write(b"x")
        found = list(find([Path(folder)], hidden=True))
        results = list(read(found, workers=0))
    expected = sorted(name + b".jpg" for name in raw)
    assert [os.fsencode(f.name) for f in found] == expected
    for item, result in zip(found, results, strict=True):
        assert isinstance(result, Skipped if isinstance(item, Candidate) else Ignored)
        assert result.name == item.name
