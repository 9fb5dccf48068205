"""What is only told: one operation that does it all, classes that are hit harder."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from augscore.auditing.columns import columns_of
from augscore.auditing.statistics.ranks import kruskal_wallis_p
from augscore.auditing.table import ImageRecord, Reading, Table, ViewRecord
from tests.auditing.findings.looking import check, found
from tests.auditing.tables import CLEAN, Op, changed, table


def test_one_operation_that_makes_the_strength_is_told() -> None:
    ops = (Op("Crop", chance=1.0, relative=0.9), Op("Flip", relative=0.1), Op("Blur", relative=0.1))
    given = table(ops, images=80)
    (finding,) = found(given, "DOMINANT")
    assert (finding.part, finding.level) == ("Crop", "info")
    total, gone = 0.0, 0.0
    for record in given.records:
        for view in record.views:
            assert view.reading is not None
            total += view.reading.strength
            without = next(p.without for p in view.parts if p.part == 0)
            assert without is not None
            gone += view.reading.strength - without.strength
    assert finding.value == pytest.approx(gone / total)
    assert finding.low is not None
    assert finding.low > 0.5


def test_a_policy_of_one_operation_is_not_dominated() -> None:
    assert found(table((Op("Crop", chance=1.0),), images=80), "DOMINANT") == ()
    beside = (Op("Crop", chance=1.0), Op("Flip", chance=1.0, view=1))
    assert found(table(beside, images=80, pipelines=(0, 1)), "DOMINANT") == ()


def test_what_no_view_ever_has_makes_no_second_operation() -> None:
    """Such as the operations that another library's policy chooses among."""
    inside = Op("RandAugment > Rotate", chance=0.0, curve=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6))
    assert found(table((Op("RandAugment", chance=1.0), inside), images=80), "DOMINANT") == ()


def test_views_that_were_not_probed_do_not_count() -> None:
    ops = (Op("Crop", chance=0.7, relative=0.9), Op("Flip", relative=0.05))
    given = table(ops, images=160)

    def bare(view: ViewRecord) -> ViewRecord:
        return replace(view, parts=())

    def one(i: int, record: ImageRecord) -> ImageRecord:
        if i < 80:
            return record
        return replace(record, views=tuple(bare(view) for view in record.views))

    whole = found(replace(given, records=given.records[:80]), "DOMINANT")
    assert [f.value for f in found(changed(given, one), "DOMINANT")] == [f.value for f in whole]
    assert whole


def classes(factor: float, images: int = 120) -> Table:
    """Three classes, the last of which is moved `factor` times as far."""
    given = table(images=images, classes=3)

    def one(i: int, record: ImageRecord) -> ImageRecord:
        if i % 3 < 2:
            return record
        views = tuple(replace(v, reading=_times(v.reading, factor)) for v in record.views)
        return replace(record, views=views)

    return changed(given, one)


def _times(reading: Reading | None, factor: float) -> Reading | None:
    return None if reading is None else replace(reading, strength=factor * reading.strength)


def test_a_class_that_is_moved_farther_is_told() -> None:
    (finding,) = found(classes(2.0), "CLASS_IMBALANCED_STRENGTH")
    assert finding.level == "info"
    assert finding.value == pytest.approx(2.0, rel=0.25)
    assert "class 2" in finding.statement
    assert found(classes(1.0), "CLASS_IMBALANCED_STRENGTH") == ()
    assert found(classes(1.3), "CLASS_IMBALANCED_STRENGTH") == ()


def test_few_images_of_a_class_say_nothing() -> None:
    state = check(classes(2.0, images=75), "CLASS_IMBALANCED_STRENGTH").state
    assert state == "not_measured"
    assert check(table(images=80), "CLASS_IMBALANCED_STRENGTH").state == "not_measured"
    one = table(CLEAN, images=80, classes=1)
    assert check(one, "CLASS_IMBALANCED_STRENGTH").state == "not_measured"


def test_a_difference_that_images_do_not_show_is_inconclusive() -> None:
    given = table(images=60, classes=2)
    random = np.random.default_rng(2)

    def one(i: int, record: ImageRecord) -> ImageRecord:
        factor = 30.0 if i % 2 and random.random() < 0.07 else 1.0
        views = tuple(replace(v, reading=_times(v.reading, factor)) for v in record.views)
        return replace(record, views=views)

    assert check(changed(given, one), "CLASS_IMBALANCED_STRENGTH").state == "inconclusive"


def test_a_ratio_that_two_images_make_is_inconclusive() -> None:
    """All of a class are moved a little farther, and two of its images forty times as far."""
    given = table(images=240, classes=2)

    def one(i: int, record: ImageRecord) -> ImageRecord:
        factor = 1.0 if i % 2 == 0 else 40.0 if i in {1, 3} else 1.15
        views = tuple(replace(v, reading=_times(v.reading, factor)) for v in record.views)
        return replace(record, views=views)

    odd = changed(given, one)
    strength = columns_of(odd).views.strength.mean(axis=1)
    groups = [strength[0::2], strength[1::2]]
    assert kruskal_wallis_p(groups) < 0.05
    assert groups[1].mean() / groups[0].mean() > 1.5
    assert check(odd, "CLASS_IMBALANCED_STRENGTH").state == "inconclusive"
