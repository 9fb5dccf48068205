"""Images and a draw → views. Groups, tiles and devices are dealt with here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from augscore import keys
from augscore.engine.door import Images, check_ids, check_images, check_numbers
from augscore.engine.draw import Draw, StepDraw, ViewDraw, draw, draw_view
from augscore.engine.ops.arguments import Settings
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import find_op
from augscore.engine.policies import PolicyLike, find_policy
from augscore.engine.policy import Value
from augscore.errors import UsageError
from augscore.images.resize import bring_to_size, to_float
from augscore.keys import ImageId

# Images worked on together on the CPU: 0.75 MB of floats, which stays in its nearer caches.
TILE_PIXELS = 2**16

Views = tuple[torch.Tensor, ...]


def augment(
    images: Images,
    policy: PolicyLike,
    *,
    size: int | None = None,
    seed: int = 0,
    ids: Sequence[ImageId] | None = None,
    epoch: int = 0,
) -> tuple[Views, Draw]:
    """Draw a policy for every image and apply it.

    `images`: (B, 3, H, W) or a list of (3, H, W) of any sizes; uint8, or float in [0, 1]. `policy`:
    a preset's name, a policy file, a mapping of the same form, or a Policy. `size` in px stands in
    for the policy's. `ids` (by default 0 to B − 1) and `epoch` fix the randomness together with
    `seed`.

    Returns one float32 (B, 3, S, S) in [0, 1] per view of the policy, on the images' device, and
    the draw that makes them again. Raises TensorError (`bad_tensor`) for images that do not fit
    and UsageError for a policy that cannot be drawn.
    """
    check_numbers(size, seed, epoch)
    pictures = check_images(images)
    names = check_ids(ids, len(pictures))
    drawn = draw(find_policy(policy), names, _sizes(pictures), size=size, seed=seed, epoch=epoch)
    return _all_views(images, pictures, drawn), drawn


def views_of(
    images: Images,
    policy: PolicyLike,
    *,
    views: int,
    size: int | None = None,
    seed: int = 0,
    ids: Sequence[ImageId] | None = None,
    epoch: int = 0,
) -> tuple[Views, Draw]:
    """As `augment`, with exactly `views` views, whatever the number that the policy has.

    View k uses the policy's pipeline k modulo their number, with the randomness of view k, so the
    first views are those of `augment`.
    """
    pictures = check_images(images)
    names = check_ids(ids, len(pictures))
    plan = find_policy(policy)
    sizes = _sizes(pictures)
    drawn = Draw(
        plan.name,
        seed,
        epoch,
        tuple(names),
        tuple(
            draw_view(plan, names, sizes, view=k, size=size, seed=seed, epoch=epoch)
            for k in range(views)
        ),
    )
    return _all_views(images, pictures, drawn), drawn


def replay(images: Images, draw: Draw) -> Views:
    """Make the views of a draw again, bit for bit on the same device.

    `images` are those that were drawn for, in the draw's order; for some of them use
    `draw.select`. Raises UsageError (`draw_mismatch`) for another number or other sizes.
    """
    pictures = check_images(images)
    if len(pictures) != len(draw.ids):
        raise _mismatch(f"{len(pictures)} images for a draw of {len(draw.ids)}")
    for view in draw.views:
        _check_boxes(pictures, view)
    return _all_views(images, pictures, draw)


@torch.no_grad()
def apply_view(images: Sequence[torch.Tensor], view: ViewDraw) -> torch.Tensor:
    """One view of B images (3, H, W), all uint8 or all float in [0, 1] → float32 (B, 3, S, S).

    If no step resizes, an image is first brought to the size as its reference is. Nothing is
    checked: see `augment` and `replay`.
    """
    device = images[0].device if images else torch.device("cpu")
    steps = [_prepare(step, device) for step in view.steps]
    result = torch.empty(len(images), 3, view.size, view.size, device=device)
    tile = _tile(view.size, device, len(images))
    for start in range(0, len(images), tile):
        rows = slice(start, start + tile)
        some = [step.rows(rows) for step in steps]
        result[rows] = _apply_tile(images[rows], some, view.size)
    return result


def apply_op(images: torch.Tensor, op: str, magnitude: float) -> torch.Tensor:
    """One operation at one magnitude on every image: a rung of a strength ladder.

    `images`: (B, 3, H, W), uint8 or float in [0, 1]; the result is float32. `magnitude` is in the
    unit of the op's ladder: GaussianBlur sigma in px (kernel as wide as it needs), GaussianNoise
    sd in [0, 1] units (each place in the batch has a field of its own, the same at every call),
    Hue turns, Translate px to the right, Brightness factor, Rotate degrees; for others see their
    records. Raises UsageError (`policy_unknown_op`, `policy_value`) for an op without a ladder or a
    magnitude outside its range.
    """
    pictures = check_images(images)
    record = find_op(op)
    if record.ladder is None:
        raise UsageError(
            f"{op} has no single magnitude", code="policy_value", hint="Draw it from a policy"
        )
    _check_magnitude(record, magnitude)
    batch = torch.stack([to_float(p) for p in pictures]) if pictures else images.to(torch.float32)
    columns = [_ladder_column(record, m.name, magnitude, len(pictures)) for m in record.magnitudes]
    whole = _Prepared(
        record, [True] * len(pictures), columns, _default_options(record), batch.device
    )
    return _on_batch(batch, whole)


@dataclass(frozen=True)
class _Prepared:
    """A step as the functions take it: who is changed, (B,) columns on the CPU, options."""

    op: Op
    applied: list[bool]
    columns: list[torch.Tensor]
    options: list[Value]
    device: torch.device

    def rows(self, rows: slice) -> _Prepared:
        columns = [column[rows] for column in self.columns]
        return _Prepared(self.op, self.applied[rows], columns, self.options, self.device)

    def changed(self) -> list[int]:
        """The images that the step changes: applied, and not at the neutral magnitude."""
        neutral = self._at_neutral()
        return [i for i, applied in enumerate(self.applied) if applied and not neutral[i]]

    def _at_neutral(self) -> list[bool]:
        pairs = zip(self.op.magnitudes, self.columns, strict=True)
        known = [(m.neutral, c.tolist()) for m, c in pairs if m.neutral is not None]
        if not known:
            return [False] * len(self.applied)
        return [all(c[i] == n for n, c in known) for i in range(len(self.applied))]


def _prepare(step: StepDraw, device: torch.device) -> _Prepared:
    columns = [_column(values) for _, values in step.magnitudes]
    options = [value for _, value in step.options]
    return _Prepared(find_op(step.op), list(step.applied), columns, options, device)


def _column(values: Sequence[float | int]) -> torch.Tensor:
    """(B,) int64 if all are whole numbers (a float cannot hold a 64-bit key), else float64."""
    whole = all(isinstance(value, int) for value in values)
    return torch.tensor(values, dtype=torch.int64 if whole else torch.float64)


def _apply_tile(images: Sequence[torch.Tensor], steps: list[_Prepared], size: int) -> torch.Tensor:
    """Steps before the first resizing one run image by image, at the images' own sizes."""
    places = [place for place, step in enumerate(steps) if step.op.resizes]
    if not places:
        batch = torch.stack([bring_to_size(image, size) for image in images])
        rest = steps
    else:
        first = places[0]
        framed = [_before(image, i, steps[:first]) for i, image in enumerate(images)]
        batch = _reframe(framed, steps[first], size)
        rest = steps[first + 1 :]
    for step in rest:
        batch = _reframe(list(batch), step, size) if step.op.resizes else _on_batch(batch, step)
    return batch


def _before(image: torch.Tensor, row: int, steps: list[_Prepared]) -> torch.Tensor:
    if not steps:
        return image
    batch = to_float(image)[None].clone(memory_format=torch.contiguous_format)
    for step in steps:
        batch = _on_batch(batch, step.rows(slice(row, row + 1)))
    return batch[0]


def _reframe(images: list[torch.Tensor], step: _Prepared, size: int) -> torch.Tensor:
    """A resizing step; images that it leaves out are brought to the size as references are."""
    rows = step.changed()
    here = torch.tensor(rows, dtype=torch.int64)
    columns = [column[here] for column in step.columns]
    function = step.op.function_on(step.device)
    crops = function([images[i] for i in rows], *columns, *step.options, size) if rows else None
    if crops is not None and len(rows) == len(images):
        return crops
    result = torch.stack([bring_to_size(image, size) for image in images])
    return result if crops is None else result.index_copy_(0, here.to(step.device), crops)


def _on_batch(images: torch.Tensor, step: _Prepared) -> torch.Tensor:
    """A step on (B, 3, H, W), which may be written to: gather who is changed, change, put back."""
    rows = step.changed()
    if not rows:
        return images
    function = step.op.function_on(step.device)
    if len(rows) == len(images):
        return function(images, *step.columns, *step.options)
    here = torch.tensor(rows)
    there = here.to(step.device)
    columns = [column[here] for column in step.columns]
    changed = function(images.index_select(0, there), *columns, *step.options)
    return images.index_copy_(0, there, changed)


def _all_views(images: Images, pictures: list[torch.Tensor], drawn: Draw) -> Views:
    if not pictures and isinstance(images, torch.Tensor):
        return tuple(torch.empty(0, 3, v.size, v.size, device=images.device) for v in drawn.views)
    return tuple(apply_view(pictures, view) for view in drawn.views)


def _sizes(images: Sequence[torch.Tensor]) -> list[tuple[int, int]]:
    return [(image.shape[1], image.shape[2]) for image in images]


def _tile(size: int, device: torch.device, count: int) -> int:
    if device.type != "cpu":
        return max(1, count)
    return max(1, TILE_PIXELS // (size * size))


def _check_boxes(images: Sequence[torch.Tensor], view: ViewDraw) -> None:
    """Refuse boxes that reach out of the images: those of a first step that cuts the originals."""
    for step in view.steps:
        if find_op(step.op).resizes:
            _check_box_columns(images, dict(step.magnitudes))
            return


def _check_box_columns(images: Sequence[torch.Tensor], columns: dict[str, Sequence[float]]) -> None:
    bottoms = [t + h for t, h in zip(columns["top"], columns["height"], strict=True)]
    rights = [x + w for x, w in zip(columns["left"], columns["width"], strict=True)]
    for i, image in enumerate(images):
        if bottoms[i] > image.shape[1] or rights[i] > image.shape[2]:
            raise _mismatch(f"image {i} is smaller than the box that was drawn for it")


def _mismatch(message: str) -> UsageError:
    hint = "Replay wants the images that were drawn for; use draw.select for some of them"
    return UsageError(message, code="draw_mismatch", hint=hint)


def _check_magnitude(op: Op, magnitude: float) -> None:
    bounds = op.magnitude(op.ladder or "")
    if not bounds.low <= magnitude <= bounds.high:
        raise UsageError(
            f"{op.name}: {bounds.name} is {magnitude!r}",
            code="policy_value",
            hint=f"It lies in {bounds.low:g} to {bounds.high:g} {bounds.unit}",
        )


def _ladder_column(op: Op, name: str, magnitude: float, count: int) -> torch.Tensor:
    neutral = op.magnitude(name).neutral
    if name == op.ladder:
        return torch.full((count,), magnitude, dtype=torch.float64)
    if neutral is not None:
        return torch.full((count,), neutral, dtype=torch.float64)
    places = keys.image_keys(list(range(count)))
    return keys.field_keys(places, keys.slot(op.name, 0, name), seed=0)


def _default_options(op: Op) -> list[Value]:
    defaults = Settings(tuple((a.name, a.read(op.name, a.default)) for a in op.arguments))
    return [defaults.get(name) for name in op.options]
