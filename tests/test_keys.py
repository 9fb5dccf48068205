"""The keys are good random numbers, and the same ones for ever."""

from __future__ import annotations

import hashlib
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from augscore import keys

IMAGES = keys.image_keys(list(range(20_000)))
SLOTS = [keys.slot("Op", 0, f"argument{n}") for n in range(12)]


def correlation(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1])


def chance_limit(count: int) -> float:
    """A correlation that independent numbers pass less than once in 100,000 times."""
    return 4.5 / math.sqrt(count)


@pytest.fixture(scope="module")
def table() -> torch.Tensor:
    return keys.uniforms(IMAGES, SLOTS, seed=0)


def test_known_values() -> None:
    """Draws of old result files are made again only while these hold."""
    few = keys.uniforms(keys.image_keys([0, 1, "a/b.jpg"]), [0, 7], seed=5, view=1, epoch=2)
    assert few.tolist() == KNOWN_UNIFORMS
    assert keys.normals(42, (3,)).tolist() == pytest.approx(KNOWN_NORMALS, abs=1e-6)
    assert keys.uniform_field(42, (3,)).tolist() == KNOWN_FIELD
    assert keys.slot("ColorJitter", 0, "hue") == KNOWN_SLOT


def test_uniforms_lie_in_the_unit_interval_with_its_moments(table: torch.Tensor) -> None:
    assert 0.0 <= table.min() < table.max() < 1.0
    deviation = 1 / math.sqrt(12 * len(IMAGES))
    assert ((table.mean(0) - 0.5).abs() < 4.5 * deviation).all()
    assert ((12 * table.var(0) - 1).abs() < 0.04).all()


def test_uniforms_fill_every_bin(table: torch.Tensor) -> None:
    counts = torch.histc(table.flatten(), 256, 0.0, 1.0)
    expected = table.numel() / 256
    chi_square = ((counts - expected) ** 2 / expected).sum().item()
    assert abs(chi_square - 255) < 5 * math.sqrt(2 * 255)


def test_no_correlation_along_ids_or_between_slots(table: torch.Tensor) -> None:
    for lag in (1, 2, 3, 8, 64, 1000):
        assert abs(correlation(table[:-lag], table[lag:])) < chance_limit(table[lag:].numel())
    between = torch.corrcoef(table.T) - torch.eye(len(SLOTS))
    assert between.abs().max() < chance_limit(len(IMAGES))


@pytest.mark.parametrize("what", ["seed", "view", "epoch", "step"])
@pytest.mark.parametrize("other", [1, 2, 3, 255, 10_000])
def test_no_correlation_along_seed_view_epoch_and_step(what: str, other: int) -> None:
    images = IMAGES[:5000]
    first = keys.uniforms(images, SLOTS, seed=0)
    second = {
        "seed": lambda: keys.uniforms(images, SLOTS, seed=other),
        "view": lambda: keys.uniforms(images, SLOTS, seed=0, view=other),
        "epoch": lambda: keys.uniforms(images, SLOTS, seed=0, epoch=other),
        "step": lambda: keys.uniforms(images, SLOTS, seed=0, step=other),
    }[what]()
    assert abs(correlation(first, second)) < chance_limit(first.numel())


def test_along_epochs_one_image_is_independent_too() -> None:
    image = keys.image_keys([17])
    series = torch.cat([keys.uniforms(image, SLOTS[:4], seed=0, epoch=e) for e in range(1500)])
    assert abs(correlation(series[:-1], series[1:])) < chance_limit(series[1:].numel())
    assert ((series.mean(0) - 0.5).abs() < 4.5 / math.sqrt(12 * 1500)).all()


def test_views_and_epochs_never_share_their_numbers() -> None:
    image = keys.image_keys([0])
    seen = {
        keys.uniforms(image, [0], seed=0, view=view, epoch=epoch).item()
        for view in range(16)
        for epoch in range(128)
    }
    assert len(seen) == 16 * 128


@pytest.mark.parametrize("bit", range(64))
def test_each_bit_of_an_image_key_flips_half_the_output(bit: int) -> None:
    images = IMAGES[:1000]
    flip = -(2**63) if bit == 63 else 1 << bit
    changed = keys.field_keys(images, 3, seed=0) ^ keys.field_keys(images ^ flip, 3, seed=0)
    share = torch.stack([(changed >> b) & 1 for b in range(64)]).double().mean(1)
    assert abs(share.mean().item() - 0.5) < 4.5 * 0.5 / math.sqrt(64 * 1000)
    assert (share - 0.5).abs().max().item() < 5.5 * 0.5 / math.sqrt(1000)


def test_a_draw_depends_on_the_image_and_not_on_its_place(table: torch.Tensor) -> None:
    order = torch.randperm(len(IMAGES), generator=torch.Generator().manual_seed(0))
    assert torch.equal(keys.uniforms(IMAGES[order], SLOTS, seed=0), table[order])
    assert torch.equal(keys.uniforms(IMAGES[5:6], SLOTS[3:4], seed=0), table[5:6, 3:4])


def test_slots_are_named() -> None:
    names = [(op, n, a) for op in ("A", "B") for n in range(20) for a in ("p", "sigma", "hue")]
    assert len({keys.slot(*name) for name in names}) == len(names)


def test_str_and_int_ids() -> None:
    assert keys.image_key("1") != keys.image_key(1)
    assert keys.image_key(-1) == 2**64 - 1
    assert keys.image_key("\udcff.jpg") != keys.image_key("?.jpg")


def blake2b_key(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")


def test_a_str_has_the_key_of_its_bytes() -> None:
    for name in (b"a/b.jpg", "\u00e9\U0001f600.png".encode(), b"\xff\xed\xa0\x80.jpg"):
        assert keys.image_key(name.decode("utf-8", "surrogateescape")) == blake2b_key(name)


def test_surrogates_that_no_file_name_has_have_keys_too() -> None:
    assert keys.image_key("\ud800") == blake2b_key(b"\xed\xa0\x80")
    assert keys.image_key("\udcff\udbff") == blake2b_key(b"\xed\xb3\xbf\xed\xaf\xbf")
    few = ["\ud800", "\udbff", "\udc00", "\udfff", "\ud800\udcff", "\udcff\ud800"]
    assert len({keys.image_key(name) for name in few}) == len(few)


@given(st.text(st.characters(exclude_categories=())))
def test_every_str_has_a_key(name: str) -> None:
    assert 0 <= keys.image_key(name) < 2**64


def test_normals_have_the_moments_of_a_normal() -> None:
    field = keys.normals(123456789, (400_000,)).double()
    n = field.numel()
    assert abs(field.mean().item()) < 4.5 / math.sqrt(n)
    assert abs(field.var().item() - 1) < 4.5 * math.sqrt(2 / n)
    assert abs((field**3).mean().item()) < 4.5 * math.sqrt(15 / n)
    assert abs((field**4).mean().item() - 3) < 4.5 * math.sqrt(96 / n)
    assert 4.0 < field.abs().max().item() < 6.0


def test_uniform_fields_have_the_moments_of_uniforms() -> None:
    field = keys.uniform_field(-987654321, (400_000,)).double()
    assert 0.0 <= field.min() < 1e-4 < 1 - 1e-4 < field.max() < 1.0
    assert abs(field.mean().item() - 0.5) < 4.5 / math.sqrt(12 * field.numel())
    assert abs(12 * field.var().item() - 1) < 4.5 * math.sqrt(0.8 / field.numel())
    assert abs(correlation(field[1:], field[:-1])) < chance_limit(field.numel())


def test_normals_do_not_correlate_inside_a_field_or_between_fields() -> None:
    fields = keys.field_keys(IMAGES[:2], 0, seed=0).tolist()
    first, second = (keys.normals(key, (3, 128, 128)) for key in fields)
    limit = chance_limit(first.numel())
    assert abs(correlation(first, second)) < limit
    assert abs(correlation(first[..., 1:], first[..., :-1])) < limit
    assert abs(correlation(first[:, 1:], first[:, :-1])) < limit
    assert abs(correlation(first[0], first[1])) < chance_limit(first[0].numel())
    halves = first.flatten().chunk(2)
    assert abs(correlation(*halves)) < chance_limit(halves[0].numel())
    assert abs(correlation(halves[0] ** 2, halves[1] ** 2)) < chance_limit(halves[0].numel())


def test_odd_shapes_and_empty_ones() -> None:
    assert keys.normals(1, (3, 5, 7)).shape == (3, 5, 7)
    assert keys.normals(1, (0, 4)).shape == (0, 4)
    assert keys.uniforms(IMAGES[:0], SLOTS, seed=0).shape == (0, len(SLOTS))


KNOWN_UNIFORMS = [
    [0.7993960676130908, 0.7950045355396085],
    [0.4090976749615929, 0.8749559269586894],
    [0.8153901281289782, 0.8626891420908278],
]
KNOWN_NORMALS = [0.49449422955513, -0.13821910321712494, 0.778229296207428]
KNOWN_FIELD = [0.6537157297134399, 0.7415648698806763, 0.1599103808403015]
KNOWN_SLOT = 136091939


@given(
    image=st.one_of(st.integers(-(2**70), 2**70), st.text()),
    seed=st.integers(-(2**70), 2**70),
    purpose=st.text(max_size=8),
)
def test_a_rank_is_the_field_key_in_plain_integers(
    image: int | str, seed: int, purpose: str
) -> None:
    images = keys.image_keys([image])
    expected = keys.field_keys(images, keys.slot(purpose, 0, "rank"), seed=seed)
    assert keys.rank(image, purpose=purpose, seed=seed) == int(expected[0])
