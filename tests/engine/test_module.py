"""The engine as a module: which draws a call gets, what a resumed run gets, what is normalised."""

from __future__ import annotations

import copy
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
import torchvision.transforms.v2.functional as tv

import augscore
from augscore.engine.normalize import NORMALIZATIONS, Normalize
from augscore.engine.ops.record import BackendChoice
from augscore.engine.policy import Policy, View
from augscore.errors import TensorError, UsageError

CIFAR = NORMALIZATIONS["cifar10"]


def same(a: tuple[torch.Tensor, ...], b: tuple[torch.Tensor, ...]) -> bool:
    return len(a) == len(b) and all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_a_call_without_ids_differs_from_the_last(bytes40: torch.Tensor) -> None:
    module = augscore.Augment("simclr-cifar", seed=3)
    views = [module(bytes40) for _ in range(4)]
    assert not any(same(a, b) for i, a in enumerate(views) for b in views[:i])
    again = augscore.Augment("simclr-cifar", seed=3)
    assert all(same(again(bytes40), before) for before in views)
    assert same(views[0], augscore.augment(bytes40, "simclr-cifar", seed=3)[0])


def test_a_resumed_run_goes_on_with_the_draws_it_would_have_had(bytes40: torch.Tensor) -> None:
    whole = torch.nn.ModuleDict({"augment": augscore.Augment("simclr-cifar")})
    whole["augment"](bytes40)
    file = io.BytesIO()
    torch.save(whole.state_dict(), file)
    expected = [whole["augment"](bytes40) for _ in range(2)]
    file.seek(0)
    resumed = torch.nn.ModuleDict({"augment": augscore.Augment("simclr-cifar")})
    resumed.load_state_dict(torch.load(file, weights_only=True))
    assert all(same(resumed["augment"](bytes40), before) for before in expected)


def test_moving_and_copying_the_module_keeps_its_calls(bytes40: torch.Tensor) -> None:
    module = augscore.Augment("simclr-cifar")
    module(bytes40)
    for other in (copy.deepcopy(module), copy.deepcopy(module).to("cpu", torch.float16)):
        assert same(other(bytes40), copy.deepcopy(module)(bytes40))
    # A moved counter would be read from the device at every call.
    assert list(module.buffers()) == list(module.parameters()) == []


def test_with_ids_calls_do_not_count(bytes40: torch.Tensor) -> None:
    module = augscore.Augment("simclr-cifar", seed=5)
    counted = module(bytes40)
    ids: list[int | str] = ["a", 7, 2**63, "c", -4, 0]
    first = module(bytes40, ids, epoch=2)
    assert same(first, module(bytes40, ids, epoch=2))
    assert same(first, augscore.augment(bytes40, "simclr-cifar", seed=5, ids=ids, epoch=2)[0])
    assert not same(first, module(bytes40, ids, epoch=3))
    other = augscore.Augment("simclr-cifar", seed=5)
    assert [same(other(bytes40), call) for call in (counted, module(bytes40))] == [True, True]
    numbers = torch.tensor([4, 5, 6, 7, 8, 9])
    assert same(module(bytes40, numbers, 1), module(bytes40, numbers.tolist(), 1))


def test_the_draw_makes_the_views_again(bytes40: torch.Tensor) -> None:
    module = augscore.Augment("simclr-cifar")
    module(bytes40)
    views, drawn = module.forward_with_draw(bytes40)
    assert drawn.step == 1
    read = augscore.Draw.from_json(drawn.to_json())
    assert read == drawn
    assert same(augscore.replay(bytes40, read), views)
    some = augscore.replay(bytes40[[4, 1]], read.select([4, 1]))
    assert same(some, tuple(view[[4, 1]] for view in views))


def test_train_and_eval_do_the_same(bytes40: torch.Tensor) -> None:
    first, second = (augscore.Augment("simclr-cifar") for _ in range(2))
    assert same(first.eval()(bytes40), second.train()(bytes40))


@pytest.mark.parametrize(
    ("choice", "numbers"),
    [("cifar10", CIFAR), (True, CIFAR), (Normalize((0.1, 0.2, 0.3), (0.4, 0.5, 0.6)), None)],
    ids=["name", "own", "numbers"],
)
def test_views_are_normalised_if_asked_to(
    bytes40: torch.Tensor, choice: Any, numbers: Normalize | None
) -> None:
    numbers = numbers or choice
    policy = Policy("one", 32, (View(()), View((), size=20)), normalize=CIFAR)
    plain = augscore.Augment(policy)(bytes40)
    for view, raw in zip(augscore.Augment(policy, normalize=choice)(bytes40), plain, strict=True):
        expected = tv.normalize(raw, list(numbers.mean), list(numbers.std))
        assert torch.equal(view, expected)
    assert 0 <= plain[0].min().item() <= plain[0].max().item() <= 1


def test_normalising_leaves_images_of_the_right_size_alone(floats40: torch.Tensor) -> None:
    before = floats40.clone()
    augscore.Augment("identity", size=40, normalize="imagenet")(floats40)
    assert torch.equal(floats40, before)


def test_size_views_and_lists(mixed_sizes: list[torch.Tensor]) -> None:
    views = augscore.Augment("simclr-cifar", size=24, views=3)(mixed_sizes)
    assert [view.shape for view in views] == [(5, 3, 24, 24)] * 3
    empty = augscore.Augment("simclr-cifar", normalize="cifar10")(torch.empty(0, 3, 9, 9))
    assert [view.shape for view in empty] == [(0, 3, 32, 32)] * 2


def test_values_on_the_cpu_are_looked_at_in_every_batch(floats40: torch.Tensor) -> None:
    module = augscore.Augment("identity", size=40)
    module(floats40)
    for wrong in (floats40 * 255, floats40 * 2, floats40.log()):
        with pytest.raises(TensorError):
            module(wrong)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_values_on_a_device_are_looked_at_once(floats40: torch.Tensor) -> None:
    with pytest.raises(TensorError, match="divide by 255"):
        augscore.Augment("identity", size=40)(floats40.cuda() * 255)
    module = augscore.Augment("identity", size=40)
    module(floats40.cuda())
    (later,) = module(floats40.cuda() * 2)
    assert torch.equal(later.cpu(), (floats40 * 2).clamp(0, 1))


def test_shapes_and_types_are_checked(floats40: torch.Tensor) -> None:
    module = augscore.Augment("identity", size=40)
    for wrong in (floats40[0], floats40[:, :1], floats40.to(torch.int64)):
        with pytest.raises(TensorError):
            module(wrong)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"policy": "simclr-cifr"}, "Did you mean simclr-cifar"),
        ({"size": 0}, "size"),
        ({"views": 0}, "views"),
        ({"seed": 1.5}, "seed"),
        ({"backend": "cuda"}, "backend"),
        ({"precision": "half"}, "precision"),
        ({"normalize": "imagnet"}, "Did you mean imagenet"),
        ({"normalize": True, "policy": Policy("bare", 8, (View(()),))}, "bare has no normalize"),
    ],
    ids=str,
)
def test_what_cannot_be_drawn_is_refused_at_once(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        augscore.Augment(**({"policy": "simclr-cifar"} | arguments))


@pytest.mark.parametrize(
    ("mean", "std"),
    [((0.5, 0.5), (0.5, 0.5)), ((0.5,) * 3, (0.5, 0.0, 0.5)), ((float("nan"),) * 3, (1.0,) * 3)],
)
def test_a_normalisation_has_three_numbers(mean: tuple[float, ...], std: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="three numbers"):
        Normalize(mean, std)


@pytest.mark.parametrize(
    ("ids", "epoch", "words"),
    [
        ([1, 2], 0, "2 ids for 6 images"),
        (list(range(6)), None, "epoch"),
        ([1.5] * 6, 0, "an id is 1.5"),
        (torch.zeros(6), 0, "whole numbers"),
        (torch.zeros(6, 1, dtype=torch.int64), 0, "one an image"),
        (torch.zeros(6, dtype=torch.int64, device="meta"), 0, "on the CPU"),
        (None, 0.5, "epoch"),
    ],
)
def test_ids_and_epochs_that_do_not_fit_are_refused(
    bytes40: torch.Tensor, ids: Any, epoch: Any, words: str
) -> None:
    module = augscore.Augment("simclr-cifar")
    with pytest.raises(UsageError, match=words):
        module(bytes40, ids, epoch)
    assert module.calls == 0


@contextmanager
def waiting_refused() -> Iterator[None]:
    with warnings.catch_warnings():
        # That it is a prototype.
        warnings.simplefilter("ignore")
        torch.cuda.set_sync_debug_mode("error")
        try:
            yield
        finally:
            torch.cuda.set_sync_debug_mode("default")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("policy", ["simclr", "wmse"])
@pytest.mark.parametrize("backend", ["auto", "torch"])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_no_call_but_the_first_waits_for_the_device(
    bytes40: torch.Tensor, policy: str, backend: BackendChoice, dtype: torch.dtype
) -> None:
    module = augscore.Augment(policy, normalize="imagenet", backend=backend).cuda()
    images = (bytes40 if dtype == torch.uint8 else bytes40 / 255).cuda()
    module(images)
    with waiting_refused():
        module(images)
