"""A foreign pipeline on a batch: image by image on the CPU, each with the randomness of its key."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from augscore.engine.bring.randomness import seeded
from augscore.engine.foreign_draw import Run
from augscore.errors import AugscoreError, InputError
from augscore.images.resize import bring_to_size, resize


def run_foreign(
    images: Sequence[torch.Tensor], keys: Sequence[int], run: Run, whose: str, size: int | None
) -> torch.Tensor:
    """B images (3, H, W) and their keys → float32 (B, 3, size, size) on the images' device.

    What the pipeline leaves at another size is brought to it as references are; without a `size`
    images, which then are alike, keep theirs. Raises as `foreign_view`.
    """
    views = [foreign_view(image, key, run, whose) for image, key in zip(images, keys, strict=True)]
    fitted = [
        resize(view, *image.shape[-2:]) if size is None else bring_to_size(view, size)
        for view, image in zip(views, images, strict=True)
    ]
    return torch.stack(fitted).to(images[0].device)


def foreign_view(image: torch.Tensor, key: int, run: Run, whose: str) -> torch.Tensor:
    """(3, H, W) → float32 (3, h, w) on the CPU, as the pipeline leaves it.

    Raises InputError (`op_raised`, and those of what it returns) with the key of the image.
    """
    try:
        with seeded(key):
            pixels, _ = run(image, key)
    except AugscoreError as error:
        raise InputError(
            f"{error.message} (key {key})", code=error.code, hint=error.hint
        ) from error
    except Exception as error:
        raise InputError(
            f"{whose} raised {type(error).__name__}: {error} (key {key})",
            code="op_raised",
            hint="Try it on one image; takes= of Policy.of changes what kind of image it is given",
        ) from error
    return pixels


def to_bytes(image: torch.Tensor) -> torch.Tensor:
    """uint8, or float in [0, 1] → uint8 on the CPU."""
    image = image.cpu()
    return image if image.dtype == torch.uint8 else image.mul(255).round_().to(torch.uint8)
