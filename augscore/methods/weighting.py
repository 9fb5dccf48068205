"""How far apart two views are → how much their pair counts.

Gaps as they are have heavy tails: those of a half-normal leave 64 % of the batch. Bounded weights
by rank keep 92 % and more at an amplitude of 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import torch

from augscore.errors import TensorError, UsageError
from augscore.methods.checks import check_between, check_choice

Shape = Literal["abs", "floor", "sqrt", "rank", "softmax"]


@dataclass(frozen=True)
class PairWeights:
    """weights (N,) float32 of mean 1; fell_back: no gap tells a pair from another, so all are 1."""

    weights: torch.Tensor
    fell_back: bool


def pair_weights(
    gap: torch.Tensor,
    shape: Shape = "rank",
    amplitude: float = 0.5,
    sign: float = 1.0,
    clip: float | None = None,
) -> torch.Tensor:
    """(N,) float32 weights of mean 1, without gradient, for N gaps between the views of a pair.

    gap         (N,) floats, such as the difference of two score norms; their signs are dropped
    shape       of weight against gap g: "abs" g; "floor" 1 − amplitude + amplitude · g at mean 1;
                "sqrt" its root; "rank" from 1 − amplitude to 1 + amplitude by g's place in the
                batch, equal gaps sharing their mean place; "softmax" exp(amplitude · g) of
                standardised g
    amplitude   in [0, 1] for "floor" and "rank", from 0 up for "softmax"; else without effect
    sign        1: larger gaps count more; −1: less, the gaps mirrored in the middle of their range
    clip        largest weight, from 1 up; what it takes is given to the others in proportion

    The result is the same on every device. All gaps 0, or all equal for "rank" and "softmax":
    ones. TensorError (`bad_tensor`) for another shape or dtype; UsageError (`bad_gap`) for NaN and
    infinite gaps, (`bad_value`) for numbers out of range.
    """
    return weigh(gap, shape, amplitude, sign, clip).weights


def weigh(
    gap: torch.Tensor,
    shape: Shape = "rank",
    amplitude: float = 0.5,
    sign: float = 1.0,
    clip: float | None = None,
) -> PairWeights:
    """As `pair_weights`, and whether it fell back to ones."""
    _check(shape, amplitude, sign, clip)
    gaps = _sizes(gap)
    if bool(gaps.max() > 0):
        gaps = gaps / gaps.max()
    least, most = gaps.min(), gaps.max()
    if bool(least == most if shape in ("rank", "softmax") else most == 0):
        return PairWeights(torch.ones(len(gap), device=gap.device), True)
    if sign < 0:
        gaps = least + most - gaps
    weights = _shaped(gaps, shape, amplitude)
    if clip is not None:
        weights = _clipped(weights, clip)
    return PairWeights(weights.float().to(gap.device), False)


def effective_sample_size(weights: torch.Tensor) -> torch.Tensor:
    """() float32 (Σw)² / Σw² of (N,) weights: N where all are equal, 0 where all are 0.

    Kish 1965, "Survey Sampling".
    """
    w = weights.detach().float()
    squares = w.square().sum()
    return torch.where(squares > 0, w.sum().square() / squares.clamp_min(1e-38), 0.0)


def _shaped(gaps: torch.Tensor, shape: Shape, amplitude: float) -> torch.Tensor:
    """Weights of mean 1."""
    match shape:
        case "abs":
            return gaps / gaps.mean()
        case "floor":
            return 1 - amplitude + amplitude * gaps / gaps.mean()
        case "sqrt":
            return gaps.sqrt() / gaps.sqrt().mean()
        case "rank":
            return 1 + amplitude * (2 * _places(gaps) - 1)
        case "softmax":
            spread = (gaps - gaps.mean()) / gaps.std(correction=0)
            return len(gaps) * (amplitude * spread).softmax(0)


def _places(gaps: torch.Tensor) -> torch.Tensor:
    """Places in (0, 1) by size, of mean ½; equal gaps share their mean place."""
    ordered = gaps.sort().values
    below = torch.searchsorted(ordered, gaps)
    up_to = torch.searchsorted(ordered, gaps, right=True)
    return (below + up_to) / (2.0 * len(gaps))


def _clipped(weights: torch.Tensor, clip: float) -> torch.Tensor:
    """min(s · weight, clip), with the one s that keeps the mean at 1.

    With the n smallest below the clip, s is what the clipped ones leave over the sum of those n; n
    is the largest that this s keeps below. Where the clip leaves more than the weights above 0
    can take, those of 0 share it.
    """
    count = len(weights)
    zeros = weights == 0
    over = count - clip * (count - int(zeros.sum()))
    if over >= 0:
        return torch.where(zeros, over / max(int(zeros.sum()), 1), clip)
    ordered = weights.sort().values
    below = torch.arange(1, count + 1, dtype=weights.dtype)
    scales = (count - clip * (count - below)) / ordered.cumsum(0).clamp_min(1e-300)
    fits = scales * ordered <= clip * (1 + 1e-12)
    scale = scales[fits.nonzero()[-1, 0]]
    return (scale * weights).clamp_max(clip)


def _sizes(gap: torch.Tensor) -> torch.Tensor:
    """(N,) float64 on the CPU: N is small, and there sums and orders are the same everywhere."""
    if not isinstance(gap, torch.Tensor):
        raise _bad(type(gap).__name__, "a tensor of shape (N,)")
    if gap.ndim != 1 or not len(gap):
        raise _bad(f"shape {tuple(gap.shape)}", "(N,), one for each pair")
    if not gap.is_floating_point():
        raise _bad(str(gap.dtype), "floating point")
    gaps = gap.detach().cpu().double().abs()
    if not bool(gaps.isfinite().all()):
        raise UsageError(
            "gaps between views are NaN or infinite",
            code="bad_gap",
            hint="Look at the images that they come from",
        )
    return gaps


def _check(shape: str, amplitude: float, sign: float, clip: float | None) -> None:
    check_choice("shape", shape, get_args(Shape))
    check_between("amplitude", amplitude, 0.0, *((1.0,) if shape in ("floor", "rank") else ()))
    if sign not in (1, -1):
        raise UsageError(f"sign is {sign:g}", code="bad_value", hint="Give 1 or -1")
    if clip is not None:
        check_between("clip", clip, 1.0)


def _bad(got: str, wanted: str) -> TensorError:
    return TensorError(f"gap: got {got}, wanted {wanted}", code="bad_tensor")
