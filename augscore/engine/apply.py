"""Images and the draw of a view → the view. Groups, tiles and devices are dealt with here alone."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from augscore.engine.draw import Precision, ViewDraw
from augscore.engine.ops.record import BackendChoice, per_image
from augscore.engine.prepared import Prepared, PreparedMix, PreparedStep, prepare
from augscore.images.resize import bring_to_size, to_float

# (B, 3, H, W), or (3, H, W) of different sizes.
Pictures = torch.Tensor | Sequence[torch.Tensor]

# Pixels worked on together. On a CPU 0.75 MB of floats stay in its nearer caches, but no fewer than
# `TILE_IMAGES` share the cost of a call; on other devices only memory is a bound.
TILE_PIXELS, TILE_IMAGES, DEVICE_PIXELS = 2**16, 1, 2**25


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
    steps = [prepare(step, device, backend) for step in view.steps]
    places = [place for place, step in enumerate(steps) if step.resizes]
    before, rest = (steps[: places[0]], steps[places[0] :]) if places else ([], steps)
    result = torch.empty(len(images), 3, view.size, view.size, device=device)
    tile = _tile(view.size, device, len(images))
    for start in range(0, len(images), tile):
        rows = range(start, min(start + tile, len(images)))
        some = images[start : start + tile]
        if precision == "exact":
            some = [to_float(image) for image in some]
        if before:
            some = [_before(image, row, before) for image, row in zip(some, rows, strict=True)]
        result[start : start + tile] = _apply_tile(some, rest, rows, view.size)
    return result


def on_batch(images: torch.Tensor, step: Prepared, rows: range) -> torch.Tensor:
    """A step on (B, 3, H, W), which may be written to: gather who is changed, change, put back.

    `rows` are the places of the images in the draw.
    """
    chosen = [row for row in rows if step.changed[row]]
    if not chosen:
        return images
    if len(chosen) == len(images):
        return _changed(images, step, chosen)
    here = torch.tensor([row - rows.start for row in chosen])
    there = upload(here, images.device)
    changed = _changed(images.index_select(0, there), step, chosen)
    return images.index_copy_(0, there, changed)


def upload(numbers: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Numbers of the host on the device, without waiting for it."""
    ready = numbers.pin_memory() if device.type == "cuda" else numbers
    return ready.to(device, non_blocking=True)


def _changed(images: torch.Tensor, step: Prepared, rows: list[int]) -> torch.Tensor:
    if isinstance(step, PreparedMix):
        return _mixed(images, step, rows)
    return step.function(images, *step.columns_of(rows), *step.options)


def _mixed(images: torch.Tensor, step: PreparedMix, rows: list[int]) -> torch.Tensor:
    """share · Σ weight · branch + (1 − share) · image."""
    here = torch.tensor(rows)
    share = step.share[here]
    result = images * per_image(1 - share, images)
    for branch, weights in zip(step.branches, step.weights, strict=True):
        chain = images.clone()
        for inner in branch:
            chain = _on_some(chain, inner, rows)
        result.add_(chain.mul_(per_image(weights[here] * share, images)))
    return result.clamp_(0.0, 1.0)


def _on_some(images: torch.Tensor, step: Prepared, rows: list[int]) -> torch.Tensor:
    """As `on_batch`, for images of any places."""
    chosen = [(place, row) for place, row in enumerate(rows) if step.changed[row]]
    if not chosen:
        return images
    there = upload(torch.tensor([place for place, _ in chosen]), images.device)
    changed = _changed(images.index_select(0, there), step, [row for _, row in chosen])
    return images.index_copy_(0, there, changed)


def _apply_tile(images: Pictures, steps: list[Prepared], rows: range, size: int) -> torch.Tensor:
    """The steps from the first resizing one on; if none does, images are brought to size first."""
    if not (steps and steps[0].resizes):
        batch = torch.stack([bring_to_size(image, size) for image in images])
    else:
        batch = _reframe(images, steps[0], rows, size)
        steps = steps[1:]
    for step in steps:
        batch = _reframe(batch, step, rows, size) if step.resizes else on_batch(batch, step, rows)
    return batch


def _before(image: torch.Tensor, row: int, steps: list[Prepared]) -> torch.Tensor:
    """Steps before the first resizing one run image by image, at the images' own sizes."""
    batch = to_float(image)[None].clone(memory_format=torch.contiguous_format)
    for step in steps:
        batch = on_batch(batch, step, range(row, row + 1))
    return batch[0]


def _reframe(images: Pictures, step: Prepared, rows: range, size: int) -> torch.Tensor:
    """A resizing step; images that it leaves out are brought to the size as references are."""
    assert isinstance(step, PreparedStep)
    chosen = [row for row in rows if step.changed[row]]
    places = [row - rows.start for row in chosen]
    if not chosen:
        return torch.stack([bring_to_size(image, size) for image in images])
    some = images if len(chosen) == len(images) else [images[place] for place in places]
    crops = step.function(some, *step.columns_of(chosen), *step.options, size)
    if len(chosen) == len(images):
        return crops
    result = torch.stack([bring_to_size(image, size) for image in images])
    return result.index_copy_(0, upload(torch.tensor(places), result.device), crops)


def _tile(size: int, device: torch.device, count: int) -> int:
    if device.type != "cpu":
        return max(1, min(count, DEVICE_PIXELS // (size * size)))
    return max(TILE_IMAGES, TILE_PIXELS // (size * size))
