"""What reading images yields: a loaded image, or a reason why there is none.

Every candidate ends as exactly one of them, so that found = measured + skipped + ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from augscore.keys import ImageId


@dataclass(frozen=True)
class Candidate:
    """A file that may be an image; `name`, relative to the root and with `/`, is its image id."""

    path: Path
    name: str


@dataclass(frozen=True)
class Skipped:
    """Offered as an image and not measured."""

    name: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Ignored:
    """Not offered as an image: only counted, by reason."""

    name: str
    reason: str


@dataclass(frozen=True)
class Picture:
    """Decoded pixels, uint8 RGB (3, H, W), upright; `notes` are codes such as `grey`, `capped`.

    `digest` is that of the file's bytes (BLAKE2b, 8 bytes, hex); empty for images in memory.
    """

    id: ImageId
    pixels: torch.Tensor
    notes: tuple[str, ...] = ()
    digest: str = ""


Found = Candidate | Skipped | Ignored
Read = Picture | Skipped | Ignored
