"""Draws depend on seed, image, view, epoch and slot, and on nothing else."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.transforms import RandomResizedCrop

from augscore.engine.draw import Draw, StepDraw, every_step
from augscore.engine.drawing.view import draw, draw_view
from augscore.engine.nodes import Step, steps_in
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.engine.presets import PRESETS
from augscore.errors import UsageError

SIMCLR = PRESETS["simclr"]
EVERY_OP = Policy(
    "every", 48, (View(tuple(Step(op.name, op.example, 0.5) for op in OPS.values())),)
)
IDS: list[int | str] = [7, "b/c.jpg", 0, 123456, "a.png", 3, 99, 1]
SIZES = [(50, 60), (300, 400), (64, 64), (31, 90), (224, 224), (40, 40), (48, 500), (77, 78)]


def step_of(drawn: Draw, op: str, view: int = 0) -> StepDraw:
    return next(step for step in every_step(drawn.views[view].steps) if step.op == op)


@pytest.mark.parametrize("policy", [SIMCLR, EVERY_OP], ids=lambda p: p.name)
def test_an_image_is_drawn_alike_in_any_batch_and_order(policy: Policy) -> None:
    whole = draw(policy, IDS, SIZES, seed=1, epoch=4)
    order = [5, 2, 7, 0, 6, 1, 4, 3]
    shuffled = draw(policy, [IDS[i] for i in order], [SIZES[i] for i in order], seed=1, epoch=4)
    assert shuffled == whole.select(order)
    for i in range(len(IDS)):
        assert draw(policy, IDS[i : i + 1], SIZES[i : i + 1], seed=1, epoch=4) == whole.select([i])


def test_no_global_randomness_is_read_or_written() -> None:
    torch.manual_seed(0)
    first, state = draw(EVERY_OP, IDS, SIZES), torch.get_rng_state()
    torch.manual_seed(1)
    assert draw(EVERY_OP, IDS, SIZES) == first
    torch.manual_seed(0)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("edited", range(len(EVERY_OP.views[0].steps)))
@pytest.mark.parametrize("edit", ["p", "range", "removed", "moved"])
def test_editing_one_step_leaves_all_others_alone(edited: int, edit: str) -> None:
    # Images of the size of the view: moving the crop must not change what others measure px in.
    sizes = [(48, 48)] * len(IDS)
    before = draw(EVERY_OP, IDS, sizes).views[0].steps
    steps = list(steps_in(EVERY_OP.views[0].steps))
    name = steps[edited].op
    if edit == "p":
        steps[edited] = replace(steps[edited], p=0.9)
    elif edit == "range":
        steps[edited] = replace(steps[edited], arguments=())
    else:
        step = steps.pop(edited)
        steps += [step] if edit == "moved" else []
    after = draw(Policy("edited", 48, (View(tuple(steps)),)), IDS, sizes).views[0].steps
    assert [s for s in before if s.op != name] == [s for s in after if s.op != name]


def test_whole_numbers_are_equally_likely_to_both_ends() -> None:
    step = Step("RandomPosterize", (("bits", (3, 6)),))
    drawn = draw(Policy("few", 8, (View((step,)),)), list(range(2000)), [(8, 8)] * 2000)
    bits = Counter(dict(step_of(drawn, "RandomPosterize").magnitudes)["bits"])
    assert {bit: count / 2000 for bit, count in bits.items()} == pytest.approx(
        dict.fromkeys(range(3, 7), 0.25), abs=0.04
    )


def test_a_gate_opens_for_more_images_as_p_grows() -> None:
    ids = list(range(400))
    gates = []
    for p in (0.0, 0.25, 0.5, 0.75, 1.0):
        policy = Policy("flip", 8, (View((Step("RandomHorizontalFlip", p=p),)),))
        gates.append(draw(policy, ids, [(8, 8)] * 400).views[0].steps[0].applied)
    assert [sum(gate) / 400 for gate in gates] == pytest.approx([0, 0.25, 0.5, 0.75, 1], abs=0.1)
    for fewer, more in itertools.pairwise(gates):
        assert all(m or not f for f, m in zip(fewer, more, strict=True))


def test_a_repeated_op_is_drawn_anew() -> None:
    step = Step("Brightness", (("factor", (0.5, 1.5)),), 0.5)
    noise = Step("GaussianNoise")
    drawn = draw(Policy("twice", 8, (View((step, noise, step, noise)),)), IDS, SIZES)
    steps = list(every_step(drawn.views[0].steps))
    assert steps[0].magnitudes != steps[2].magnitudes
    assert not set(dict(steps[1].magnitudes)["key"]) & set(dict(steps[3].magnitudes)["key"])


def test_view_epoch_and_seed_change_every_column() -> None:
    first = draw_view(EVERY_OP, IDS, SIZES, view=0)
    others = [
        draw_view(EVERY_OP, IDS, SIZES, view=1),
        draw_view(EVERY_OP, IDS, SIZES, view=0, epoch=1),
        draw_view(EVERY_OP, IDS, SIZES, view=0, seed=1),
    ]
    for other in others:
        for a, b in zip(every_step(first.steps), every_step(other.steps), strict=True):
            assert all(x != y for x, y in zip(a.magnitudes, b.magnitudes, strict=True))
        assert [s.applied for s in first.steps] != [s.applied for s in other.steps]


def test_the_views_of_a_pair_differ_and_more_views_go_round() -> None:
    drawn = draw(SIMCLR, IDS, SIZES)
    assert drawn.views[0] != drawn.views[1]
    assert draw_view(SIMCLR, IDS, SIZES, view=1) == drawn.views[1]
    fifth = draw_view(SIMCLR, IDS, SIZES, view=5)
    assert [step.op for step in fifth.steps] == [step.op for step in drawn.views[1].steps]
    assert fifth not in drawn.views


def test_sizes() -> None:
    assert [view.size for view in draw(SIMCLR, [0], [(50, 60)]).views] == [224, 224]
    assert draw_view(SIMCLR, [0], [(50, 60)], view=0, size=64).size == 64
    crops = Policy("crops", 224, (View(()), View((), size=96)))
    assert [view.size for view in draw(crops, [0], [(50, 60)]).views] == [224, 96]
    assert [view.size for view in draw(crops, [0], [(50, 60)], size=64).views] == [64, 96]


def test_magnitudes_are_in_the_ranges_written() -> None:
    ids = list(range(500))
    drawn = draw(SIMCLR, ids, [(100, 80)] * 500)
    jitter = dict(step_of(drawn, "ColorJitter").magnitudes)
    for name, low, high in (("brightness", 0.2, 1.8), ("saturation", 0.2, 1.8), ("hue", -0.2, 0.2)):
        values = torch.tensor(jitter[name])
        assert low <= values.min() < low + 0.02 * (high - low)
        assert high >= values.max() > high - 0.02 * (high - low)
    assert set(jitter["order"]) == set(range(24))


def test_a_padded_crop_can_lie_anywhere() -> None:
    policy = Policy("pad", 8, (View((Step("RandomCrop", (("padding", 2),)),)),))
    drawn = draw(policy, list(range(300)), [(8, 8)] * 300)
    columns = dict(step_of(drawn, "RandomCrop").magnitudes)
    assert set(columns["top"]) == set(columns["left"]) == set(range(5))
    assert len(set(zip(columns["top"], columns["left"], strict=True))) == 25


def kolmogorov_smirnov(a: torch.Tensor, b: torch.Tensor) -> float:
    points = torch.cat([a, b]).sort().values
    ours = torch.searchsorted(a.sort().values, points, right=True) / len(a)
    theirs = torch.searchsorted(b.sort().values, points, right=True) / len(b)
    return float((ours - theirs).abs().max())


BOX_FACTS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "area": lambda box: box[:, 2] * box[:, 3],
    "ratio": lambda box: box[:, 3] / box[:, 2],
    "top": lambda box: box[:, 0],
    "left": lambda box: box[:, 1],
    "height": lambda box: box[:, 2],
}


@pytest.mark.parametrize("size", [(96, 96), (32, 32), (60, 200), (400, 30)])
@pytest.mark.parametrize("scale", [(0.08, 1.0), (0.5, 0.6), (1.0, 1.0)])
def test_boxes_follow_torchvisions_law(size: tuple[int, int], scale: tuple[float, float]) -> None:
    count = 1500
    step = Step("RandomResizedCrop", (("scale", scale),))
    policy = Policy("crop", 32, (View((step,)),))
    drawn = step_of(draw(policy, list(range(count)), [size] * count), "RandomResizedCrop")
    ours = torch.stack([column.numbers for _, column in drawn.magnitudes]).T.double()
    image = torch.empty(3, *size)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        boxes = [
            RandomResizedCrop.get_params(image, list(scale), [3 / 4, 4 / 3]) for _ in range(count)
        ]
    theirs = torch.tensor(boxes).double()
    for fact in BOX_FACTS.values():
        assert kolmogorov_smirnov(fact(ours), fact(theirs)) < 1.95 * math.sqrt(2 / count)


def test_a_box_that_never_fits_becomes_torchvisions_centre_crop() -> None:
    step = Step("RandomResizedCrop", (("scale", (1.0, 1.0)), ("ratio", (3.0, 4.0))))
    drawn = draw(Policy("crop", 8, (View((step,)),)), [0, 1, 2], [(50, 50), (61, 20), (10, 90)])
    columns = dict(step_of(drawn, "RandomResizedCrop").magnitudes)
    boxes = list(zip(*(columns[n] for n in ("top", "left", "height", "width")), strict=True))
    assert boxes == [(16, 0, 17, 50), (27, 0, 7, 20), (0, 25, 10, 40)]


def test_describe_says_what_happened_to_one_image() -> None:
    drawn = draw(SIMCLR, IDS, SIZES, seed=2)
    for image, view in itertools.product(range(len(IDS)), range(2)):
        story = drawn.describe(image, view)
        assert (story["id"], story["view"], story["size"]) == (IDS[image], view, 224)
        json.dumps(story)
        for told, step in zip(story["steps"], every_step(drawn.views[view].steps), strict=True):
            assert (told["op"], told["applied"]) == (step.op, step.applied[image])
            values = {name: column[image] for name, column in step.magnitudes}
            assert told["magnitudes"] == (values if told["applied"] else {})


ids = st.lists(st.one_of(st.integers(-(2**70), 2**70), st.text(max_size=8)), max_size=5)


@settings(max_examples=60, deadline=None)
@given(
    ids=ids,
    side=st.integers(1, 600),
    seed=st.integers(-(2**64), 2**64),
    epoch=st.integers(0, 2**31),
    policy=st.sampled_from([*PRESETS.values(), EVERY_OP]),
    sort_keys=st.booleans(),
)
def test_a_draw_survives_json(
    ids: list[int | str], side: int, seed: int, epoch: int, policy: Policy, sort_keys: bool
) -> None:
    drawn = draw(policy, ids, [(side, 77)] * len(ids), seed=seed, epoch=epoch)
    text = json.dumps(drawn.to_json(), sort_keys=sort_keys, allow_nan=False)
    assert Draw.from_json(json.loads(text)) == drawn


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_selection_is_the_draw_of_the_selected(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(IDS) - 1), max_size=6))
    selected = draw(EVERY_OP, IDS, SIZES).select(chosen)
    assert selected == draw(EVERY_OP, [IDS[i] for i in chosen], [SIZES[i] for i in chosen])


@pytest.mark.parametrize("place", [8, 99, -9])
def test_a_place_without_an_image_is_refused(place: int) -> None:
    with pytest.raises(UsageError, match=f"no image {place} in a draw of 8 images") as caught:
        draw(SIMCLR, IDS, SIZES).select([0, place])
    assert caught.value.code == "bad_ids"


def test_places_count_from_the_end_as_well() -> None:
    drawn = draw(SIMCLR, IDS, SIZES)
    assert drawn.select([-1, -8]) == drawn.select([7, 0])


@pytest.mark.parametrize(
    "break_it",
    [
        lambda d: d.pop("views"),
        lambda d: d.update(ids=[1]),
        lambda d: d["views"][0]["steps"][0].pop("applied"),
        lambda d: d["views"][0]["steps"][0]["magnitudes"].pop("top"),
        lambda d: d["views"][0]["steps"][0]["magnitudes"].update(top=[1.0]),
        lambda d: d["views"][0].update(steps=None),
        lambda d: d.update(backend="zzz"),
        lambda d: d.update(precision=1),
        lambda d: d["sizes"].__setitem__(0, [0, 40]),
        lambda d: d["views"][0].update(size=-1),
        lambda d: d["views"][0].update(size="32"),
        lambda d: d["views"][0].update(size=10**6),
        lambda d: d["views"][0]["steps"][0]["magnitudes"]["top"].__setitem__(0, 10**9),
        lambda d: d["views"][0]["steps"][0]["magnitudes"]["left"].__setitem__(0, -1),
        lambda d: d["views"][0]["steps"][2]["magnitudes"]["hue"].__setitem__(0, 0.7),
        lambda d: d["views"][0]["steps"][2]["magnitudes"]["contrast"].__setitem__(0, math.inf),
        lambda d: d["views"][0]["steps"][0]["options"].update(interpolation="lanczos"),
        lambda d: d["views"][0]["steps"][4]["options"].update(kernel_size=8),
    ],
)
def test_what_is_not_a_draw_is_refused(break_it: Callable[[dict], object]) -> None:  # type: ignore[type-arg]
    data = draw(SIMCLR, IDS, SIZES).to_json()
    break_it(data)
    with pytest.raises(UsageError) as caught:
        Draw.from_json(data)
    assert caught.value.code == "draw_invalid"


def test_a_corner_beyond_the_padding_is_no_draw() -> None:
    data = draw(PRESETS["pad-crop-flip"], [0], [(40, 40)]).to_json()
    data["views"][0]["steps"][0]["magnitudes"]["top"] = [9]
    with pytest.raises(UsageError, match="padded"):
        Draw.from_json(data)


def test_a_padding_that_cannot_be_mirrored_is_told() -> None:
    step = Step("RandomCrop", (("padding", 8), ("padding_mode", "reflect")))
    with pytest.raises(UsageError, match="too wide to mirror 8 px"):
        draw(Policy("wide", 8, (View((step,)),)), [0], [(40, 40)])
    assert draw(Policy("wide", 9, (View((step,)),)), [0], [(40, 40)])
