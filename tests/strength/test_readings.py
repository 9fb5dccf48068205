"""Window statistics and readings against loops in float64."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
import torch

from augscore.strength.readings import (
    Description,
    Standards,
    describe,
    log_norms,
    score_shift,
    score_value,
    strength,
    strength_parts,
)
from augscore.strength.sight import Sight

Array = npt.NDArray[np.float64]


def seen(count: int, height: int = 14, width: int = 17) -> Sight:
    return Sight(
        torch.randn(count, 5, height, width) * 2 + 0.3,
        torch.randn(count, 3, 2 * height, 2 * width) * 0.5 - 0.1,
    )


def standards() -> Standards:
    return Standards(
        torch.randn(5), torch.rand(5) + 0.5, torch.randn(3), torch.rand(3) + 0.5, (0.8, 0.6, 0.4)
    )


def windows(plane: Array, share: float) -> list[Array]:
    """Square windows of a share of the short side, half overlapping, row by row."""
    side = max(2, round(share * min(plane.shape)))
    hop = max(1, side // 2)
    return [
        plane[y : y + side, x : x + side]
        for y in range(0, plane.shape[0] - side + 1, hop)
        for x in range(0, plane.shape[1] - side + 1, hop)
    ]


def by_loops(a: Sight, b: Sight, s: Standards, i: int) -> tuple[float, float, float]:
    """The parts of the strength of pair i, from their definition."""

    def plane(t: torch.Tensor, c: int, mean: torch.Tensor, sd: torch.Tensor) -> Array:
        values: Array = t[i, c].to(torch.float64).numpy()
        standardised: Array = (values - float(mean[c])) / float(sd[c])
        return standardised

    def contrast(share: float) -> float:
        dissimilar = []
        for c in range(5):
            left = windows(plane(a.features, c, s.feature_mean, s.feature_sd), share)
            right = windows(plane(b.features, c, s.feature_mean, s.feature_sd), share)
            for p, q in zip(left, right, strict=True):
                x, y = math.sqrt(p.var() + 1e-4), math.sqrt(q.var() + 1e-4)
                dissimilar.append(1 - (2 * x * y + 0.05) / (x * x + y * y + 0.05))
        return float(np.mean(dissimilar))

    by_channel = []
    for c in range(3):
        gaps = []
        left = windows(plane(a.errors, c, s.error_mean, s.error_sd), 1 / 7)
        right = windows(plane(b.errors, c, s.error_mean, s.error_sd), 1 / 7)
        for p, q in zip(left, right, strict=True):
            spread_p, spread_q = math.sqrt(p.var() + 1e-4), math.sqrt(q.var() + 1e-4)
            gaps.append((p.mean() - q.mean()) ** 2 + (spread_p - spread_q) ** 2)
        by_channel.append(math.sqrt(float(np.mean(gaps))))
    return contrast(2 / 7), contrast(1 / 2), float(np.mean(by_channel))


@pytest.mark.parametrize(("height", "width"), [(14, 17), (8, 8), (28, 20)])
def test_strength_is_what_its_definition_says(height: int, width: int) -> None:
    a, b, s = seen(3, height, width), seen(3, height, width), standards()
    parts = strength_parts(describe(a, s), describe(b, s))
    total = strength(describe(a, s), describe(b, s), s)
    for i in range(3):
        small, large, errors = by_loops(a, b, s, i)
        assert parts[i].tolist() == pytest.approx([small, large, errors], rel=1e-4)
        expected = (small / 0.8 + large / 0.6 + 0.5 * errors / 0.4) / 2.5
        assert float(total[i]) == pytest.approx(expected, rel=1e-4)


def test_window_statistics_are_means_and_spreads_of_windows() -> None:
    sight, s = seen(2), standards()
    described = describe(sight, s)
    small, large = described.feature_spreads
    assert small.shape == (2, 5, 6, 7)
    assert large.shape == (2, 5, 3, 4)
    assert described.error_means.shape == (2, 3, 13, 16)
    for c in range(3):
        plane = (sight.errors[1, c].double() - float(s.error_mean[c])) / float(s.error_sd[c])
        cut = windows(plane.numpy(), 1 / 7)
        means = described.error_means[1, c].flatten().tolist()
        spreads = described.error_spreads[1, c].flatten().tolist()
        assert means == pytest.approx([float(w.mean()) for w in cut], abs=1e-5)
        assert spreads == pytest.approx([math.sqrt(w.var() + 1e-4) for w in cut], rel=1e-3)


def test_flat_windows_have_a_finite_spread() -> None:
    flat = Sight(torch.full((1, 5, 14, 14), 3.7), torch.full((1, 3, 28, 28), 123.4))
    described = describe(flat, standards())
    assert bool(torch.isfinite(described.error_spreads).all())
    other = describe(seen(1, 14, 14), standards())
    assert bool(torch.isfinite(strength(described, other, standards())).all())


def test_strength_is_zero_for_itself_symmetric_and_never_negative() -> None:
    s = standards()
    a, b = describe(seen(50), s), describe(seen(50), s)
    assert torch.equal(strength(a, a, s), torch.zeros(50))
    assert torch.equal(strength(a, b, s), strength(b, a, s))
    assert float(strength(a, b, s).min()) > 0


def test_a_description_is_picked_by_rows() -> None:
    s = standards()
    whole = describe(seen(4), s)
    picked = whole[[2, 0]]
    for found, spreads in zip(picked.feature_spreads, whole.feature_spreads, strict=True):
        assert torch.equal(found, spreads[[2, 0]])
    assert torch.equal(picked.error_means, whole.error_means[[2, 0]])
    assert torch.equal(picked.error_spreads, whole.error_spreads[[2, 0]])
    assert isinstance(picked.to(torch.device("cpu")), Description)


def test_score_value_is_the_mean_log_of_sigma_times_norm() -> None:
    norms, sigmas = torch.rand(4, 3) * 10, (0.02, 0.1, 0.3)
    value = score_value(norms, sigmas)
    for i in range(4):
        logs = [math.log(s * float(n)) for s, n in zip(sigmas, norms[i], strict=True)]
        assert float(value[i]) == pytest.approx(sum(logs) / 3, rel=1e-5, abs=1e-6)
        assert log_norms(norms, sigmas)[i].tolist() == pytest.approx(logs, rel=1e-5, abs=1e-6)


def test_score_shift_is_signed_from_the_reference_to_the_image() -> None:
    small, large = torch.tensor([[1.0, 2.0]]), torch.tensor([[math.e, 2 * math.e]])
    assert float(score_shift(small, large, (0.1, 0.2))) == pytest.approx(1)
    assert float(score_shift(large, small, (0.1, 0.2))) == pytest.approx(-1)


def test_a_vanishing_norm_keeps_a_finite_logarithm() -> None:
    assert log_norms(torch.zeros(1, 1), (0.1,)).item() == pytest.approx(math.log(1e-6))
