"""What augmenting takes besides its result: a few tiles, however many images there are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from augscore.benching.pictures import telling_pictures
from augscore.engine import apply
from augscore.engine.augment import augment
from augscore.engine.policy import Policy, View
from augscore.engine.presets import preset
from tests.engine.containers import EVERY_CONTAINER

# float32 of three channels: what is worked on together is 2**16 pixels, or one larger image.
TILE_BYTES = 12 * 2**16
# Of small images four times as many pixels.
SMALL_TILE_BYTES = 4 * TILE_BYTES
TILES = 10
CONTAINERS = Policy("all", 224, (View(tuple(EVERY_CONTAINER.values())),))
CASES = [
    pytest.param(preset("simclr"), 224, 8, id="simclr"),
    pytest.param(preset("simclr"), 500, 4, id="simclr of large images"),
    pytest.param(preset("wmse"), 224, 8, id="wmse, whose colours come before its crop"),
    pytest.param(preset("dino"), 224, 8, id="dino"),
    pytest.param(preset("simclr-cifar"), 32, 512, id="simclr-cifar"),
    pytest.param(CONTAINERS, 224, 6, id="containers"),
]


def peak_bytes(call: Callable[[], object]) -> int:
    """The most that torch held at a time of what it allocated on the CPU during a call."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        kept = call()
    del kept
    results = profiler.profiler
    assert results is not None
    events = [e for e in results.kineto_results.events() if e.name() == "[memory]"]
    held = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        held += event.nbytes()
        most = max(most, held)
    return most


def extra_bytes(policy: Policy, side: int, count: int) -> int:
    images = telling_pictures(count, side, side)
    views, _ = augment(images, policy)
    result = sum(view.numel() * view.element_size() for view in views)
    return peak_bytes(lambda: augment(images, policy)) - result


@pytest.mark.parametrize(("policy", "side", "count"), CASES)
def test_extra_memory_is_a_few_tiles_for_any_batch(
    policy: Policy, side: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A block that is freed at once, and of which no page is ever touched.
    monkeypatch.setattr(apply, "_FREED_BYTES", 0)
    few, many = (extra_bytes(policy, side, n) for n in (count, 4 * count))
    tile = SMALL_TILE_BYTES if policy.size <= apply.SMALL_SIDE else TILE_BYTES
    largest = max(tile, 12 * side**2)
    # A draw keeps up to a thousand numbers of 8 bytes an image and view.
    numbers = 8 * 1000 * len(policy.views)
    assert few < TILES * largest + count * numbers
    assert many < 1.1 * few + 3 * count * numbers


def test_the_peak_is_what_is_held_at_a_time() -> None:
    def one_after_another() -> torch.Tensor:
        for _ in range(3):
            last = torch.zeros(250_000)
            del last
        return torch.zeros(500_000)

    assert peak_bytes(one_after_another) == 2_000_000
