"""torchvision's data sets by name, looked for in a folder and downloaded only if asked for."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from augscore.errors import HostError, InputError, UsageError
from augscore.images.collect import collect
from augscore.images.collection import Collection, digest_of
from augscore.outputs import printable

Part = Literal["train", "test"]
DEFAULT_ROOT = Path("data")


@dataclass(frozen=True)
class NamedSet:
    """`cls` in torchvision.datasets; what it takes for each part; what lies in the root folder."""

    cls: str
    train: tuple[tuple[str, object], ...]
    test: tuple[tuple[str, object], ...]
    holds: str


def _by_flag(cls: str, holds: str) -> NamedSet:
    return NamedSet(cls, (("train", True),), (("train", False),), holds)


def _by_split(cls: str, holds: str, train: str = "train") -> NamedSet:
    return NamedSet(cls, (("split", train),), (("split", "test"),), holds)


SETS = {
    "cifar10": _by_flag("CIFAR10", "cifar-10-batches-py"),
    "cifar100": _by_flag("CIFAR100", "cifar-100-python"),
    "fashion-mnist": _by_flag("FashionMNIST", "FashionMNIST/raw"),
    "mnist": _by_flag("MNIST", "MNIST/raw"),
    "stl10": _by_split("STL10", "stl10_binary", "train+unlabeled"),
    "svhn": _by_split("SVHN", "train_32x32.mat and test_32x32.mat"),
}
"""STL-10 trains on its unlabelled images, too, as its authors mean it."""


def is_set_name(data: object) -> bool:
    """Whether `data` names a set and no file or folder."""
    return isinstance(data, str) and _key(data) in SETS and not Path(data).exists()


def nearest_set(name: str) -> str:
    """A hint naming the sets, the one spelt most like `name` first."""
    near = difflib.get_close_matches(_key(name), SETS, n=1)
    guess = f"Did you mean {near[0]}? " if near else ""
    return f"{guess}Sets by name: {', '.join(SETS)}"


def collect_named(
    name: str, part: Part, *, root: Path = DEFAULT_ROOT, download: bool = False
) -> Collection:
    """The training or the test part of a set, as torchvision finds it in `root`.

    Raises UsageError (`unknown_set`) for another name, InputError (`data_missing`) where the files
    are absent or damaged, HostError (`download_failed`) where fetching them fails.
    """
    if _key(name) not in SETS:
        raise UsageError(f"no data set named {name!r}", code="unknown_set", hint=nearest_set(name))
    row = SETS[_key(name)]
    images = _opened(_key(name), row, part, root, download)
    found = collect(images)
    # Which of torchvision's sets it is, and which part, is all that its length leaves open.
    return replace(
        found,
        name=f"{_key(name)} ({part})",
        fingerprint=digest_of(row.cls, part, found.fingerprint),
    )


def _key(name: str) -> str:
    return name.lower().replace("_", "-").replace("cifar-", "cifar").replace("stl-", "stl")


def _opened(name: str, row: NamedSet, part: Part, root: Path, download: bool) -> Any:
    import torchvision

    make: Callable[..., Any] = getattr(torchvision.datasets, row.cls)
    arguments = dict(row.train if part == "train" else row.test)
    try:
        return make(str(root), download=download, **arguments)
    except (RuntimeError, OSError) as error:
        if download:
            raise HostError(
                f"{name} could not be downloaded into {_shown(root)}: {error}",
                code="download_failed",
                hint=f"Fetch it elsewhere and put {row.holds} into that folder",
            ) from error
        raise InputError(
            f"{name} is not in {_shown(root)}, or its files are damaged",
            code="data_missing",
            hint=f"Put {row.holds}, as torchvision has it, into that folder, or have it fetched: "
            f"augscore train simclr {name} --download",
        ) from error


def _shown(root: Path) -> str:
    return printable(repr(str(root)))
