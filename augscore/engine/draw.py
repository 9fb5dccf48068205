"""What was drawn, as data: for every image and step, applied or not, with what magnitudes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from augscore.engine.column import Column
from augscore.engine.foreign_draw import ForeignDraw
from augscore.engine.nodes import Value
from augscore.engine.ops.record import BackendChoice
from augscore.engine.ops.table import find_op
from augscore.errors import UsageError
from augscore.keys import ImageId

Precision = Literal["fast", "exact"]


@dataclass(frozen=True)
class StepDraw:
    """One step of N images: whom it is applied to, and every magnitude in the op's own unit.

    Magnitudes are drawn for images that the gate leaves out too. `options` are the arguments that
    are the same for all images. `stage` tells the steps of which a container chose among for each
    image, as in "RandAugment 1"; of such steps only those that are applied happened to an image.
    """

    op: str
    applied: Column
    magnitudes: tuple[tuple[str, Column], ...]
    options: tuple[tuple[str, Value], ...] = ()
    stage: str = ""

    def select(self, indices: Sequence[int]) -> StepDraw:
        columns = tuple((name, column.select(indices)) for name, column in self.magnitudes)
        return StepDraw(self.op, self.applied.select(indices), columns, self.options, self.stage)

    def columns(self) -> list[Column]:
        return [self.applied, *(column for _, column in self.magnitudes)]

    def describe(self, image: int) -> list[dict[str, Any]]:
        applied = bool(self.applied[image])
        if self.stage and not applied:
            return []
        values = {name: column[image] for name, column in self.magnitudes} if applied else {}
        told = {"op": self.op, "applied": applied, "magnitudes": values}
        return [told | ({"stage": self.stage} if self.stage else {})]

    def to_json(self) -> dict[str, Any]:
        return {
            "op": self.op,
            "applied": self.applied.tolist(),
            "magnitudes": {name: column.tolist() for name, column in self.magnitudes},
            "options": dict(self.options),
            **({"stage": self.stage} if self.stage else {}),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> StepDraw:
        # In the order of the op's record: a JSON writer may have sorted the keys.
        op = find_op(data["op"])
        magnitudes = tuple((m.name, Column.of(data["magnitudes"][m.name])) for m in op.magnitudes)
        options = tuple((name, _value(data["options"][name])) for name in op.options)
        applied = Column.of(data["applied"])
        return StepDraw(op.name, applied, magnitudes, options, data.get("stage", ""))


@dataclass(frozen=True)
class MixDraw:
    """Branches of steps whose results are mixed by `weights`, one column a branch, summing to 1;
    `share` of the result is that mixture, the rest the image itself. AugMix."""

    op: str
    applied: Column
    branches: tuple[tuple[StepDraw, ...], ...]
    weights: tuple[Column, ...]
    share: Column
    stage: str = ""

    def select(self, indices: Sequence[int]) -> MixDraw:
        branches = tuple(tuple(step.select(indices) for step in branch) for branch in self.branches)
        weights = tuple(column.select(indices) for column in self.weights)
        applied, share = self.applied.select(indices), self.share.select(indices)
        return MixDraw(self.op, applied, branches, weights, share, self.stage)

    def columns(self) -> list[Column]:
        inner = [c for branch in self.branches for step in branch for c in step.columns()]
        return [self.applied, self.share, *self.weights, *inner]

    def describe(self, image: int) -> list[dict[str, Any]]:
        if not self.applied[image]:
            return [] if self.stage else [{"op": self.op, "applied": False, "magnitudes": {}}]
        told: dict[str, Any] = {
            "op": self.op,
            "applied": True,
            "magnitudes": {"share": self.share[image]},
            "branches": [
                {
                    "weight": weight[image],
                    "steps": [told for step in branch for told in step.describe(image)],
                }
                for weight, branch in zip(self.weights, self.branches, strict=True)
            ],
        }
        return [told | ({"stage": self.stage} if self.stage else {})]

    def to_json(self) -> dict[str, Any]:
        return {
            "op": self.op,
            "applied": self.applied.tolist(),
            "branches": [[step.to_json() for step in branch] for branch in self.branches],
            "weights": [column.tolist() for column in self.weights],
            "share": self.share.tolist(),
            **({"stage": self.stage} if self.stage else {}),
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> MixDraw:
        branches = tuple(
            tuple(StepDraw.from_json(step) for step in branch) for branch in data["branches"]
        )
        weights = tuple(Column.of(column) for column in data["weights"])
        if len(weights) != len(branches):
            raise TypeError("one column of weights for each branch")
        applied, share = Column.of(data["applied"]), Column.of(data["share"])
        stage = data.get("stage", "")
        return MixDraw(data["op"], applied, branches, weights, share, stage)


Drawn = StepDraw | MixDraw | ForeignDraw


def every_step(drawn: Iterable[Drawn]) -> Iterator[StepDraw]:
    """Every step that was drawn, those in the branches of a mix, too."""
    for step in drawn:
        if isinstance(step, StepDraw):
            yield step
        elif isinstance(step, MixDraw):
            yield from (inner for branch in step.branches for inner in branch)


@dataclass(frozen=True)
class ViewDraw:
    """All steps of one view of N images, and its size in px."""

    size: int
    steps: tuple[Drawn, ...]

    def select(self, indices: Sequence[int]) -> ViewDraw:
        return ViewDraw(self.size, tuple(step.select(indices) for step in self.steps))


@dataclass(frozen=True)
class Draw:
    """What was drawn for N images: enough to make every view again, for any subset of them.

    `sizes` are the (height, width) in px of the images that it was drawn for. `step` is 0 where the
    ids are the images' own, and counts calls where they are places in a batch.
    """

    policy: str
    seed: int
    epoch: int
    ids: tuple[ImageId, ...]
    sizes: tuple[tuple[int, int], ...]
    views: tuple[ViewDraw, ...]
    backend: BackendChoice = "auto"
    precision: Precision = "fast"
    step: int = 0

    def select(self, indices: Sequence[int]) -> Draw:
        """The draw of some of the images, by their place, in the order given.

        Places count from 0, negative ones from the end. UsageError (`bad_ids`) for a place where
        there is no image.
        """
        for place in indices:
            self._require_image(place)
        ids = tuple(self.ids[i] for i in indices)
        sizes = tuple(self.sizes[i] for i in indices)
        views = tuple(view.select(indices) for view in self.views)
        return replace(self, ids=ids, sizes=sizes, views=views)

    def _require_image(self, place: int) -> None:
        count = len(self.ids)
        if not -count <= place < count:
            raise UsageError(
                f"there is no image {place} in a draw of {count} images",
                code="bad_ids",
                hint="Select by places, which count from 0; ids are in draw.ids",
            )

    def describe(self, image: int, view: int) -> dict[str, Any]:
        """What happened to one image in one view, by their places: for people and result rows.

        {id, view, size, steps: [{op, applied, magnitudes}]}; the magnitudes of a step that was not
        applied are left out, and so are the steps that a container did not choose. What it chose
        has its `stage`; AugMix has `branches`, each with its weight and steps.
        """
        steps = [told for step in self.views[view].steps for told in step.describe(image)]
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
            "step": self.step,
            "backend": self.backend,
            "precision": self.precision,
            "ids": list(self.ids),
            "sizes": [list(size) for size in self.sizes],
            "views": [
                {"size": view.size, "steps": [step.to_json() for step in view.steps]}
                for view in self.views
            ],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Draw:
        """The draw that `to_json` wrote; UsageError (`draw_invalid`) for anything else."""
        try:
            views = tuple(
                ViewDraw(view["size"], tuple(_drawn(step) for step in view["steps"]))
                for view in data["views"]
            )
            sizes = tuple((height, width) for height, width in data["sizes"])
            ids = tuple(data["ids"])
            how = (data["backend"], data["precision"], data.get("step", 0))
            result = Draw(data["policy"], data["seed"], data["epoch"], ids, sizes, views, *how)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise invalid(f"this is not a draw: {error!r}") from error
        _check_lengths(result)
        # It reads draws, so that it can be loaded only now.
        from augscore.engine.draw_check import check_draw

        check_draw(result)
        return result


def _drawn(data: Mapping[str, Any]) -> Drawn:
    if "pipeline" in data:
        return ForeignDraw.from_json(data)
    return MixDraw.from_json(data) if "branches" in data else StepDraw.from_json(data)


def _value(value: Any) -> Value:
    result: Value = tuple(value) if isinstance(value, list) else value
    return result


def _check_lengths(read: Draw) -> None:
    columns: list[Sequence[Any]] = [
        column for view in read.views for step in view.steps for column in step.columns()
    ]
    if any(len(column) != len(read.ids) for column in (*columns, read.sizes)):
        raise invalid("this draw does not hold one number for each of its images")


def invalid(message: str) -> UsageError:
    return UsageError(message, code="draw_invalid", hint="Pass what Draw.to_json returned")
