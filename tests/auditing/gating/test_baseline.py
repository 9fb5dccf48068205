"""What an earlier audit must have in common with this one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from augscore.auditing.gating.baseline import check_baseline, setup_of
from augscore.errors import UsageError
from tests.auditing.audits import audit, data, design

NOW = audit()


def test_the_same_setup_is_accepted() -> None:
    check_baseline(NOW, setup_of(NOW), "old.json")
    check_baseline(audit(data=data(root="elsewhere")), setup_of(NOW), "old.json")


def test_asking_for_more_images_than_there_are_changes_nothing() -> None:
    few = data(found=500, measured=500)
    check_baseline(
        audit(data=few, design=design(images=2000)), setup_of(audit(data=few)), "old.json"
    )


def test_before_the_images_are_read_their_digest_does_not_matter() -> None:
    other = audit(data=data(fingerprint="f" * 64))
    check_baseline(other, replace(setup_of(NOW), fingerprint=None), "old.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"design": design(model_sha256="0" * 64)}, "another score model (0000000000000000, now"),
        ({"design": design(reading="strength/1")}, "another definition (strength/1, now strength/"),
        ({"design": design(seed=7)}, "seed 7, not 0: give --seed 7"),
        ({"design": design(draws=2)}, "2 views an image, not 4: give --draws 2"),
        ({"design": design(images=60)}, "It drew 60 images, not 1000: give --n 60"),
        ({"data": data(size=96)}, "96 px, not 32: give --size 96"),
        ({"data": data(fingerprint="f" * 64)}, "It is of other images (ffff"),
        ({"complete": False}, "stopped before its end"),
    ],
)
def test_each_difference_is_named(change: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_baseline(audit(**change), setup_of(NOW), "old.json")
    assert told in caught.value.hint
    assert (caught.value.code, caught.value.exit_code) == ("baseline_mismatch", 2)
    assert str(caught.value).startswith("'old.json' is no baseline for this audit. ")


def test_all_of_them_at_once() -> None:
    other = audit(design=design(seed=1, draws=2), data=data(size=96))
    with pytest.raises(UsageError, match=r"seed 1.*96 px.*2 views"):
        check_baseline(other, setup_of(NOW), "old.json")
