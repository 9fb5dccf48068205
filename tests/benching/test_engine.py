"""The engine's benchmark: who takes part, that all do the same, and that the output is right."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from augscore.benching import engine as story
from augscore.benching.contender import Absent
from augscore.benching.engine import EngineBench, bench_engine
from augscore.benching.lineup import Wanted, own_contenders
from augscore.benching.parity import EXACT, TIES, check_parity
from augscore.benching.peers import kornia, per_image
from augscore.benching.peers.own import Engine, normalized, pixels
from augscore.benching.peers.per_image import LIBRARIES
from augscore.benching.pictures import smooth_pictures, telling_pictures
from augscore.benching.task import Levels, SimCLR, Task, tasks_at
from augscore.benching.workers import Job, Workers
from augscore.engine.nodes import Step
from augscore.errors import HostError, UsageError
from augscore.runtime import Progress

CPU = torch.device("cpu")
SMALL = Task(SimCLR("simclr-cifar", 0.5, 0), 32, 40, 6)
LARGE = Task(SimCLR("simclr", 1.0, 23), 96, 128, 3)
LEVELS = Task(Levels(), 32, 32, 6)


@pytest.mark.parametrize("task", [SMALL, LARGE])
def test_the_recipe_that_others_get_is_the_presets(task: Task) -> None:
    recipe = task.recipe
    assert isinstance(recipe, SimCLR)
    crop, flip, jitter, grey, *blur = (node for node in recipe.nodes if isinstance(node, Step))
    assert dict(crop.arguments)["scale"] == (0.08, 1.0)
    assert dict(crop.arguments)["interpolation"] == "bicubic"
    assert tuple(value for _, value in jitter.arguments) == pytest.approx(recipe.jitter)
    assert (flip.p, jitter.p, grey.p, *(b.p for b in blur)) == (0.5, 0.8, 0.2, 0.5)[: 3 + len(blur)]
    kernels = [dict(b.arguments)["kernel_size"] for b in blur]
    assert kernels == ([recipe.kernel] if recipe.kernel else [])
    assert all(dict(b.arguments)["sigma"] == (0.1, 2.0) for b in blur)


@pytest.mark.parametrize(
    ("size", "name"), [(32, "simclr-cifar"), (64, "simclr-cifar"), (96, "simclr")]
)
def test_small_images_get_the_policy_of_small_images(size: int, name: str) -> None:
    first, second = tasks_at(size, None, 7)
    assert first.title == f"{name}, {size} to {size} px, batch 7"
    assert second.title == f"randaugment(2,9), {size} to {size} px, batch 7"
    assert tasks_at(size, 400, 7)[0].source == 400


@pytest.mark.parametrize("task", [SMALL, LARGE, LEVELS])
def test_the_timed_output_is_torchvisions(task: Task) -> None:
    images = telling_pictures(task.batch, task.source, task.source)
    own = Engine(task, images, CPU)
    own.run()
    first, _ = own.last or pytest.fail("nothing was timed")
    own.run()
    result, draw = own.last or pytest.fail("nothing was timed")
    assert not torch.equal(first, result)
    bound = TIES if task is LEVELS else EXACT
    assert check_parity(images, draw, pixels(result), bound).passed
    assert not check_parity(images, draw, pixels(result) + 0.02, TIES).passed
    assert not check_parity(images, draw, pixels(first), TIES).passed


def test_parity_names_the_resize_that_it_agrees_with() -> None:
    images = telling_pictures(4, 60, 60).to(torch.float32) / 255
    own = Engine(replace(SMALL, source=60, batch=4), images, CPU)
    own.run()
    result, draw = own.last or pytest.fail("nothing was timed")
    levels = (images * 255).round().to(torch.uint8)
    parity = check_parity(levels, draw, pixels(result), EXACT)
    assert parity.resized == "as floats"
    assert parity.passed


def test_normalising_is_undone() -> None:
    view = torch.rand(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    result = normalized(view.clone())
    expected = (view[:, 1] - 0.456) / 0.224
    assert torch.allclose(result[:, 1], expected, atol=1e-6)
    assert torch.allclose(pixels(result), view, atol=1e-6)


def test_everybody_on_a_small_task() -> None:
    events: list[Progress] = []
    plan = EngineBench(device=CPU, sizes=(32,), batch_size=8, seconds=0.0)
    found = bench_engine(replace(plan, wanted=Wanted(("kornia", "torchvision"))), events.append)
    assert found.passed
    assert events
    assert found.bytes_per_second > 1e8
    for task in found.tasks:
        assert task.rounds == 3
        names = dict.fromkeys(f.name.partition(",")[0] for f in task.figures)
        assert list(names) == ["augscore", "kornia", "torchvision v2"]
        assert min(f.ratio for f in task.figures if f.name.startswith("augscore")) == 1.0
        assert 0 < task.drawing < 1
        assert all(figure.images_per_second > 0 and not figure.doubt for figure in task.figures)
        low, high = task.figures[-1].spread
        assert low <= task.figures[-1].ratio <= high
    assert found.to_json()["schema"] == "augscore.bench-engine/1"


def test_the_engine_in_two_processes_makes_what_it_makes_in_one() -> None:
    (task, _) = EngineBench(device=CPU, sizes=(32,), batch_size=7).tasks()
    images = smooth_pictures(task.batch, task.source)
    engine = Engine(task, images, CPU)
    with Workers(2) as workers:
        alone, together = own_contenders(engine, images, workers)
        for _ in range(2):
            assert torch.equal(alone.run(), together.run())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_a_gpu_is_compared_with_the_cpu() -> None:
    device = torch.device("cuda")
    plan = EngineBench(device=device, sizes=(32, 96), batch_size=8, seconds=0.0)
    found = bench_engine(replace(plan, wanted=Wanted(("torchvision",))), lambda event: None)
    assert found.passed
    for task in found.tasks:
        assert task.winner in ("CPU", "GPU")
        names = [figure.name for figure in task.figures]
        assert names[:3] == [
            "augscore",
            "augscore, images uploaded",
            "augscore on the CPU, views uploaded",
        ]


def test_batches_are_smaller_where_a_round_would_be_long() -> None:
    plan = EngineBench(device=CPU)
    assert {task.size: task.batch for task in plan.tasks()} == {32: 256, 224: 64}
    on_gpu = EngineBench(device=torch.device("cuda"))
    assert {task.size: task.batch for task in on_gpu.tasks()} == {32: 256, 224: 256}
    assert {task.batch for task in replace(plan, batch_size=5).tasks()} == {5}


def test_a_peer_of_an_unknown_name_is_refused() -> None:
    with pytest.raises(UsageError, match="kornja"):
        Wanted(("kornia", "kornja"))


def test_who_is_not_installed_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(per_image, "find_spec", lambda name: None)
    assert LIBRARIES["lightly"].why_absent(SMALL) == "not installed"
    monkeypatch.setattr(per_image, "find_spec", lambda name: "there")
    assert LIBRARIES["lightly"].why_absent(SMALL) == ""
    assert "RandAugment" in LIBRARIES["lightly"].why_absent(LEVELS)
    assert LIBRARIES["torchvision"].why_absent(LEVELS) == ""


def test_kornia_may_be_absent_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "kornia.augmentation", None)
    found = kornia.kornia_contender(SMALL, smooth_pictures(6, 40), CPU)
    assert isinstance(found, Absent)


@pytest.mark.parametrize(
    ("result", "doubt"),
    [
        (torch.zeros(6, 3, 32, 31), "shape"),
        (torch.zeros(6, 3, 32, 32, dtype=torch.float64), "float64"),
        (torch.full((6, 3, 32, 32), 9.0), "reach"),
        (torch.full((6, 3, 32, 32), -2.0), "mean"),
        (normalized(torch.full((6, 3, 32, 32), 0.5)), ""),
    ],
)
def test_a_peer_that_does_something_else_is_doubted(result: torch.Tensor, doubt: str) -> None:
    found = story._doubt(result, SMALL)
    assert doubt in found
    assert bool(found) == bool(doubt)


def test_processes_share_the_images_and_fill_the_whole_output() -> None:
    task = replace(SMALL, batch=5)
    images = smooth_pictures(5, 40)
    out = torch.full((5, 3, 32, 32), torch.nan)
    for tensor in (images, out):
        tensor.share_memory_()  # type: ignore[no-untyped-call]
    with Workers(2) as workers:
        number = workers.take(Job("torchvision", task, images, out))
        workers.run(number)
        first = out.clone()
        workers.run(number)
        with pytest.raises(HostError, match="KeyError"):
            workers.take(Job("no such library", task, images, out))
    assert not torch.isnan(first).any()
    assert not story._doubt(first, task)
    assert not torch.equal(first, out)
