"""Whole runs of pair training from Python: every method, every way to weigh, every kind of data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from augscore.engine.nodes import Step
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError
from augscore.methods.table import METHODS
from augscore.training.encoder_file import load_encoder
from augscore.training.planning.request import Value
from augscore.training.reporting import page
from augscore.training.reporting.log_row import LogRow
from augscore.training.run import TrainResult
from augscore.training.train import train

STEPS = 4
TARGETED = ("moco", "ressl", "sce")
FLIP = (Step("RandomHorizontalFlip", p=0.5),)
CROPS = Policy("crops", 32, tuple(View(FLIP, side, "") for side in (32, 32, 16, 16)))


@pytest.fixture(autouse=True)
def _one_page_of_each_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves take half the time of so short a run: those of one method are drawn for all."""
    case = getattr(request.node, "callspec", None)
    if case is not None and case.params.get("method") not in (None, "simclr"):
        monkeypatch.setattr(page, "panel_svg", lambda panel, prefix: f"<svg>{prefix}</svg>")


def settings(method: str, **more: Value) -> Mapping[str, Value]:
    """Heads of a few numbers."""
    found: dict[str, Value] = {"projector.hidden": 16, "projector.out": 8}
    if method == "simsiam":
        found |= {"predictor.hidden": 8, "predictor.out": 8}
    if method == "wmse":
        found |= {"slice_size": 16}
    if method in TARGETED:
        found |= {"queue_size": 96}
    return found | {name.replace("__", "."): value for name, value in more.items()}


def pictures(count: int = 40) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    coarse = torch.rand(count, 3, 4, 4, generator=generator)
    return (255 * torch.nn.functional.interpolate(coarse, size=(32, 32))).to(torch.uint8)


def labelled() -> list[tuple[torch.Tensor, int]]:
    return [(image, number % 2) for number, image in enumerate(pictures())]


def run(method: str, out: Path, data: Any = None, **changes: Any) -> TrainResult:
    options: dict[str, Any] = {
        "arch": "small",
        "steps": STEPS,
        "batch_size": 16,
        "settings": settings(method),
        "log_every": 1,
        "eval_every": 0,
        "device": "cpu",
        "workers": 0,
    }
    return train(method, labelled() if data is None else data, out=out, **(options | changes))


def rows(out: Path) -> list[LogRow]:
    lines = (out / "metrics.jsonl").read_text("utf-8").splitlines()
    return [LogRow.from_json(json.loads(line)) for line in lines]


def assert_whole(out: Path, weighted: bool, *, labels: bool = True, steps: int = STEPS) -> None:
    found = rows(out)
    assert [row.step for row in found] == list(range(1, steps + 1))
    for row in found:
        told = [row.loss, row.learning_rate, row.images_per_second, row.seconds_left]
        told += [row.positive_cosine, row.negative_cosine, row.embedding_std]
        assert all(value is not None and math.isfinite(value) for value in told)
        shares = [row.data_share, row.augmentation_share, row.scoring_share, row.network_share]
        assert sum(share or 0 for share in shares) == pytest.approx(1)
        assert (row.weight_mean is not None) == weighted
        assert (row.fallbacks, row.not_finite) == (0, 0)
        if weighted:
            assert row.weight_mean == pytest.approx(1, abs=1e-5)
            assert row.scoring_share
    assert found[-1].rankme is not None
    assert (found[-1].knn is not None) == labels
    assert (out / "report.html").stat().st_size > 1000


@pytest.mark.parametrize("weighting", ["none", "pixel", "score"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_runs_weighted_and_not(
    method: str, weighting: str, tiny_run: Path, tmp_path: Path
) -> None:
    model = tiny_run if weighting == "score" else None
    result = run(method, tmp_path / "run", weighting=weighting, score_model=model)
    assert result.complete
    assert result.last == rows(tmp_path / "run")[-1]
    assert_whole(tmp_path / "run", weighting != "none")


def test_the_encoder_is_the_backbone_of_the_last_checkpoint(tmp_path: Path) -> None:
    result = run("moco", tmp_path / "run", checkpoint_every=1)
    backbone = load_encoder(result.encoder_path).backbone
    newest = max((tmp_path / "run" / "checkpoints").glob("*.safetensors"))
    trained = load_file(newest)
    for name, tensor in backbone.state_dict().items():
        assert torch.equal(tensor, trained[f"online.backbone.{name}"])
    assert not torch.equal(
        next(iter(backbone.parameters())),
        trained[f"target.backbone.{next(iter(dict(backbone.named_parameters())))}"],
    )


def test_images_need_no_labels(tmp_path: Path) -> None:
    run("simclr", tmp_path / "run", pictures())
    assert_whole(tmp_path / "run", weighted=False, labels=False)


def test_images_of_several_sizes(tmp_path: Path) -> None:
    mixed = [(image[:, : 32 - n % 7, : 32 - n % 5], n % 2) for n, image in enumerate(pictures())]
    run("vicreg", tmp_path / "run", mixed, size=32, weighting="pixel")
    assert_whole(tmp_path / "run", weighted=True)


def test_four_views_of_wmse(tmp_path: Path) -> None:
    four = Policy("four", 32, (View(FLIP, None, ""),) * 4)
    run("wmse", tmp_path / "run", policy=four, weighting="pixel")
    assert_whole(tmp_path / "run", weighted=True)


@pytest.mark.parametrize("method", METHODS)
def test_multi_crop(method: str, tmp_path: Path) -> None:
    more: dict[str, Value] = {"symmetric": True} if method in TARGETED else {}
    chosen = settings(method, **more)
    run(method, tmp_path / "run", policy=CROPS, settings=chosen, weighting="pixel")
    assert_whole(tmp_path / "run", weighted=True)


def test_accumulated_batches_are_one_step(tmp_path: Path) -> None:
    chosen = settings("simsiam", optim__accumulate=2)
    result = run("simsiam", tmp_path / "run", settings=chosen, batch_size=8)
    assert result.complete
    assert_whole(tmp_path / "run", weighted=False)
    assert rows(tmp_path / "run")[0].epoch == pytest.approx(1 / 2)


def test_a_setting_is_named_as_it_is_told(tmp_path: Path) -> None:
    run("moco", tmp_path / "run")
    hyphens = {name.replace("_", "-"): value for name, value in settings("moco").items()}
    with pytest.raises(UsageError, match="this run is finished\\. Choose"):
        run("moco", tmp_path / "run", settings=hyphens)
    with pytest.raises(UsageError, match=r"of other settings \(queue-size: 96 → 32\)"):
        run("moco", tmp_path / "run", settings=hyphens | {"queue-size": 32})


def test_epochs_are_passes_over_the_part_that_is_trained_on(tmp_path: Path) -> None:
    """32 of 40 images."""
    run("simclr", tmp_path / "run", steps=None, epochs=3, settings=settings("simclr"))
    found = rows(tmp_path / "run")
    assert [row.step for row in found] == list(range(1, 7))
    assert found[-1].epoch == 3


def test_how_often_it_tells_looks_and_saves_changes_no_weight(tmp_path: Path) -> None:
    often = run("sce", tmp_path / "often", log_every=1, eval_every=1, checkpoint_every=1)
    seldom = run("sce", tmp_path / "seldom", log_every=3, workers=2)
    assert often.encoder_path.read_bytes() == seldom.encoder_path.read_bytes()
    assert [row.step for row in rows(tmp_path / "seldom")] == [3, 4]
    assert [row.knn is not None for row in rows(tmp_path / "often")] == [False, True] * 2


def test_a_finished_run_is_refused_and_forced(tmp_path: Path) -> None:
    first = run("simclr", tmp_path / "run")
    data = first.encoder_path.read_bytes()
    with pytest.raises(UsageError) as caught:
        run("simclr", tmp_path / "run")
    assert caught.value.hint
    assert first.encoder_path.read_bytes() == data
    again = run("simclr", tmp_path / "run", force=True, seed=1)
    assert again.complete
    assert again.encoder_path.read_bytes() != data


def test_a_run_goes_on_with_the_score_model_that_it_began_with(
    tiny_run: Path, train_tiny: Any, tmp_path: Path
) -> None:
    class Stop(Exception):
        pass

    def report(row: LogRow) -> None:
        if row.step == 3:
            raise Stop

    chosen = {"weighting": "score", "checkpoint_every": 1}
    with pytest.raises(Stop):
        run("simclr", tmp_path / "run", score_model=tiny_run, report=report, **chosen)
    train_tiny(tmp_path / "other", seed=5)
    with pytest.raises(UsageError, match="score-model") as caught:
        run("simclr", tmp_path / "run", score_model=tmp_path / "other", **chosen)
    assert caught.value.code == "resume_mismatch"
    assert run("simclr", tmp_path / "run", score_model=tiny_run, **chosen).complete
    straight = run("simclr", tmp_path / "straight", score_model=tiny_run, **chosen)
    ended = tmp_path / "run" / "encoder.safetensors"
    assert ended.read_bytes() == straight.encoder_path.read_bytes()
