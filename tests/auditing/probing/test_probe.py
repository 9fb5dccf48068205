"""A batch under a policy, held against readings made one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from augscore.auditing.options import AuditOptions
from augscore.auditing.plan import AuditPlan, plan_audit
from augscore.auditing.run import probe_images
from augscore.auditing.table import ImageRecord
from augscore.engine.augment import views_of
from augscore.engine.nodes import Step
from augscore.engine.ops.tone import solarize
from augscore.engine.policy import Policy, View
from augscore.images.resize import bring_to_size, to_float
from augscore.measuring.sources import folder_source, memory_source
from augscore.strength.scorer import Scorer

pytestmark = pytest.mark.usefixtures("small_chunks")

SIZE = 48
FLIP = Step("RandomHorizontalFlip", p=1.0)
SOLARIZE = Step("RandomSolarize", (("threshold", (0.2, 0.6)),), p=0.7)
POLICY = Policy("two", SIZE, (View((FLIP, SOLARIZE)),))


def _plan(tiny: Scorer, images: torch.Tensor, policy: Policy = POLICY) -> AuditPlan:
    options = AuditOptions(images=9, op_images=4, draws=2, levels=3)
    return plan_audit(policy, memory_source(images), tiny, options)


@pytest.fixture
def images() -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    coarse = torch.rand(9, 3, 7, 9, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(56, 72), mode="bicubic")
    return smooth.clamp(0, 1).mul(255).round().to(torch.uint8)


def _originals(images: torch.Tensor) -> torch.Tensor:
    return torch.stack([to_float(bring_to_size(image, SIZE)) for image in images])


def _records(plan: AuditPlan) -> dict[object, ImageRecord]:
    return {record.id: record for record in probe_images(plan).records}


def test_views_and_their_parts_read_as_they_do_one_by_one(
    tiny_scorer: Scorer, images: torch.Tensor
) -> None:
    records = _records(_plan(tiny_scorer, images))
    originals = _originals(images)
    views, drawn = views_of(images, POLICY, views=2, size=SIZE, seed=0, ids=list(range(9)))
    probed = 0
    for number, view in enumerate(views):
        for image, record in records.items():
            assert isinstance(image, int)
            one = slice(image, image + 1)
            own = record.views[number]
            assert own.reading is not None
            wanted = float(tiny_scorer.strength(originals[one], view[one]))
            assert own.reading.strength == pytest.approx(wanted, abs=1e-6)
            step = drawn.describe(image, number)["steps"][1]
            assert own.applied == ((0, 1) if step["applied"] else (0,))
            if record.place >= 4:
                assert own.parts == ()
                continue
            probed += 1
            flipped = originals[one].flip(-1)
            alone = {part.part: part.alone for part in own.parts}
            without = {part.part: part.without for part in own.parts}
            assert alone[0] is not None
            read = float(tiny_scorer.strength(originals[one], flipped))
            assert alone[0].strength == pytest.approx(read, abs=1e-6)
            if step["applied"]:
                threshold = torch.tensor([step["magnitudes"]["threshold"]])
                solarized = solarize(originals[one], threshold)
                read = float(tiny_scorer.strength(originals[one], solarized))
                assert alone[1] is not None
                assert alone[1].strength == pytest.approx(read, abs=1e-6)
                assert without[1] is not None
                assert without[1].strength == pytest.approx(alone[0].strength, abs=1e-6)
                assert without[0] is not None
                assert without[0].strength == pytest.approx(read, abs=1e-6)
            else:
                assert without[0] is not None
                assert without[0].strength == 0.0
    assert probed == 8


def test_levels_read_as_the_operation_does(tiny_scorer: Scorer, images: torch.Tensor) -> None:
    plan = _plan(tiny_scorer, images)
    originals = _originals(images)
    axis = plan.probes[1].part.axes[0]
    assert axis.levels == (1.0, 0.6, 0.2)
    for image, record in _records(plan).items():
        assert isinstance(image, int)
        assert len(record.levels) == (3 if record.place < 4 else 0)
        for level in record.levels:
            one = originals[image : image + 1]
            done = solarize(one, torch.tensor([axis.levels[level.level]]))
            assert level.reading is not None
            assert level.reading.strength == pytest.approx(
                float(tiny_scorer.strength(one, done)), abs=1e-6
            )
            rms = float((one - done).square().mean().sqrt())
            assert level.reading.rms == pytest.approx(rms, abs=1e-6)


def test_numbers_do_not_depend_on_batch_or_workers(tiny_scorer: Scorer, scenes: Path) -> None:
    def records(batch: int, workers: int) -> tuple[ImageRecord, ...]:
        options = AuditOptions(
            images=7, op_images=3, draws=2, levels=3, batch_size=batch, workers=workers
        )
        plan = plan_audit("simclr-cifar", folder_source([scenes]), tiny_scorer, options)
        return probe_images(plan).records

    first = records(1, 0)
    assert len(first) == 7
    assert records(7, 2) == first
    assert records(3, 1) == first


def test_the_identity_reads_nothing_and_replays(tiny_scorer: Scorer, images: torch.Tensor) -> None:
    plan = _plan(tiny_scorer, images, Policy("none", SIZE, (View(()),)))
    for record in probe_images(plan).records:
        assert all(view.reading and view.reading.strength == 0 for view in record.views)
        assert all(reading and reading.rms == 0 for reading in record.between)
        assert record.replayed in (0.0, None)
        assert record.unrelated is not None
        assert record.unrelated.strength > 0


def test_what_was_measured_is_not_measured_again(tiny_scorer: Scorer, scenes: Path) -> None:
    options = AuditOptions(images=9, op_images=2, draws=2, levels=3, batch_size=2)
    plan = plan_audit("simclr-cifar", folder_source([scenes]), tiny_scorer, options)
    whole = probe_images(plan)
    signals = iter([None, None, "SIGINT"])
    part = probe_images(plan, stopped=lambda: next(signals))
    assert part.stopped_by == "SIGINT"
    assert part.records == whole.records[:4]
    fresh: list[object] = []
    rest = probe_images(plan, earlier=part.records, record=lambda entry, place: fresh.append(place))
    assert rest == whole
    assert fresh == [4, 5, 6, 7, 8]


def test_what_always_breaks_leaves_the_others_their_strength(
    tiny_scorer: Scorer, images: torch.Tensor
) -> None:
    def broken(image: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("no")

    brought = Policy.of(broken, name="broken", size=SIZE)
    always = Step("RandomSolarize", (("threshold", 0.4),), p=1.0)
    policy = Policy("both", SIZE, (View((*brought.views[0].steps, always)),))
    for record in _records(_plan(tiny_scorer, images, policy)).values():
        for view in record.views:
            assert view.fault is not None
            assert view.fault.code == "op_raised"
            assert view.reading is None
            alone = {part.part: part.alone for part in view.parts}
            if record.place < 4:
                assert alone[1] is not None
                assert alone[1].strength > 0
