"""Tables as arrays, and the scale that is taken from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from augscore.auditing.columns import columns_of, destroyed
from augscore.auditing.scale import scale_of
from augscore.auditing.table import ImageRecord, Pixels, Reading, Table
from tests.auditing.tables import BLACK, CLEAN, PLAIN, Op, changed, table


def test_every_number_of_a_table_is_in_its_place() -> None:
    given = table(images=5, draws=3, classes=2)
    columns = columns_of(given)
    assert columns.images == 5
    assert columns.ids == tuple(record.id for record in given.records)
    assert columns.labels == ("class 0", "class 1", "class 0", "class 1", "class 0")
    assert columns.views.strength.shape == (5, 3)
    assert columns.between.rms.shape == (5, 1)
    assert columns.alone.rms.shape == (5, 3, len(CLEAN))
    for i, record in enumerate(given.records):
        assert record.unrelated is not None
        assert columns.unrelated.strength[i] == record.unrelated.strength
        assert columns.floor.rms[i] == record.floor.rms
        for k, view in enumerate(record.views):
            assert view.reading is not None
            assert columns.views.strength[i, k] == view.reading.strength
            assert np.flatnonzero(columns.applied[i, k]).tolist() == list(view.applied)
            for part in view.parts:
                assert part.alone is not None
                assert part.without is not None
                assert columns.alone.strength[i, k, part.part] == part.alone.strength
                assert columns.without.rms[i, k, part.part] == part.without.rms
            absent = set(range(len(CLEAN))) - set(view.applied)
            assert all(np.isnan(columns.alone.rms[i, k, p]) for p in absent)
        for level in record.levels:
            assert level.reading is not None
            curve = columns.curves[level.part][level.axis]
            assert curve.readings.strength[i, level.level] == level.reading.strength
            assert np.isnan(curve.readings.shift[i, level.level])
            assert curve.gained[i, level.level] == 0.0
            assert curve.clipped[i, level.level] == PLAIN.clipped


def test_views_of_another_pipeline_are_missing() -> None:
    ops = (Op("Crop", chance=1.0), Op("Blur", chance=0.0, view=1))
    applied = columns_of(table(ops, images=2, draws=4, pipelines=(0, 1))).applied
    assert applied[0, :, 0].tolist() == pytest.approx([1, np.nan, 1, np.nan], nan_ok=True)
    assert applied[0, :, 1].tolist() == pytest.approx([np.nan, 0, np.nan, 0], nan_ok=True)


def test_equal_pipelines_share_their_parts() -> None:
    applied = columns_of(table((Op("Crop", chance=1.0),), images=1, pipelines=(0, 0))).applied
    assert applied[0, :, 0].tolist() == [1, 1, 1, 1]


def test_images_with_fewer_views_leave_gaps() -> None:
    given = changed(table(images=2), lambda i, record: replace(record, views=record.views[: 4 - i]))
    columns = columns_of(given)
    assert np.isnan(columns.views.strength).sum() == 1
    assert np.isnan(columns.applied[1, 3]).all()


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (BLACK, 1.0),
        (replace(PLAIN, sd=0.024), 1.0),
        (replace(PLAIN, sd=0.026), 0.0),
        (replace(PLAIN, constant=0.95), 1.0),
        (replace(PLAIN, constant=0.94), 0.0),
    ],
)
def test_what_counts_as_destroyed(picture: Pixels, expected: float) -> None:
    assert destroyed(PLAIN, picture) == expected


def test_what_cannot_be_destroyed() -> None:
    assert np.isnan(destroyed(replace(PLAIN, sd=0.019), BLACK))
    assert np.isnan(destroyed(PLAIN, None))
    constant = replace(PLAIN, constant=0.96)
    assert destroyed(constant, replace(constant, sd=0.2)) == 0.0


def test_the_scale_is_a_high_percentile_and_two_medians() -> None:
    random = np.random.default_rng(0)
    floors, far = random.uniform(0, 0.02, 300), random.uniform(0.2, 0.5, 300)

    def one(i: int, record: ImageRecord) -> ImageRecord:
        return replace(
            record, floor=Reading(3 * floors[i], floors[i]), unrelated=Reading(2 * far[i], far[i])
        )

    scale = scale_of(columns_of(changed(table(images=300), one)))
    assert scale.floor_rms == pytest.approx(np.quantile(floors, 0.99))
    assert scale.floor_strength == pytest.approx(3 * np.quantile(floors, 0.99))
    assert scale.unrelated_rms == pytest.approx(np.median(far))
    assert scale.unrelated_strength == pytest.approx(2 * np.median(far))


def test_the_floor_is_at_least_one_step_of_eight_bits() -> None:
    still = changed(table(images=3), lambda i, record: replace(record, floor=Reading(0.0, 0.0)))
    assert scale_of(columns_of(still)).floor_rms == 1 / 255


def test_an_empty_table_has_a_floor_and_nothing_else() -> None:
    scale = scale_of(columns_of(Table((), ())))
    assert (scale.floor_rms, scale.floor_strength) == (1 / 255, 0.0)
    assert scale.unrelated_rms is None
    assert scale.unrelated_strength is None
