"""Folders and files → a stream of candidates, skipped and ignored entries.

Every entry met comes out once, so that found = measured + skipped + ignored. The walk keeps the
names of the folders on its way down and nothing else: memory follows the largest folder.
"""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from augscore.errors import UsageError
from augscore.images.reasons import os_detail, os_reason
from augscore.images.records import Candidate, Found, Ignored, Skipped
from augscore.images.sniff import FORMAT_OF, UNREAD_EXTENSIONS, extension_of
from augscore.runs.mark import is_run

_SYSTEM_NAMES = frozenset([".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX"])


def find(
    roots: Sequence[Path], *, hidden: bool = False, follow_links: bool = False
) -> Iterator[Found]:
    """Walk `roots` (folders and files), entries of a folder in the order of their names' bytes.

    Names are relative to the root, with `/`; with several roots they begin with the root's own
    name. A root that is a file is a candidate whatever its name. `hidden` takes dotfiles too;
    `follow_links` walks linked folders, each once. Raises `UsageError` (`not_found`) at once for a
    root that does not exist.
    """
    distinct = _distinct(roots)
    for root in distinct:
        if not os.path.lexists(root):
            raise UsageError(
                f"cannot find {str(root)!r}", code="not_found", hint=nearest_sibling(root)
            )
    walk = _Walk(hidden=hidden, follow_links=follow_links, seen=set())
    return _find(distinct, walk)


def has_image_name(name: str) -> bool:
    """Whether a file of this name is offered as an image: an image extension, or none at all."""
    extension = extension_of(name)
    return not extension or extension in FORMAT_OF or extension in UNREAD_EXTENSIONS


def nearest_sibling(path: Path) -> str:
    """A hint naming what exists and is spelt most like `path`; empty if nothing does."""
    missing = Path(os.path.abspath(path))
    while not os.path.lexists(missing.parent):
        missing = missing.parent
    try:
        names = os.listdir(missing.parent)
    except OSError:
        return ""
    close = difflib.get_close_matches(missing.name, names, n=1, cutoff=0.6)
    return f"Did you mean {str(missing.parent / close[0])!r}?" if close else ""


@dataclass(frozen=True)
class _Walk:
    hidden: bool
    follow_links: bool
    seen: set[tuple[int, int]]


@dataclass(frozen=True)
class _Level:
    """A folder being walked: the name in front of its entries, and those still to come."""

    prefix: str
    entries: Iterator[os.DirEntry[str]]


def _distinct(roots: Sequence[Path]) -> list[Path]:
    distinct: dict[str, Path] = {}
    for root in roots:
        distinct.setdefault(os.path.abspath(root), root)
    return list(distinct.values())


def _labels(roots: list[Path]) -> list[str]:
    """As many trailing parts of every root as it takes to tell them apart (usually one)."""
    parts = [Path(os.path.abspath(root)).parts[1:] for root in roots]
    length, longest = 1, max(map(len, parts), default=0)
    while True:
        labels = ["/".join(p[-length:]) for p in parts]
        if len(set(labels)) == len(labels) or length >= longest:
            return labels
        length += 1


def _find(roots: list[Path], walk: _Walk) -> Iterator[Found]:
    for root, label in zip(roots, _labels(roots), strict=True):
        if os.path.isdir(root):
            yield from _folder(str(root), label, walk, prefix=label if len(roots) > 1 else "")
        else:
            yield _file(str(root), label)


def _folder(root: str, label: str, walk: _Walk, *, prefix: str) -> Iterator[Found]:
    if is_run(root):
        yield Ignored(label, "own_output")
        return
    top = _enter(root, label, walk)
    if not isinstance(top, _Level):
        yield top
        return
    stack = [_Level(prefix, top.entries)]
    while stack:
        level = stack[-1]
        entry = next(level.entries, None)
        if entry is None:
            stack.pop()
            continue
        name = f"{level.prefix}/{entry.name}" if level.prefix else entry.name
        met = _entry(entry, name, walk)
        if isinstance(met, _Level):
            stack.append(met)
        else:
            yield met


def _enter(path: str, name: str, walk: _Walk) -> _Level | Skipped | Ignored:
    try:
        if walk.follow_links:
            status = os.stat(path)
            if (status.st_dev, status.st_ino) in walk.seen:
                return Ignored(name, "link_loop")
            walk.seen.add((status.st_dev, status.st_ino))
        with os.scandir(path) as entries:
            return _Level(name, iter(sorted(entries, key=lambda entry: os.fsencode(entry.name))))
    except OSError as error:
        return Skipped(name, os_reason(error), os_detail(error))


def _entry(entry: os.DirEntry[str], name: str, walk: _Walk) -> _Level | Found:
    if _is_hidden(entry.name, walk.hidden):
        return Ignored(name, "ignored_hidden")
    if entry.is_dir(follow_symlinks=False):
        if is_run(entry.path):
            return Ignored(name, "own_output")
        return _enter(entry.path, name, walk)
    if entry.is_symlink() and os.path.isdir(entry.path):
        if walk.follow_links:
            return _enter(entry.path, name, walk)
        return Ignored(name, "link_not_followed")
    if not has_image_name(entry.name):
        return Ignored(name, "other_extension")
    if entry.is_file(follow_symlinks=False):
        return Candidate(Path(entry.path), name)
    return _file(entry.path, name)


def _is_hidden(name: str, take_dotfiles: bool) -> bool:
    if name in _SYSTEM_NAMES or name.startswith("._"):
        return True
    return name.startswith(".") and not take_dotfiles


def _file(path: str, name: str) -> Candidate | Skipped:
    """A file by its status alone: never opened, so that a FIFO cannot block."""
    try:
        status = os.stat(path)
    except FileNotFoundError as error:
        reason = "broken_link" if os.path.islink(path) else "vanished"
        return Skipped(name, reason, os_detail(error))
    except OSError as error:
        return Skipped(name, os_reason(error), os_detail(error))
    if not stat.S_ISREG(status.st_mode):
        return Skipped(name, "not_regular", "not a regular file")
    return Candidate(Path(path), name)
