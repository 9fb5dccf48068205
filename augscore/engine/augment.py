"""The engine's doors: draw a policy for images and apply it, or apply a draw again."""

from __future__ import annotations

import torch

from augscore.engine.apply import Pictures, apply_view
from augscore.engine.bring.recording import heard, listening
from augscore.engine.bring.reviving import revived
from augscore.engine.door import (
    Ids,
    Images,
    check_ids,
    check_images,
    check_numbers,
    check_words,
)
from augscore.engine.draw import Draw, Precision
from augscore.engine.drawing.view import draw
from augscore.engine.ops.record import BackendChoice
from augscore.engine.policies import PolicyLike, find_policy
from augscore.engine.policy import Policy, seed_of
from augscore.errors import UsageError

Views = tuple[torch.Tensor, ...]


def augment(
    images: Images,
    policy: PolicyLike,
    *,
    size: int | None = None,
    seed: int | None = None,
    ids: Ids | None = None,
    epoch: int = 0,
    backend: BackendChoice = "auto",
    precision: Precision = "fast",
) -> tuple[Views, Draw]:
    """Draw a policy for every image and apply it.

    `images`: (B, 3, H, W) or a list of (3, H, W) of any sizes; uint8, or float in [0, 1]. `policy`:
    a preset's name, a policy file, a mapping of the same form, or a Policy. `size` in px stands in
    for the policy's. `ids` (one int or str an image, or an integer tensor on the CPU; by default 0
    to B − 1) and `epoch` fix the randomness together with `seed` (by default the policy's own, else
    0). `backend`: whose functions do the pixel work,
    `torch` (ours), `kornia` (where the op has one) or `auto`, what is measured to be faster on the
    device. `precision`: `fast` resizes uint8 images as uint8, as torchvision does; `exact` resizes
    them as floats.

    Returns one float32 (B, 3, S, S) in [0, 1] per view of the policy, on the images' device, and
    the draw that makes them again. Raises TensorError (`bad_tensor`) for images that do not fit
    and UsageError for ids that do not (`bad_ids`), and for a policy that cannot be drawn.
    """
    return views_of(
        images,
        policy,
        views=None,
        size=size,
        seed=seed,
        ids=ids,
        epoch=epoch,
        backend=backend,
        precision=precision,
    )


def views_of(
    images: Images,
    policy: PolicyLike,
    *,
    views: int | None,
    size: int | None = None,
    seed: int | None = None,
    ids: Ids | None = None,
    epoch: int = 0,
    backend: BackendChoice = "auto",
    precision: Precision = "fast",
) -> tuple[Views, Draw]:
    """As `augment`, with exactly `views` views, whatever the number that the policy has.

    View k uses the policy's pipeline k modulo their number, with the randomness of view k, so the
    first views are those of `augment`.
    """
    check_numbers(size, seed, epoch)
    check_words(backend, precision)
    pictures = check_images(images)
    names = check_ids(ids, len(pictures))
    plan = find_policy(policy)
    drawn = draw(
        plan,
        names,
        sizes_of(pictures),
        size=size,
        seed=seed_of(plan, seed),
        epoch=epoch,
        views=views,
        backend=backend,
        precision=precision,
    )
    heeded = listening(drawn)
    return apply_draw(pictures, heeded, images), heard(heeded)


def replay(images: Images, draw: Draw, policy: Policy | None = None) -> Views:
    """Make the views of a draw again, bit for bit on the same device.

    `images` are those that were drawn for, in the draw's order; for some of them use
    `draw.select`. A draw of a pipeline that ran as it is (see `Policy.of`) holds that pipeline, but
    no JSON does: give it the `policy` that it was drawn with. Raises UsageError (`draw_mismatch`)
    for another number, other sizes or another pipeline, and (`draw_needs_policy`) without one.
    """
    draw = revived(draw, policy)
    pictures = check_images(images)
    if len(pictures) != len(draw.ids):
        raise _mismatch(f"{len(pictures)} images for a draw of {len(draw.ids)}")
    for place, (size, drawn) in enumerate(zip(sizes_of(pictures), draw.sizes, strict=True)):
        if size != drawn:
            found, wanted = (f"{height} x {width}" for height, width in (size, drawn))
            raise _mismatch(f"image {place} is {found} px, and was {wanted} px when it was drawn")
    return apply_draw(pictures, draw, images)


def apply_draw(pictures: Pictures, drawn: Draw, images: Images) -> Views:
    """Every view of a draw. `images` tells the device where there are no pictures."""
    if not len(pictures) and isinstance(images, torch.Tensor):
        return tuple(torch.empty(0, 3, v.size, v.size, device=images.device) for v in drawn.views)
    return tuple(
        apply_view(pictures, view, backend=drawn.backend, precision=drawn.precision)
        for view in drawn.views
    )


def sizes_of(images: Pictures) -> list[tuple[int, int]]:
    """(height, width) of every image, px."""
    if isinstance(images, torch.Tensor):
        return [(images.shape[2], images.shape[3])] * len(images)
    return [(image.shape[1], image.shape[2]) for image in images]


def _mismatch(message: str) -> UsageError:
    hint = "Replay wants the images that were drawn for; use draw.select for some of them"
    return UsageError(message, code="draw_mismatch", hint=hint)
