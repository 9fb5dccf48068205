"""A view of images of which some may break: those that do are left out and told."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from augscore.auditing.table import Fault
from augscore.engine.apply import apply_view
from augscore.engine.draw import ViewDraw
from augscore.errors import InputError


def tolerant_view(
    images: Sequence[torch.Tensor], view: ViewDraw
) -> tuple[list[torch.Tensor | None], list[Fault | None]]:
    """Images (3, H, W), a view drawn for them → (3, S, S), None where it broke, and why."""
    try:
        return list(apply_view(list(images), view)), [None] * len(images)
    except InputError as error:
        if len(images) == 1:
            return [None], [Fault(error.code, error.message, None)]
    pictures: list[torch.Tensor | None] = []
    faults: list[Fault | None] = []
    for place in range(len(images)):
        one, fault = tolerant_view([images[place]], view.select([place]))
        pictures += one
        faults += fault
    return pictures, faults
