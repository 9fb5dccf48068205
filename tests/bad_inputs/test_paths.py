"""A. Paths and folders: nothing is opened that could block, nothing is walked twice."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from augscore.images.decode import decode
from augscore.images.find import find
from augscore.images.records import Candidate, Skipped
from tests.bad_inputs import make
from tests.bad_inputs.expected import EXPECTED
from tests.bad_inputs.outcomes import outcomes

AS_NOBODY = """
import os, sys
from pathlib import Path
from augscore.images.batches import read
from augscore.images.find import find
from augscore.images.records import Picture
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for r in read(find([Path(sys.argv[1])]), workers=0):
    print(*((r.id, "picture") if isinstance(r, Picture) else (r.name, r.reason)))
"""

NAME_TABLE_BYTES = 8 * make.MEGABYTE
"""Python's own table of names may grow once while many paths pass; 100,000 paths kept are more."""


def read_as_nobody(folder: Path) -> list[str]:
    """Root reads everything, so the child drops its rights."""
    child = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(folder)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return child.stdout.splitlines()


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that other users may enter, which those of pytest are not."""
    for parent in [tmp_path, *tmp_path.parents[:-1]]:
        if parent.stat().st_uid == os.getuid():
            parent.chmod(parent.stat().st_mode | 0o055)
    yield tmp_path
    for path in tmp_path.iterdir():
        path.chmod(0o755)


def test_bad_05_unreadable_file(open_folder: Path, photo: Image.Image) -> None:
    make.bad_05_unreadable_file(open_folder, photo)
    assert read_as_nobody(open_folder) == ["open.jpg picture", "shut.jpg permission"]


def test_bad_06_unreadable_folder(open_folder: Path, photo: Image.Image) -> None:
    make.bad_06_unreadable_folder(open_folder, photo)
    assert read_as_nobody(open_folder) == [
        "open/1.jpg picture",
        "shut permission",
        "then/3.jpg picture",
    ]


def test_bad_07_link_to_its_parent(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_07_link_to_its_parent(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[7]
    assert outcomes(tmp_path, follow_links=True) == {
        "d/1.jpg": (),
        "d/other/2.jpg": (),
        "d/self": "link_loop",
        "d/up": "link_loop",
        "e": "link_loop",
    }


def test_bad_08_link_to_itself(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_08_link_to_itself(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[8]


def test_bad_09_broken_link(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_09_broken_link(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[9]
    assert outcomes(tmp_path / "b.jpg") == {"b.jpg": "broken_link"}
    late = decode(Candidate(tmp_path / "b.jpg", "b.jpg"))
    assert isinstance(late, Skipped)
    assert late.reason == "broken_link"


def test_bad_10_fifo_is_never_opened(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_10_fifo(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[10]
    assert outcomes(tmp_path / "f.jpg") == {"f.jpg": "not_regular"}
    late = decode(Candidate(tmp_path / "f.jpg", "f.jpg"))
    assert isinstance(late, Skipped)
    assert late.reason == "not_regular"


def test_bad_11_socket_and_device_are_never_opened(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_11_socket_and_device(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[11]


def test_bad_12_folder_named_like_an_image_is_walked(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_12_folder_named_like_an_image(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[12]


def test_bad_13_hidden_and_system_files(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_13_hidden_and_system_files(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[13]
    shown = [f.name for f in find([tmp_path], hidden=True) if isinstance(f, Candidate)]
    assert shown == [".a.jpg", ".d/b.jpg"]


def test_bad_14_apple_double_is_never_taken(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_14_apple_double(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[14]
    assert not [f for f in find([tmp_path], hidden=True) if isinstance(f, Candidate)]


def test_bad_15_nested_folders(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_15_nested_folders(tmp_path, photo)
    try:
        (found,) = find([tmp_path])
        assert found.name == "d/" * make.NESTED + "x.jpg"
    finally:
        make.remove_nested(tmp_path)


def test_bad_16_many_files_cost_no_more_memory_than_one_folder(photo: Image.Image) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make.bad_16_many_files(folder, photo)
        one_folder, _ = walk(folder / "07")
        # Other threads of this process may allocate meanwhile, which can only add.
        everything, count = min(walk(folder), walk(folder))
    assert count == make.MANY_FOLDERS * make.FILES_EACH
    assert everything < one_folder + NAME_TABLE_BYTES


def walk(folder: Path) -> tuple[int, int]:
    """The peak of memory in bytes, and the number of files, met in the order of their bytes."""
    tracemalloc.start()
    count, last = 0, [b""]
    for found in find([folder]):
        name = os.fsencode(found.name).split(b"/")
        assert last < name
        count, last = count + 1, name
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak, count


def test_bad_16_the_walk_goes_no_further_than_it_is_read(tmp_path: Path) -> None:
    for name in ("0/1.jpg", "2/3.jpg"):
        make.put(tmp_path, name, b"x")
    stream = find([tmp_path])
    assert next(stream).name == "0/1.jpg"
    make.put(tmp_path, "2/2.jpg", b"x")
    assert [f.name for f in stream] == ["2/2.jpg", "2/3.jpg"]
