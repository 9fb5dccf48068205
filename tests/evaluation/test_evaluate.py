"""Images to rows of accuracy: what takes part, what each row says, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

from augscore.engine.normalize import Normalize
from augscore.errors import InputError
from augscore.evaluation import evaluate as module
from augscore.evaluation.evaluate import EvalOptions, Evaluation, evaluate
from augscore.evaluation.features import Preprocessing
from augscore.evaluation.knn import Bank, small_set_k, weighted_knn
from augscore.evaluation.seen import Extraction, see
from augscore.images.collect import collect
from augscore.images.collection import Collection, aligned
from augscore.runtime import Progress

PLAIN = Normalize((0.5, 0.5, 0.5), (0.25, 0.25, 0.25))


class Mean(nn.Module):
    """The mean colour."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(dim=(2, 3))


def coloured(
    count: int, seed: int, classes: tuple[int, ...] = (0, 1, 2), *, brighter: int = 50
) -> Collection:
    """Noise, one channel brighter: the class shows in the mean, hardly in single pixels."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.tensor([classes[i % len(classes)] for i in range(count)])
    images = torch.randint(0, 200, (count, 3, 16, 16), generator=generator)
    images[torch.arange(count), labels] += brighter
    return collect(TensorDataset(images.to(torch.uint8), labels))


def extraction(events: list[Progress] | None = None) -> Extraction:
    return Extraction(
        backbone=Mean(),
        preprocessing=Preprocessing(16, PLAIN),
        device=torch.device("cpu"),
        workers=0,
        progress=(lambda event: None) if events is None else events.append,
    )


def evaluated(options: EvalOptions, train: int = 60, test: int = 30) -> Evaluation:
    return evaluate(coloured(train, 0), coloured(test, 1), extraction(), options)


def test_what_a_backbone_sees_is_in_the_order_of_the_collection() -> None:
    images = coloured(7, 0)
    seen = see(images, extraction(), "looking")
    assert seen.labels.tolist() == [0, 1, 2, 0, 1, 2, 0]
    pixels = torch.stack([images.read(i).pixels for i in range(7)])  # type: ignore[union-attr]
    means = (pixels.float().mean(dim=(2, 3)) / 255 - 0.5) / 0.25
    assert torch.allclose(seen.features, means, atol=1e-5)
    assert seen.pixels.shape == (7, 3072)


def test_the_rows_of_neighbours_and_what_needs_no_training() -> None:
    found = evaluated(EvalOptions(k=500))
    assert [row.classifier for row in found.rows] == [
        "knn_weighted",
        "knn_majority",
        "knn_leave_one_out",
        "pixels_knn",
        "commonest_class",
    ]
    weighted, majority, left_out, _, commonest = found.rows
    assert weighted.settings == {"k": 60, "temperature": 0.1}
    assert majority.settings == {"k": 5}
    assert (weighted.images, left_out.images) == (30, 90)
    assert weighted.accuracy.value > 0.95
    assert commonest.accuracy.value == pytest.approx(1 / 3)
    assert left_out.settings["k"] == small_set_k(torch.arange(90) % 3) == 15


def test_a_row_is_the_classifier_on_what_was_seen() -> None:
    sides = coloured(60, 0, brighter=6), coloured(30, 1, brighter=6)
    known, asked = (see(side, extraction(), "") for side in sides)
    bank = Bank(known.features, known.labels)
    right, others = (
        weighted_knn(bank, asked.features, k=50, temperature=t) == asked.labels for t in (1e-3, 0.1)
    )
    assert right.sum() != others.sum()
    found = evaluate(*sides, extraction(), EvalOptions(k=50, temperature=1e-3)).rows[0]
    assert found.accuracy.value == float(right.double().mean())
    assert found.accuracy.low <= found.accuracy.value <= found.accuracy.high
    assert [c.images for c in found.classes] == [10, 10, 10]
    for place, row in enumerate(found.classes):
        assert row.accuracy == float(right[asked.labels == place].double().mean())


def test_linear_rows_alone_and_with_neighbours() -> None:
    alone = evaluated(EvalOptions(knn=False, linear=True, epochs=60))
    names = [row.classifier for row in alone.rows]
    assert names == ["linear_adam", "linear_lbfgs", "pixels_knn", "commonest_class"]
    assert alone.rows[0].settings["epochs"] == 60
    assert min(row.accuracy.value for row in alone.rows[:2]) > 0.9
    assert len(evaluated(EvalOptions(linear=True, epochs=2)).rows) == 7


def test_a_large_set_is_not_left_out_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SMALL_SET", 90)
    assert "knn_leave_one_out" not in [row.classifier for row in evaluated(EvalOptions()).rows]


def test_the_same_again() -> None:
    options = EvalOptions(linear=True, epochs=3)
    assert evaluated(options) == evaluated(options)


def test_a_class_of_one_side_only(tmp_path: Path) -> None:
    train, test = aligned(coloured(30, 0, (0, 1)), coloured(30, 1, (1, 2)))
    found = evaluate(train, test, extraction(), EvalOptions(linear=True, epochs=50))
    assert found.classes == ("0", "1", "2")
    weighted = found.rows[0]
    assert [c.images for c in weighted.classes] == [0, 15, 15]
    assert weighted.classes[0].accuracy is None
    assert weighted.classes[2].accuracy == 0


def test_unlabelled_and_unreadable_images_are_counted_and_left_out(
    tmp_path: Path, scenes: Path
) -> None:
    files = sorted(scenes.glob("*.png"))
    for i, file in enumerate(files[:8]):
        (tmp_path / "ab"[i % 2]).mkdir(exist_ok=True)
        (tmp_path / "ab"[i % 2] / file.name).write_bytes(file.read_bytes())
    (tmp_path / "loose.png").write_bytes(files[0].read_bytes())
    (tmp_path / "a" / "broken.png").write_bytes(files[0].read_bytes()[:100])
    seen = see(collect(tmp_path), extraction(), "looking")
    assert len(seen.labels) == 8
    assert seen.labels.tolist() == [0] * 4 + [1] * 4
    assert seen.unlabelled == 1
    assert [skipped.name for skipped in seen.skipped] == ["a/broken.png"]


def test_nothing_labelled_that_can_be_read() -> None:
    unlabelled = collect(torch.zeros(4, 3, 16, 16, dtype=torch.uint8))
    with pytest.raises(InputError, match="no labelled image of tensor") as caught:
        see(unlabelled, extraction(), "looking")
    assert caught.value.code == "no_images"


def test_it_tells_how_far_it_is() -> None:
    events: list[Progress] = []
    evaluate(coloured(60, 0), coloured(30, 1), extraction(events), EvalOptions())
    stages = list(dict.fromkeys(event.stage for event in events))
    assert stages == ["looking at training images", "looking at test images", "classifying"]
    assert (events[1].done, events[1].total) == (60, 60)
