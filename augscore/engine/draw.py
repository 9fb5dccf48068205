"""A policy and keys → a draw: for every image and step, applied or not, with what magnitudes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from augscore.engine.check import check_policy, settings
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.record import Frame
from augscore.engine.ops.table import find_op
from augscore.engine.policy import Policy, Step, Value, View
from augscore.errors import UsageError
from augscore.keys import ImageId, image_keys

Number = float | int


@dataclass(frozen=True)
class StepDraw:
    """One step of N images: whom it is applied to, and every magnitude in the op's own unit.

    Magnitudes are drawn for images that the gate leaves out too. `options` are the arguments that
    are the same for all images.
    """

    op: str
    applied: tuple[bool, ...]
    magnitudes: tuple[tuple[str, tuple[Number, ...]], ...]
    options: tuple[tuple[str, Value], ...] = ()

    def select(self, indices: Sequence[int]) -> StepDraw:
        applied = tuple(self.applied[i] for i in indices)
        columns = tuple((name, tuple(v[i] for i in indices)) for name, v in self.magnitudes)
        return StepDraw(self.op, applied, columns, self.options)


@dataclass(frozen=True)
class ViewDraw:
    """All steps of one view of N images, and its size in px."""

    size: int
    steps: tuple[StepDraw, ...]

    def select(self, indices: Sequence[int]) -> ViewDraw:
        return ViewDraw(self.size, tuple(step.select(indices) for step in self.steps))


@dataclass(frozen=True)
class Draw:
    """What was drawn for N images: enough to make every view again, for any subset of them."""

    policy: str
    seed: int
    epoch: int
    ids: tuple[ImageId, ...]
    views: tuple[ViewDraw, ...]

    def select(self, indices: Sequence[int]) -> Draw:
        """The draw of some of the images, by their place, in the order given."""
        ids = tuple(self.ids[i] for i in indices)
        views = tuple(view.select(indices) for view in self.views)
        return Draw(self.policy, self.seed, self.epoch, ids, views)

    def describe(self, image: int, view: int) -> dict[str, Any]:
        """What happened to one image in one view, by their places: for people and result rows.

        {id, view, size, steps: [{op, applied, magnitudes}]}; the magnitudes of a step that was
        not applied are left out.
        """
        steps = [
            {
                "op": step.op,
                "applied": step.applied[image],
                "magnitudes": _values_of(step, image) if step.applied[image] else {},
            }
            for step in self.views[view].steps
        ]
        return {
            "id": self.ids[image],
            "view": view,
            "size": self.views[view].size,
            "steps": steps,
        }

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers that `from_json` turns back into an equal draw."""
        return {
            "policy": self.policy,
            "seed": self.seed,
            "epoch": self.epoch,
            "ids": list(self.ids),
            "views": [
                {"size": view.size, "steps": [_step_to_json(step) for step in view.steps]}
                for view in self.views
            ],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Draw:
        """The draw that `to_json` wrote; UsageError (`draw_invalid`) for anything else."""
        try:
            views = tuple(
                ViewDraw(view["size"], tuple(_step_from_json(step) for step in view["steps"]))
                for view in data["views"]
            )
            result = Draw(data["policy"], data["seed"], data["epoch"], tuple(data["ids"]), views)
        except (KeyError, TypeError, AttributeError) as error:
            raise _invalid(f"this is not a draw: {error!r}") from error
        _check_lengths(result)
        return result


def draw(
    policy: Policy,
    ids: Sequence[ImageId],
    heights_widths: Sequence[tuple[int, int]],
    *,
    size: int | None = None,
    seed: int = 0,
    epoch: int = 0,
) -> Draw:
    """Draw every view of a policy for images of the given ids and (height, width) in px.

    `size` stands in for the policy's; a view with a size of its own keeps it. Raises UsageError
    for a policy that names or holds what the table of operations does not have.
    """
    views = tuple(
        draw_view(policy, ids, heights_widths, view=k, size=size, seed=seed, epoch=epoch)
        for k in range(len(policy.views))
    )
    return Draw(policy.name, seed, epoch, tuple(ids), views)


def draw_view(
    policy: Policy,
    ids: Sequence[ImageId],
    heights_widths: Sequence[tuple[int, int]],
    *,
    view: int,
    size: int | None = None,
    seed: int = 0,
    epoch: int = 0,
) -> ViewDraw:
    """Draw view number `view`, 0 or more. Past the policy's own views its pipelines come round
    again, with the randomness of the new number."""
    check_policy(policy)
    plan = policy.views[view % len(policy.views)]
    view_size = plan.size or size or policy.size
    images = image_keys(list(ids))
    frame = _first_frame(plan, heights_widths, view_size)
    seen: Counter[str] = Counter()
    steps = []
    for step in plan.steps:
        dice = Dice(images, step.op, seen[step.op], seed, view, epoch)
        steps.append(_draw_step(step, dice, frame))
        seen[step.op] += 1
        if find_op(step.op).resizes:
            frame = _square_frame(len(ids), view_size)
    return ViewDraw(view_size, tuple(steps))


def resizes(view: View) -> bool:
    """Whether a step of the view brings images to its size; if none does, that is done first."""
    return any(find_op(step.op).resizes for step in view.steps)


def _first_frame(plan: View, heights_widths: Sequence[tuple[int, int]], size: int) -> Frame:
    if not resizes(plan):
        return _square_frame(len(heights_widths), size)
    sizes = torch.tensor(heights_widths, dtype=torch.int64).reshape(-1, 2)
    return Frame(sizes[:, 0], sizes[:, 1])


def _square_frame(count: int, size: int) -> Frame:
    sides = torch.full((count,), size, dtype=torch.int64)
    return Frame(sides, sides)


def _draw_step(step: Step, dice: Dice, frame: Frame) -> StepDraw:
    op = find_op(step.op)
    values = settings(step)
    applied = dice.uniforms("p")[:, 0] < step.p
    columns = op.draw(dice, values, frame)
    magnitudes = tuple(
        (magnitude.name, tuple(column.tolist()))
        for magnitude, column in zip(op.magnitudes, columns, strict=True)
    )
    options = tuple((name, values.get(name)) for name in op.options)
    return StepDraw(step.op, tuple(applied.tolist()), magnitudes, options)


def _values_of(step: StepDraw, image: int) -> dict[str, Number]:
    return {name: values[image] for name, values in step.magnitudes}


def _step_to_json(step: StepDraw) -> dict[str, Any]:
    return {
        "op": step.op,
        "applied": list(step.applied),
        "magnitudes": {name: list(values) for name, values in step.magnitudes},
        "options": dict(step.options),
    }


def _step_from_json(data: Mapping[str, Any]) -> StepDraw:
    # In the order of the op's record: a JSON writer may have sorted the keys.
    op = find_op(data["op"])
    magnitudes = tuple((m.name, tuple(data["magnitudes"][m.name])) for m in op.magnitudes)
    options = tuple((name, data["options"][name]) for name in op.options)
    return StepDraw(op.name, tuple(data["applied"]), magnitudes, options)


def _check_lengths(read: Draw) -> None:
    steps = [step for view in read.views for step in view.steps]
    columns = [step.applied for step in steps]
    columns += [values for step in steps for _, values in step.magnitudes]  # type: ignore[misc]
    if any(len(column) != len(read.ids) for column in columns):
        raise _invalid("this draw does not hold one number for each of its images")


def _invalid(message: str) -> UsageError:
    return UsageError(message, code="draw_invalid", hint="Pass what Draw.to_json returned")
