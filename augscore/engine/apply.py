"""Images and the draw of a view → the view. Groups, tiles and devices are dealt with here alone."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from augscore.engine.bring.running import foreign_view, run_foreign
from augscore.engine.draw import Precision, ViewDraw
from augscore.engine.native.library import prefer_large_pages
from augscore.engine.ops.record import BackendChoice, per_image, upload
from augscore.engine.prepared import (
    Prepared,
    PreparedForeign,
    PreparedMix,
    PreparedStep,
    prepare,
)
from augscore.images.resize import bring_to_size, to_float

# (B, 3, H, W), or (3, H, W) of different sizes.
Pictures = torch.Tensor | Sequence[torch.Tensor]

# Pixels worked on together. On a CPU 0.75 MB of floats stay in its nearer caches; of small images
# four times as many, since more of them share the cost of a call. Elsewhere memory is the bound.
TILE_PIXELS, SMALL_SIDE, DEVICE_PIXELS = 2**16, 64, 2**25
_FREED_BYTES = 31 * 2**20


@torch.no_grad()
def apply_view(
    images: Pictures,
    view: ViewDraw,
    *,
    backend: BackendChoice = "auto",
    precision: Precision = "fast",
) -> torch.Tensor:
    """One view of B images (3, H, W), all uint8 or all float in [0, 1] → float32 (B, 3, S, S).

    If no step resizes, an image is first brought to the size as its reference is. `precision` fast
    resizes uint8 images as uint8, exact as floats. Nothing is checked: see `augment` and `replay`.
    """
    device = images[0].device if len(images) else torch.device("cpu")
    if device.type == "cpu":
        _keep_freed_memory()
    steps = [prepare(step, device, backend) for step in view.steps]
    places = [place for place, step in enumerate(steps) if step.resizes]
    before, rest = (steps[: places[0]], steps[places[0] :]) if places else ([], steps)
    tile = _tile(view.size, device, len(images))
    tiles = range(0, len(images), tile)
    result = torch.empty(len(images), 3, view.size, view.size, device=device)
    if device.type == "cpu":
        prefer_large_pages(result)
    for start in tiles:
        stop = min(start + tile, len(images))
        some = images[start:stop]
        if precision == "exact":
            some = to_float(some) if isinstance(some, torch.Tensor) else [to_float(i) for i in some]
        if before:
            some = [_before(image, row, before) for row, image in enumerate(some, start=start)]
        done = _apply_tile(some, rest, start, stop, view.size)
        if len(tiles) == 1:
            return done
        result[start:stop] = done
    return result


def on_batch(images: torch.Tensor, step: Prepared, start: int, stop: int) -> torch.Tensor:
    """A step on (B, 3, H, W), which may be written to: gather who is changed, change, put back.

    The images are those from `start` to before `stop` of the draw.
    """
    if not step.chosen.any_within(start, stop):
        return images
    if isinstance(step, PreparedMix):
        return _mixed(images, step, start, stop)
    places, here = step.chosen.within(start, stop)
    if isinstance(step, PreparedForeign):
        there = upload(places, images.device)
        changed = _foreign(images.index_select(0, there), step, here, None)
        return images.index_copy_(0, there, changed)
    columns = [column[here] for column in step.columns]
    if step.kernel is not None:
        step.kernel(images, places, *columns, *step.options)
        return images
    if len(places) == len(images):
        return step.function(images, *columns, *step.options)
    there = upload(places, images.device)
    changed = step.function(images.index_select(0, there), *columns, *step.options)
    return images.index_copy_(0, there, changed)


def _keep_freed_memory() -> None:
    """Make glibc keep what the tiles free rather than hand it back to the kernel, page by page.

    It raises its thresholds to the largest block that was ever freed, at most 32 MB; this one is
    never written to, so it costs no memory. Measured at 32 px: 3,000 page faults a batch to 100.
    """
    torch.empty(_FREED_BYTES, dtype=torch.uint8)


def _foreign(
    images: Pictures, step: PreparedForeign, here: slice, size: int | None
) -> torch.Tensor:
    return run_foreign(list(images), step.keys[here], step.run, step.whose, size)


def _mixed(images: torch.Tensor, step: PreparedMix, start: int, stop: int) -> torch.Tensor:
    """Σ weight · branch + rest · image; the weights of whom it leaves out are 0."""
    result = images * per_image(step.rest[start:stop], images)
    for branch, weights in zip(step.branches, step.weights, strict=True):
        chain = images.clone()
        for inner in branch:
            chain = on_batch(chain, inner, start, stop)
        result.add_(chain.mul_(per_image(weights[start:stop], images)))
    return result.clamp_(0.0, 1.0)


def _apply_tile(
    images: Pictures, steps: list[Prepared], start: int, stop: int, size: int
) -> torch.Tensor:
    """The steps from the first resizing one on; if none does, images are brought to size first."""
    if not (steps and steps[0].resizes):
        batch = _standard(images, size)
    else:
        batch = _reframe(images, steps[0], start, stop, size)
        steps = steps[1:]
    for step in steps:
        if step.resizes:
            batch = _reframe(batch, step, start, stop, size)
        else:
            batch = on_batch(batch, step, start, stop)
    return batch


def _before(image: torch.Tensor, row: int, steps: list[Prepared]) -> torch.Tensor:
    """Steps before the first resizing one run image by image, at the images' own sizes, which
    those of other libraries may change: by a quarter turn, say."""
    batch = to_float(image)[None].clone(memory_format=torch.contiguous_format)
    for step in steps:
        if isinstance(step, PreparedForeign) and step.chosen.any_within(row, row + 1):
            _, here = step.chosen.within(row, row + 1)
            (key,) = step.keys[here]
            batch = foreign_view(batch[0], key, step.run, step.whose)[None].to(batch.device)
        else:
            batch = on_batch(batch, step, row, row + 1)
    return batch[0]


def _reframe(images: Pictures, step: Prepared, start: int, stop: int, size: int) -> torch.Tensor:
    """A resizing step; images that it leaves out are brought to the size as references are."""
    assert isinstance(step, PreparedStep | PreparedForeign)
    places, here = step.chosen.within(start, stop)
    if not len(places):
        return _standard(images, size)
    everyone = len(places) == len(images)
    some = images if everyone else [images[place] for place in places.tolist()]
    if isinstance(step, PreparedForeign):
        crops = _foreign(some, step, here, size)
    else:
        crops = _cropped(some, step, here, size)
    if everyone:
        return crops
    return _standard(images, size).index_copy_(0, upload(places, crops.device), crops)


def _cropped(images: Pictures, step: PreparedStep, here: slice, size: int) -> torch.Tensor:
    function = step.kernel or step.function
    crops = function(images, *(column[here] for column in step.columns), *step.options, size)
    assert crops is not None
    return crops


def _standard(images: Pictures, size: int) -> torch.Tensor:
    if isinstance(images, torch.Tensor):
        brought = bring_to_size(images, size)
        return brought.clone() if brought.data_ptr() == images.data_ptr() else brought
    return torch.stack([bring_to_size(image, size) for image in images])


def _tile(size: int, device: torch.device, count: int) -> int:
    if device.type != "cpu":
        return max(1, min(count, DEVICE_PIXELS // (size * size)))
    pixels = 4 * TILE_PIXELS if size <= SMALL_SIDE else TILE_PIXELS
    return max(1, pixels // (size * size))
