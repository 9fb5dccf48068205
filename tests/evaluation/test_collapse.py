"""Numbers that tell a collapse, by closed forms and by loops in float64."""

from __future__ import annotations

import math

import pytest
import torch

from augscore.errors import TensorError
from augscore.evaluation.collapse import (
    collapsed,
    mean_negative_cosine,
    mean_positive_cosine,
    rank_me,
    spread,
)


def gaussian(rows: int, dim: int, seed: int = 0) -> torch.Tensor:
    return torch.randn((rows, dim), generator=torch.Generator().manual_seed(seed))


def test_directions_all_alike_spread_as_one_over_the_root() -> None:
    assert float(spread(gaussian(4096, 128))) == pytest.approx(1 / math.sqrt(128), rel=0.01)


def test_a_single_point_has_no_spread() -> None:
    point = gaussian(1, 16).expand(64, -1)
    assert float(spread(point)) == pytest.approx(0, abs=1e-7)
    assert float(spread(7 * point + 1e-4 * gaussian(64, 16))) < 1e-4


def test_the_length_of_embeddings_does_not_matter_to_the_spread() -> None:
    z = gaussian(64, 8)
    assert float(spread(z * torch.arange(1, 65)[:, None])) == pytest.approx(float(spread(z)))


def test_the_spread_is_that_of_loops() -> None:
    z = gaussian(20, 5).double()
    unit = [[x / math.sqrt(sum(y * y for y in row)) for x in row] for row in z.tolist()]
    sds = []
    for column in zip(*unit, strict=True):
        mean = sum(column) / 20
        sds.append(math.sqrt(sum((x - mean) ** 2 for x in column) / 19))
    assert float(spread(z)) == pytest.approx(sum(sds) / 5, rel=1e-6)


def test_the_spread_is_that_of_another_library() -> None:
    from lightly.utils.debug import std_of_l2_normalized

    z = gaussian(64, 8) + 0.5
    assert float(spread(z)) == pytest.approx(float(std_of_l2_normalized(z)), rel=1e-6)


def test_the_rank_of_equal_directions_is_their_number() -> None:
    basis = torch.eye(12).repeat(20, 1)
    assert float(rank_me(basis)) == pytest.approx(12, rel=1e-4)


def test_one_direction_has_rank_one() -> None:
    line = gaussian(256, 1) * gaussian(1, 32, seed=1)
    assert float(rank_me(line)) == pytest.approx(1, abs=1e-3)
    assert float(rank_me(line, centred=True)) == pytest.approx(1, abs=1e-3)


def test_the_rank_of_two_directions_follows_their_sizes() -> None:
    """Singular values in the ratio 3 : 1 have the entropy of (3/4, 1/4)."""
    z = torch.zeros(8, 4)
    z[:4, 0], z[4:, 1] = 3.0, 1.0
    expected = math.exp(-0.75 * math.log(0.75) - 0.25 * math.log(0.25))
    assert float(rank_me(z)) == pytest.approx(expected, rel=1e-4)


def test_an_offset_hides_the_rank_unless_centred() -> None:
    """As measured for Gaussian embeddings with an offset of 20: 10.9 and 127.5 of 128."""
    z = gaussian(4096, 128) + 20
    assert float(rank_me(z)) == pytest.approx(10.9, abs=0.3)
    assert float(rank_me(z, centred=True)) == pytest.approx(127.5, abs=0.3)


def test_all_zeros_have_a_number() -> None:
    zeros = torch.zeros(16, 4)
    assert math.isfinite(float(rank_me(zeros)))
    assert float(spread(zeros)) == 0


def test_mean_cosines_are_those_of_loops() -> None:
    z1, z2 = gaussian(30, 7).double(), gaussian(30, 7, seed=1).double()
    cosine = torch.nn.functional.cosine_similarity
    positive = [float(cosine(z1[i], z2[i], dim=0)) for i in range(30)]
    negative = [float(cosine(z1[i], z2[j], dim=0)) for i in range(30) for j in range(30) if i != j]
    assert float(mean_positive_cosine(z1, z2)) == pytest.approx(sum(positive) / 30, abs=1e-6)
    assert float(mean_negative_cosine(z1, z2)) == pytest.approx(sum(negative) / 870, abs=1e-6)


def test_equal_views_have_cosine_one() -> None:
    z = gaussian(30, 7)
    assert float(mean_positive_cosine(z, 3 * z)) == pytest.approx(1, abs=1e-6)
    assert float(mean_positive_cosine(z, -z)) == pytest.approx(-1, abs=1e-6)


def test_a_collapse_is_told() -> None:
    ideal = 1 / math.sqrt(64)
    assert not collapsed(ideal, 64)
    assert not collapsed(0.21 * ideal, 64)
    assert collapsed(0.19 * ideal, 64)
    assert collapsed(math.nan, 64)


def test_no_gradient_is_kept() -> None:
    z = gaussian(20, 4).requires_grad_()
    for number in (spread(z), rank_me(z), mean_positive_cosine(z, z), mean_negative_cosine(z, z)):
        assert not number.requires_grad


def test_half_precision_is_computed_wide() -> None:
    z = (5 + 0.1 * gaussian(512, 8)).bfloat16()
    assert float(spread(z)) == float(spread(z.float()))


def test_what_is_no_batch_of_embeddings() -> None:
    with pytest.raises(TensorError, match=r"got shape \(1, 4\)"):
        spread(torch.zeros(1, 4))
    with pytest.raises(TensorError, match=r"\(3, 4\) and \(2, 4\)"):
        mean_negative_cosine(torch.zeros(3, 4), torch.zeros(2, 4))
