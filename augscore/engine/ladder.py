"""One operation on every image alike: a rung of a strength ladder, a step."""

from __future__ import annotations

import torch

from augscore import keys
from augscore.engine.augment import views_of
from augscore.engine.check import settings
from augscore.engine.door import Images, check_images
from augscore.engine.nodes import Step
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import find_op
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError
from augscore.images.resize import to_float


@torch.no_grad()
def apply_op(images: Images, op: str, magnitude: float) -> torch.Tensor:
    """One operation at one magnitude on every image.

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
    if not len(pictures):
        return torch.empty(
            0, 3, *(images.shape[2:] if isinstance(images, torch.Tensor) else (1, 1))
        )
    batch = torch.stack([to_float(picture) for picture in pictures])
    if record.magnitude(record.ladder).neutral == magnitude:
        return batch
    columns = [_column(record, m.name, magnitude, len(pictures)) for m in record.magnitudes]
    defaults = settings(Step(record.name))
    options = [defaults.get(name) for name in record.options]
    return record.function_on(batch.device, "auto")(batch, *columns, *options)


@torch.no_grad()
def apply_step(images: Images, step: Step) -> torch.Tensor:
    """One step of a policy on every image; each keeps its size.

    `images`: (B, 3, S, S), uint8 or float in [0, 1]; the result is float32. What is random but the
    arguments is drawn for each place in the batch, the same at every call.
    """
    pictures = check_images(images)
    side = int(pictures[0].shape[-1])
    policy = Policy("step", side, (View((step,)),))
    (views,), _ = views_of(images, policy, views=1, size=side, seed=0)
    return views


def _check_magnitude(op: Op, magnitude: float) -> None:
    bounds = op.magnitude(op.ladder or "")
    if not bounds.low <= magnitude <= bounds.high:
        raise UsageError(
            f"{op.name}: {bounds.name} is {magnitude!r}",
            code="policy_value",
            hint=f"It lies in {bounds.low:g} to {bounds.high:g} {bounds.unit}",
        )


def _column(op: Op, name: str, magnitude: float, count: int) -> torch.Tensor:
    neutral = op.magnitude(name).neutral
    if name == op.ladder:
        return torch.full((count,), magnitude, dtype=torch.float64)
    if neutral is not None:
        return torch.full((count,), neutral, dtype=torch.float64)
    places = keys.image_keys(list(range(count)))
    return keys.field_keys(places, keys.slot(op.name, 0, name), seed=0)
