"""Every kernel against the function beside it: a program, since Triton is told once in a process
that it is to interpret. Prints {operation: largest difference in grey levels} as JSON."""

from __future__ import annotations

import json
from unittest.mock import patch

import torch

from augscore.engine.drawing.view import draw_view
from augscore.engine.native import library
from augscore.engine.nodes import Step
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View

HEIGHT, WIDTH, ROWS = 20, 23, torch.tensor([0, 2, 3])


def main(device: str = "cpu") -> None:
    from augscore.engine.kernels import blur, jitter

    # On a CPU the kernels of these would be those in C, which are no work for an interpreter.
    with (
        patch.object(library, "jitter_rows", jitter.jitter_rows),
        patch.object(library, "blur_rows", blur.blur_rows),
    ):
        print(json.dumps(differences(device)))


def differences(device: str) -> dict[str, float]:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(5, 3, HEIGHT, WIDTH, generator=generator).to(device)
    found = {op.name: difference(op, images) for op in OPS.values() if op.kernel is not None}
    levels = (images * 255).to(torch.uint8)
    found["RandomResizedCrop of uint8"] = difference(OPS["RandomResizedCrop"], levels)
    return found


def difference(op: Op, images: torch.Tensor) -> float:
    """Grey levels; infinite if the kernel touched a row that it was not given."""
    policy = Policy("one", 17, (View((Step(op.name, op.example),)),))
    sizes = [(HEIGHT, WIDTH)] * len(images)
    step = draw_view(policy, list(range(len(images))), sizes, view=0).steps[0]
    columns = [column.numbers for _, column in step.magnitudes]  # type: ignore[union-attr]
    options = [value for _, value in step.options]  # type: ignore[union-attr]
    assert op.kernel is not None
    if op.resizes:
        done = op.kernel(images, *columns, *options, 17)
        assert done is not None
        return float((done - op.torch_function(images, *columns, *options, 17)).abs().max() * 255)
    changed = images.clone()
    op.kernel(changed, ROWS, *(column[ROWS] for column in columns), *options)
    wanted = images.clone()
    wanted[ROWS] = op.torch_function(images, *columns, *options)[ROWS]
    others = torch.tensor([row for row in range(len(images)) if row not in ROWS.tolist()])
    if not torch.equal(changed[others], images[others]):
        return float("inf")
    return float((changed - wanted).abs().max() * 255)


if __name__ == "__main__":
    main()
